import type { Command } from 'commander';
import { formatInstant } from '../calendar/instant.ts';
import { openStorage } from '../compose.ts';
import { loadConfig } from '../config/config.ts';
import { DAY } from '../domain/hours.ts';
import { POLL_REACH } from '../domain/window.ts';
import { invalid } from '../lib/errors.ts';
import { say } from './terminal.ts';

export function pruneCommand(program: Command): void {
  program
    .command('prune')
    .description('delete old polls; PostgreSQL drops only whole weeks')
    .requiredOption('--older-than <days>', 'the minimum age of deleted polls, such as 400d')
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .action(async (flags: { olderThan: string; database?: string }) => {
      const age = daysFrom(flags.olderThan) * DAY;
      const storage = await openStorage(loadConfig(process.env, flags).database);
      try {
        say(`deleted all polls before ${formatInstant(await storage.prune(Date.now() - age))}`);
      } finally {
        await storage.close();
      }
    });
}

/** Parses the age. Reports need the last eight days, so they cannot be pruned. */
function daysFrom(text: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1] ?? Number.NaN);
  if (days * DAY >= POLL_REACH) return days;
  throw invalid(`--older-than is "${text}", expected a number of days from ${POLL_REACH / DAY}d, such as 400d`);
}
