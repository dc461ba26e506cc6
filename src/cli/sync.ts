import type { Command } from 'commander';
import type { SyncFlags } from './actions/sync.ts';
import { withDatabaseOption } from './database.ts';
import { MAX_BAD_SHARE } from './feeds.ts';

export function syncCommand(program: Command): void {
  withDatabaseOption(program.command('sync'))
    .description('read what is new in the sources of SYNC_POLLS, SYNC_HOURS and so on; a running server reads its own')
    .option('--max-bad-share <share>', MAX_BAD_SHARE)
    .action(async (flags: SyncFlags) => (await import('./actions/sync.ts')).sync(flags));
}
