import type { Command } from 'commander';
import { configOf, withDatabaseOption } from './database.ts';
import { printResult, say } from './output.ts';

export function migrateCommand(program: Command): void {
  withDatabaseOption(program.command('migrate'))
    .description('update the database schema; serve, import and other commands that change data do this by themselves')
    .action(async (flags: { database?: string }) => {
      const { database, budgets } = configOf(flags);
      const { openDatabase } = await import('./local-database.ts');
      const storage = await openDatabase(database, budgets);
      await storage.close();
      printResult({ up_to_date: true }, () => say('the database schema is up to date'));
    });
}
