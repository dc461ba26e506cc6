import type { Command } from 'commander';
import { openStorage } from '../compose.ts';
import { databaseLocation, loadConfig } from '../config/config.ts';
import { copyStorage } from '../copy.ts';
import { invalid } from '../lib/errors.ts';
import { ResultsFolder } from '../reports/results.ts';
import { formatCount, progressBar, say } from './terminal.ts';

interface CopyFlags {
  readonly from: string;
  readonly to: string;
  readonly fromResultsDir?: string;
  readonly toResultsDir?: string;
}

export function copyCommand(program: Command): void {
  program
    .command('copy')
    .description('copy everything to another database; run it again to resume')
    .requiredOption('--from <url>', 'the database to read')
    .requiredOption('--to <url>', 'the database to write')
    .option('--from-results-dir <folder>', 'the results of a DuckDB source (RESULTS_DIR, default ./var/results)')
    .option('--to-results-dir <folder>', 'where results go for a DuckDB target (RESULTS_DIR, default ./var/results)')
    .action(async (flags: CopyFlags) => {
      if (flags.from === flags.to) throw invalid('--from and --to name the same database');
      const { budgets, resultsDir } = loadConfig(process.env);
      const source = databaseLocation({ name: '--from', value: flags.from });
      const from = await openStorage(source, budgets, { access: 'read' });
      try {
        const to = await openStorage(databaseLocation({ name: '--to', value: flags.to }), budgets);
        const progress = progressBar();
        try {
          const summary = await copyStorage(from, to, (done) => progress.update('copying polls', done), {
            from: new ResultsFolder(flags.fromResultsDir ?? resultsDir),
            to: new ResultsFolder(flags.toResultsDir ?? resultsDir),
          });
          progress.end();
          say(
            `${formatCount(summary.stores)} stores, ${formatCount(summary.polls)} polls copied, ` +
              `${formatCount(summary.skipped)} already existed; reports from both databases are identical`,
          );
          const missing = summary.missing === 0 ? '' : `; ${formatCount(summary.missing)} are missing or damaged`;
          say(`${formatCount(summary.results)} results of reports copied${missing}`);
        } finally {
          progress.end();
          await to.close();
        }
      } finally {
        await from.close();
      }
    });
}
