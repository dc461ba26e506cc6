import type { Command } from 'commander';
import { instantFrom } from '../calendar/instant.ts';
import { openStorage } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import { FEEDS } from '../intake/feeds/registry.ts';
import { invalid } from '../lib/errors.ts';
import { alternatives } from '../lib/text.ts';
import { type FeedFlags, importFromFlags, namesFeeds, withFeedOptions } from './feeds.ts';

export function importCommand(program: Command): void {
  withFeedOptions(program.command('import'))
    .description(
      'add polls, business hours, special hours, time zones and stores to the database: all of it or nothing',
    )
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .option('--effective-from <instant>', 'the instant from which changed hours and time zones apply (default: now)')
    .action(async (flags: FeedFlags & { database?: string; effectiveFrom?: string }) => {
      if (!namesFeeds(flags)) {
        throw invalid(`nothing to import; give ${alternatives(FEEDS.map(({ option }) => option))}`);
      }
      const { effectiveFrom } = flags;
      const from = effectiveFrom === undefined ? undefined : instantFrom('--effective-from', effectiveFrom);
      const config = loadConfig(process.env, flags);
      const storage = await openStorage(config.database, config.budgets);
      try {
        await importFromFlags(storage, flags, config, { effectiveFrom: from });
      } finally {
        await storage.close();
      }
    });
}
