import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { configOf, withDatabaseOption } from './database.ts';
import { printResult, say } from './output.ts';

export function migrateCommand(program: Command): void {
  withDatabaseOption(program.command('migrate'))
    .description('update the database schema; serve and import also do this at startup')
    .action(async (flags: { database?: string }) => {
      const storage = await openStorage(configOf(flags).database);
      await storage.close();
      printResult({ up_to_date: true }, () => say('the database schema is up to date'));
    });
}
