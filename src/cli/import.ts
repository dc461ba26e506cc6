import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { loadConfig } from '../config.ts';
import { invalid } from '../errors.ts';
import { type FeedFlags, importFromFlags, namesFeeds, withFeedOptions } from './feeds.ts';

export function importCommand(program: Command): void {
  withFeedOptions(program.command('import'))
    .description('add polls, business hours and time zones to the database: all of it or nothing')
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .action(async (flags: FeedFlags & { database?: string }) => {
      if (!namesFeeds(flags)) throw invalid('nothing to import: give --polls, --hours or --timezones');
      const storage = await openStorage(loadConfig(process.env, flags).database);
      try {
        await importFromFlags(storage, flags);
      } finally {
        await storage.close();
      }
    });
}
