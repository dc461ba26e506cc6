import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { databaseLocation } from '../config/config.ts';
import { copyStorage } from '../copy.ts';
import { invalid } from '../lib/errors.ts';
import { formatCount, progressBar, say } from './terminal.ts';

export function copyCommand(program: Command): void {
  program
    .command('copy')
    .description('copy stores, hours, time zones and polls to another database; run it again to resume')
    .requiredOption('--from <url>', 'the database to read')
    .requiredOption('--to <url>', 'the database to write')
    .action(async (flags: { from: string; to: string }) => {
      if (flags.from === flags.to) throw invalid('--from and --to name the same database');
      const source = databaseLocation({ name: '--from', value: flags.from });
      const from = await openStorage(source, undefined, { access: 'read' });
      try {
        const to = await openStorage(databaseLocation({ name: '--to', value: flags.to }));
        const progress = progressBar();
        try {
          const summary = await copyStorage(from, to, (done) => progress.update('copying polls', done));
          progress.end();
          say(
            `${formatCount(summary.stores)} stores, ${formatCount(summary.polls)} polls copied, ` +
              `${formatCount(summary.skipped)} already existed; reports from both databases are identical`,
          );
        } finally {
          progress.end();
          await to.close();
        }
      } finally {
        await from.close();
      }
    });
}
