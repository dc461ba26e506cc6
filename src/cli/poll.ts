import type { Command } from 'commander';
import { LOG_LEVELS } from '../config/config.ts';
import { alternatives } from '../lib/text.ts';
import type { PollFlags } from './actions/poll.ts';
import { withDatabaseOption } from './database.ts';

export function pollCommand(program: Command): void {
  withDatabaseOption(program.command('poll'))
    .description('poll the stores until stopped, without a server; with POLL=on, serve polls, too')
    .option(
      '--log-level <level>',
      `the least level that is logged: ${alternatives(LOG_LEVELS)} (LOG_LEVEL, default info)`,
    )
    .action(async (flags: PollFlags) => (await import('./actions/poll.ts')).poll(flags));
}
