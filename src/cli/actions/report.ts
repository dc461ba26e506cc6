import { readFile } from 'node:fs/promises';
import { type GivenCalendar, givenInJson } from '../../analytics/fiscal-terms.ts';
import { ANALYTICS_FORMATS, type AnalyticsFormat } from '../../analytics/formats.ts';
import { OPTIONS } from '../../analytics/naming.ts';
import { type GivenQuestion, questionFrom } from '../../analytics/question.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { openStorage } from '../../compose/storages.ts';
import type { Config } from '../../config/config.ts';
import type { EstimatorName } from '../../domain/markov/estimator.ts';
import { systemReason, UserError } from '../../lib/errors.ts';
import { FORMATS, type Format } from '../../reports/formats.ts';
import { configOf, requireDatabase, withDatabase } from '../database.ts';
import { describeImport, importFromFlags } from '../feed-import.ts';
import { type FeedFlags, namesFeeds } from '../feeds.ts';
import { contextOn, runOn } from '../local-database.ts';
import { printResult, progressBar, warn } from '../output.ts';
import { requireReplaceable } from '../outputs.ts';
import type { RunOperation } from '../run-operation.ts';
import { streamed, writeOut } from '../streams.ts';
import { instantOption, misuse, parsing } from '../usage.ts';

/** What is asked about a period instead of the last hour, day and week. */
interface PeriodFlags {
  readonly period?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly fiscalCalendar?: string;
  readonly by?: string;
  readonly dayparts?: readonly string[];
  readonly groupBy?: readonly string[];
  readonly subtotals?: boolean;
  readonly compare?: string;
  readonly labels?: readonly string[];
  readonly storeIds?: readonly string[];
  readonly knownAt?: string;
  readonly intervals?: boolean;
  readonly targets?: boolean;
  readonly lostSales?: boolean;
}

export interface ReportFlags extends FeedFlags, PeriodFlags {
  readonly asOf?: string;
  readonly out: string;
  readonly format: Format | AnalyticsFormat;
  readonly estimator?: EstimatorName;
  readonly database?: string;
  readonly json?: boolean;
}

export async function report(flags: ReportFlags): Promise<void> {
  const asOf = instantOption('--as-of', flags.asOf);
  const question = questionIn(flags);
  const fromFiles = namesFeeds(flags);
  if (fromFiles && flags.database !== undefined) throw misuse('use either --database or files, not both');
  if (flags.json && flags.out === '-') {
    throw misuse('--json describes a report in a file: use it with --out, or print the report with --format json');
  }
  const calendar = flags.fiscalCalendar === undefined ? undefined : await calendarIn(flags.fiscalCalendar);
  const config = configOf(fromFiles ? { ...flags, database: ':memory:' } : flags);
  if (flags.out !== '-') await requireReplaceable('--out', flags.out);
  const produce: Produce =
    question === undefined
      ? (run, warns) => write(run, flags, asOf, warns)
      : (run) => writePeriod(run, flags, question, calendar);
  if (fromFiles) {
    // Files are an archive: as of their newest poll, they are as old as they are meant to be.
    return withFiles(config, flags, (run) => produce(run, asOf !== undefined));
  }
  // A database is read as it is, which may be a backup.
  await withDatabase(
    config,
    () =>
      openStorage(requireDatabase(config, '; import data first, or specify files'), config.budgets, { access: 'read' }),
    (run) => produce(run, true),
  );
}

/** @param warns whether old polls are worth a warning */
type Produce = (run: RunOperation, warns: boolean) => Promise<void>;

/**
 * The question of a command line about a period; `undefined`: it asks for a report.
 *
 * @throws UsageError
 */
function questionIn(flags: ReportFlags): GivenQuestion | undefined {
  const {
    period,
    from,
    to,
    timeZone,
    by,
    dayparts,
    groupBy,
    compare,
    labels,
    storeIds,
    knownAt,
    intervals,
    targets,
    lostSales,
  } = flags;
  const given = {
    ...{ period, from, to, by, compare, daypart: dayparts, label: labels },
    ...{ time_zone: timeZone, group_by: groupBy, store_id: storeIds, known_at: knownAt, intervals, targets },
    lost_sales: lostSales,
  };
  const options = Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [OPTIONS(field)]));
  if (flags.fiscalCalendar !== undefined) options.push('--fiscal-calendar');
  if (flags.subtotals === false) options.push('--no-subtotals');
  if (options.length === 0) {
    requireFormat(flags.format, FORMATS, 'without a period');
    return undefined;
  }
  if (period === undefined && from === undefined && to === undefined) {
    throw misuse(`${options.join(' and ')} without a period, expected --period, or --from and --to, beside it`);
  }
  const { asOf, subtotals, estimator } = flags;
  const question = { ...given, as_of: asOf, subtotals, estimator };
  parsing(() => questionFrom(question, OPTIONS));
  requireFormat(flags.format, ANALYTICS_FORMATS, 'for a period');
  return question;
}

/** @throws UsageError */
function requireFormat(format: string, formats: readonly string[], when: string): void {
  if (formats.includes(format)) return;
  throw misuse(`--format is "${format}", expected one of ${formats.join(', ')} ${when}`);
}

/** Imports the files into a database that is gone afterwards. */
async function withFiles(
  config: Config,
  flags: ReportFlags,
  work: (run: RunOperation) => Promise<void>,
): Promise<void> {
  const storage = await openStorage(config.database, config.budgets);
  try {
    const run = runOn(contextOn(config, storage));
    describeImport(await importFromFlags(run, flags));
    await work(run);
  } finally {
    await storage.close();
  }
}

/** The fiscal calendar in a file. @throws UsageError */
async function calendarIn(file: string): Promise<GivenCalendar> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw misuse(`--fiscal-calendar is "${file}", which cannot be read: ${systemReason(error)}`);
  }
  try {
    return givenInJson(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw misuse(`${file} is not a fiscal calendar: ${error.message}`);
  }
}

async function writePeriod(
  run: RunOperation,
  { format, out }: ReportFlags,
  question: GivenQuestion,
  calendar: GivenCalendar | undefined,
): Promise<void> {
  const about = await streamed(
    (write) => run('writeAnalytics', { question, calendar, format: format as AnalyticsFormat }, { write }),
    (content) => writeOut(content, out),
  );
  printResult({ ...about, format, out }, () => {});
}

async function write(
  run: RunOperation,
  { format, estimator, out }: ReportFlags,
  asOf: number | undefined,
  warns: boolean,
): Promise<void> {
  const progress = progressBar();
  try {
    const written = await streamed(
      (write) =>
        run('writeReport', { asOf, estimator, format: format as Format }, { write, progress: progress.update }),
      (content) => writeOut(content, out),
    );
    progress.end();
    if (warns && written.warning !== undefined) warn(written.warning);
    const { stores } = written;
    printResult({ as_of: formatInstant(written.asOf), estimator: written.estimator, stores, format, out }, () => {});
  } finally {
    progress.end();
  }
}
