import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { instantFrom } from '../calendar/instant.ts';
import { openStorage } from '../compose.ts';
import { type Config, type DatabaseLocation, isLive, loadConfig } from '../config/config.ts';
import { latestInstant } from '../domain/future.ts';
import { ESTIMATORS, type EstimatorName } from '../domain/markov/estimator.ts';
import { isStale } from '../domain/staleness.ts';
import { invalid, UserError } from '../lib/errors.ts';
import { computeReport } from '../reports/compute.ts';
import type { ReportFigures } from '../reports/figures.ts';
import { FORMATS, type Format, renderFigures } from '../reports/formats.ts';
import { parquetFile } from '../reports/parquet.ts';
import { ageOf } from '../reports/stale-polls.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type FeedFlags, importFromFlags, namesFeeds, withFeedOptions } from './feeds.ts';
import { progressBar, say } from './terminal.ts';

interface ReportFlags extends FeedFlags {
  readonly asOf?: string;
  readonly out?: string;
  readonly format: Format;
  readonly estimator?: EstimatorName;
  readonly database?: string;
}

export function reportCommand(program: Command): void {
  withFeedOptions(program.command('report'))
    .description('compute a report without a server, from files or from the database')
    .option('--as-of <instant>', 'the instant that the report describes (default: the latest poll)')
    .option('--out <file>', 'the output file (default: standard output)')
    .addOption(
      new Option(
        '--format <format>',
        'csv: the classic columns; full: all columns with 90% ranges; exact: milliseconds; json, parquet: seconds',
      )
        .choices(FORMATS)
        .default('csv'),
    )
    .addOption(
      new Option(
        '--estimator <name>',
        'nearest: the state of the nearest poll; markov: the expected uptime (ESTIMATOR)',
      ).choices(ESTIMATORS),
    )
    .option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)')
    .action(async (flags: ReportFlags) => {
      const asOf = flags.asOf === undefined ? undefined : instantFrom('--as-of', flags.asOf);
      const fromFiles = namesFeeds(flags);
      if (fromFiles && flags.database !== undefined) throw invalid('use either --database or files, not both');
      const config = loadConfig(process.env, fromFiles ? { ...flags, database: ':memory:' } : flags);
      // A database is read as it is, which may be a backup; the one of named files is made here.
      const access = fromFiles ? 'write' : 'read';
      const storage = await openStorage(existing(config.database), config.budgets, { access });
      try {
        if (fromFiles) await importFromFlags(storage, flags, config);
        const figures = await compute(storage, asOf, config.estimator, flags.format === 'full');
        await write(figures, flags);
        if (asOf === undefined && !fromFiles) warnOfStalePolls(figures.asOf, config);
      } finally {
        await storage.close();
      }
    });
}

/** `report` must not create a database. */
function existing(database: DatabaseLocation): DatabaseLocation {
  if (database.engine !== 'duckdb' || database.path === undefined || existsSync(database.path)) return database;
  throw invalid(`database ${database.path} does not exist; import data first, or specify files`);
}

function compute(
  storage: Storage,
  given: number | undefined,
  estimator: EstimatorName,
  detailed: boolean,
): Promise<ReportFigures> {
  return storage.snapshot(async (snapshot) => {
    const asOf = given ?? (await snapshot.latestPoll(latestInstant(Date.now())));
    if (asOf === undefined) {
      throw new UserError('conflict', 'there are no polls to take the report time from; use --as-of');
    }
    const progress = progressBar();
    try {
      const onProgress = (done: number) => progress.update('computing', done);
      return await computeReport(snapshot, asOf, { estimator, detailed, onProgress });
    } finally {
      progress.end();
    }
  }, 'background');
}

/** Only for live systems: an archive is expected to be old. */
function warnOfStalePolls(latest: number, config: Config): void {
  const now = Date.now();
  if (!isLive(config) || !isStale(latest, now, config.poll.interval)) return;
  say(`warning: the newest poll is ${ageOf(latest, now)}; the report does not cover the time since`);
}

async function write(figures: ReportFigures, { out = '-', format }: ReportFlags): Promise<void> {
  if (format !== 'parquet') return writeOut(Readable.from(renderFigures(figures, format)), out);
  const file = await parquetFile(figures);
  try {
    await writeOut(createReadStream(file.path), out);
  } finally {
    await file.remove();
  }
}

/** Files appear complete or not at all; devices and pipes are written directly. */
async function writeOut(content: Readable, out: string): Promise<void> {
  if (out === '-') {
    await pipeline(content, process.stdout, { end: false });
    return;
  }
  const target = await realpath(out).catch(() => out);
  const found = await stat(target).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    await pipeline(content, createWriteStream(target));
    return;
  }
  const partial = `${target}.${process.pid}.partial`;
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
