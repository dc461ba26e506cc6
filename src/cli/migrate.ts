import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import { say } from './terminal.ts';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('update the database schema; serve and import also do this at startup')
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .action(async (flags: { database?: string }) => {
      const storage = await openStorage(loadConfig(process.env, flags).database);
      await storage.close();
      say('the database schema is up to date');
    });
}
