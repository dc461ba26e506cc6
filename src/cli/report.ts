import { type Command, Option } from 'commander';
import { ESTIMATORS } from '../domain/markov/estimator.ts';
import { FORMATS } from '../reports/formats.ts';
import type { ReportFlags } from './actions/report.ts';
import { withDatabaseOption } from './database.ts';
import { withFeedOptions } from './feeds.ts';

export function reportCommand(program: Command): void {
  withDatabaseOption(withFeedOptions(program.command('report')))
    .description('compute a report, from files or from the database')
    .option(
      '--as-of <instant>',
      'the instant that the report describes, such as 2023-01-25T18:00:00Z (default: the latest poll)',
    )
    .option('--out <file>', 'the output file; - for standard output', '-')
    .addOption(
      new Option(
        '--format <format>',
        'csv: minutes and hours, the classic columns; full: all columns, with 90% credible intervals; exact: milliseconds; json, parquet: seconds',
      )
        .choices(FORMATS)
        .default('csv'),
    )
    .addOption(
      new Option(
        '--estimator <name>',
        'nearest: the state of the nearest poll; markov: the expected uptime (ESTIMATOR, default nearest)',
      ).choices(ESTIMATORS),
    )
    .action(async (flags: ReportFlags) => (await import('./actions/report.ts')).report(flags));
}
