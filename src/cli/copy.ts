import type { Command } from 'commander';
import type { CopyFlags } from './actions/copy.ts';

export function copyCommand(program: Command): void {
  program
    .command('copy')
    .description('copy everything to another database; run again to resume')
    .requiredOption('--from <url>', 'the database to read: a DuckDB file or postgres://…')
    .requiredOption('--to <url>', 'the database to write, which may be new')
    .option('--from-polls <url>', 'clickhouse://… of the polls of a PostgreSQL source that has them there')
    .option('--to-polls <url>', 'clickhouse://… for the polls of a PostgreSQL target')
    .option('--from-cluster <name>', 'the ClickHouse cluster of --from-polls')
    .option('--to-cluster <name>', 'the ClickHouse cluster of --to-polls')
    .option(
      '--from-results-dir <folder>',
      'the folder with the results of a DuckDB source (RESULTS_DIR, default ./var/results)',
    )
    .option(
      '--to-results-dir <folder>',
      'the folder for the results of a DuckDB target (RESULTS_DIR, default ./var/results)',
    )
    .action(async (flags: CopyFlags) => (await import('./actions/copy.ts')).copy(flags));
}
