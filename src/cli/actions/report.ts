import { existsSync } from 'node:fs';
import { formatInstant } from '../../calendar/instant.ts';
import { openStorage } from '../../compose/storages.ts';
import type { Config } from '../../config/config.ts';
import type { EstimatorName } from '../../domain/markov/estimator.ts';
import { notFound } from '../../lib/errors.ts';
import type { Format } from '../../reports/formats.ts';
import { configOf, withDatabase } from '../database.ts';
import { describeImport, importFromFlags } from '../feed-import.ts';
import { type FeedFlags, namesFeeds } from '../feeds.ts';
import { contextOn, runOn } from '../local-database.ts';
import { printResult, progressBar, warn } from '../output.ts';
import { requireReplaceable } from '../outputs.ts';
import type { RunOperation } from '../run-operation.ts';
import { streamed, writeOut } from '../streams.ts';
import { instantOption, misuse } from '../usage.ts';

export interface ReportFlags extends FeedFlags {
  readonly asOf?: string;
  readonly out: string;
  readonly format: Format;
  readonly estimator?: EstimatorName;
  readonly database?: string;
  readonly json?: boolean;
}

export async function report(flags: ReportFlags): Promise<void> {
  const asOf = instantOption('--as-of', flags.asOf);
  const fromFiles = namesFeeds(flags);
  if (fromFiles && flags.database !== undefined) throw misuse('use either --database or files, not both');
  if (flags.json && flags.out === '-') {
    throw misuse('--json describes a report in a file: use it with --out, or print the report with --format json');
  }
  const config = configOf(fromFiles ? { ...flags, database: ':memory:' } : flags);
  if (flags.out !== '-') await requireReplaceable('--out', flags.out);
  if (fromFiles) return reportFromFiles(config, flags, asOf);
  // A database is read as it is, which may be a backup.
  await withDatabase(
    config,
    () => openStorage(existing(config.database), config.budgets, { access: 'read' }),
    (run) => write(run, flags, asOf),
  );
}

/** Imports the files into a database that is gone afterwards. */
async function reportFromFiles(config: Config, flags: ReportFlags, asOf: number | undefined): Promise<void> {
  const storage = await openStorage(config.database, config.budgets);
  try {
    const run = runOn(contextOn(config, storage));
    describeImport(await importFromFlags(run, flags));
    // Files are an archive: as of their newest poll, they are as old as they are meant to be.
    await write(run, flags, asOf, asOf !== undefined);
  } finally {
    await storage.close();
  }
}

/** `report` must not create a database. */
function existing(database: Config['database']): Config['database'] {
  if (database.engine !== 'duckdb' || database.path === undefined || existsSync(database.path)) return database;
  throw notFound(`there is no database ${database.path}; import data first, or specify files`);
}

/** @param warns whether old polls are worth a warning */
async function write(
  run: RunOperation,
  { format, estimator, out }: ReportFlags,
  asOf: number | undefined,
  warns = true,
): Promise<void> {
  const progress = progressBar();
  try {
    const written = await streamed(
      (write) => run('writeReport', { asOf, estimator, format }, { write, progress: progress.update }),
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
