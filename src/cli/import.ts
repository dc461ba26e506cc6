import type { Command } from 'commander';
import type { ImportFlags } from './actions/import.ts';
import { withDatabaseOption } from './database.ts';
import { withFeedOptions } from './feeds.ts';

export function importCommand(program: Command): void {
  withDatabaseOption(withFeedOptions(program.command('import')))
    .description('import polls, business hours, special hours, time zones and stores (all or nothing)')
    .option('--effective-from <instant>', 'the instant from which changed hours and time zones apply (default: now)')
    .option('--dry-run', 'report what would change, and change nothing')
    .action(async (flags: ImportFlags) => (await import('./actions/import.ts')).importFeeds(flags));
}
