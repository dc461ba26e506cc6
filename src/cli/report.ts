import { type Command, Option } from 'commander';
import { storeIdsFrom } from '../accounts/fields.ts';
import { COMPARISONS } from '../analytics/compare.ts';
import { ANALYTICS_FORMATS } from '../analytics/formats.ts';
import { ESTIMATORS } from '../domain/markov/estimator.ts';
import { DIVISIONS } from '../domain/periods/cells.ts';
import { FORMATS } from '../reports/formats.ts';
import type { ReportFlags } from './actions/report.ts';
import { withDatabaseOption } from './database.ts';
import { withFeedOptions } from './feeds.ts';
import { listed } from './usage.ts';

export function reportCommand(program: Command): void {
  withDatabaseOption(withFeedOptions(program.command('report')))
    .description('compute a report, or the uptime over any period, from files or from the database')
    .option(
      '--as-of <instant>',
      'the instant that the report describes, such as 2023-01-25T18:00:00Z (default: the latest poll)',
    )
    .option('--out <file>', 'the output file; - for standard output', '-')
    .addOption(
      new Option(
        '--format <format>',
        'csv: minutes and hours, the classic columns; full: all columns, with 90% credible intervals; exact: milliseconds; json, parquet: seconds. For a period: csv, json or xlsx (an Excel workbook)',
      )
        .choices([...new Set<string>([...FORMATS, ...ANALYTICS_FORMATS])])
        .default('csv'),
    )
    .addOption(
      new Option(
        '--estimator <name>',
        'nearest: the state of the nearest poll; markov: the expected uptime (ESTIMATOR, default nearest)',
      ).choices(ESTIMATORS),
    )
    .option(
      '--period <period>',
      'instead of the last hour, day and week: last-30-days, last-month, 2026-11, 2026-W48, 2026-Q4, 2026-11-28, …',
    )
    .option('--from <date>', 'instead of --period: its first date, or an instant')
    .option('--to <date>', 'the date or instant after it')
    .option('--time-zone <zone>', 'with a period: the time zone of days and hours (default: that of each store)')
    .option(
      '--fiscal-calendar <file>',
      'with a period: a JSON file with the fiscal calendar, as in the API (default: that of the database)',
    )
    .addOption(
      new Option('--by <part>', 'with a period: a row for each of these parts (default: total)').choices(DIVISIONS),
    )
    .option(
      '--dayparts <parts...>',
      'with --by daypart: each as name@time, the local time at which it begins, such as lunch@11:00; for stores with a label, as brand:Bar/lunch@12:00',
    )
    .option(
      '--group-by <labels...>',
      'with a period: rows for each value of these labels, or of store_id, separated by spaces or commas',
      listed((keys) => keys),
    )
    .option('--no-subtotals', 'with --group-by: only rows for the combinations of all labels')
    .addOption(
      new Option('--compare <period>', 'with a period: also the one before, or a year ago').choices(COMPARISONS),
    )
    .option('--labels <labels...>', 'with a period: only stores that have all of these labels, each as key:value')
    .option(
      '--store-ids <ids...>',
      'with a period: only these stores, separated by spaces or commas',
      listed((ids) => storeIdsFrom(ids, '--store-ids')),
    )
    .option('--intervals', 'with a period: also 90% credible intervals of uptime and downtime')
    .option('--targets', 'with a period: also how the uptime targets of these stores stand')
    .option('--lost-sales', 'with a period: also what downtime cost, at the rates at which these stores sell')
    .option('--known-at <instant>', 'with a period: the planned downtime that was recorded until then (default: now)')
    .action(async (flags: ReportFlags) => (await import('./actions/report.ts')).report(flags));
}
