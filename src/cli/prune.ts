import type { Command } from 'commander';
import { formatInstant } from '../calendar/instant.ts';
import { DAY } from '../domain/hours.ts';
import { POLL_REACH } from '../domain/window.ts';
import { configOf, requireDatabase, withDatabase, withDatabaseOption } from './database.ts';
import { printResult, say } from './output.ts';
import { daysFrom } from './usage.ts';

export function pruneCommand(program: Command): void {
  withDatabaseOption(program.command('prune'))
    .description('delete old polls; PostgreSQL drops only whole weeks')
    .requiredOption('--older-than <days>', 'the age in days from which polls are deleted, such as 400d; at least 8d')
    .action(async (flags: { olderThan: string; database?: string }) => {
      // Reports need the last eight days, so they cannot be pruned.
      const age = daysFrom('--older-than', flags.olderThan, POLL_REACH / DAY, '400d') * DAY;
      const config = configOf(flags);
      requireDatabase(config);
      const { before } = await withDatabase(config, 'write', (run) => run('prunePolls', { age }));
      const instant = formatInstant(before);
      printResult({ deleted_before: instant }, () => say(`deleted all polls before ${instant}`));
    });
}
