import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { censusLine, censusWarnings } from '../intake/feeds/census.ts';
import { type FeedFiles, inspectFeeds } from '../intake/feeds/import.ts';
import { FEEDS, feedNamed, type KnownFeed } from '../intake/feeds/registry.ts';
import { RejectsFile } from '../intake/feeds/rejects.ts';
import { inspect, type Source } from '../intake/feeds/source.ts';
import { spool } from '../intake/feeds/spool.ts';
import { warningsOf } from '../intake/feeds/warnings.ts';
import { abortable } from '../lib/abort.ts';
import type { Imported } from '../operations/import.ts';
import { type FeedFlags, filesIn } from './feeds.ts';
import { formatCount, formatCounted, tally } from './format.ts';
import { type Progress, progressBar, say, warn } from './output.ts';
import { requireWritable } from './outputs.ts';
import type { RunOperation } from './run-operation.ts';
import { misuse } from './usage.ts';

/** Checks the named files before a database is opened, and perhaps created, for them. */
export async function checkFiles(flags: FeedFlags): Promise<void> {
  const files = filesIn(flags);
  feedOfInput(files);
  const sources = await inspectFeeds(withoutInput(files));
  if (flags.rejects !== undefined) await refuseToOverwrite(sources, flags.rejects);
}

/** The feed that is read from standard input; `undefined`: none. */
function feedOfInput(files: FeedFiles): KnownFeed | undefined {
  const fromInput = FEEDS.filter(({ name }) => files[name]?.includes('-'));
  if (fromInput.length > 1) throw misuse('standard input (-) can be used for one feed only');
  return fromInput[0];
}

/** The files without standard input, which can be read only once. */
function withoutInput(files: FeedFiles): FeedFiles {
  return Object.fromEntries(
    FEEDS.map(({ name }) => [name, (files[name] ?? []).filter((file: string) => file !== '-')]),
  );
}

export interface ImportSettings {
  /** The instant from which changed schedules apply; `undefined`: now. */
  readonly effectiveFrom?: number | undefined;
  /** The share of bad rows up to which a file is imported; `undefined`: that of the process with the database. */
  readonly maxBadShare?: number | undefined;
  /** Report what would change, and change nothing. */
  readonly dryRun?: boolean;
  /** Where progress is shown; `undefined`: on standard error. */
  readonly progress?: Progress;
  /** Ends the import, which then changes nothing. */
  readonly signal?: AbortSignal;
}

/** Imports the feeds that a command line names. What was bad goes to the rejects file of this command. */
export async function importFromFlags(
  run: RunOperation,
  flags: FeedFlags,
  { signal, progress: given, ...settings }: ImportSettings = {},
): Promise<ImportOutcome> {
  const started = performance.now();
  const rejects = new RejectsFile(
    flags.rejects ?? join('var', 'rejects', `${fileStamp(Date.now())}-${process.pid}.csv`),
  );
  // The usual file is only written if there are bad rows, in a folder that need not be writable otherwise.
  if (flags.rejects !== undefined) await requireWritable('--rejects', flags.rejects);
  const { sources, remove } = await sourcesOf(filesIn(flags), signal);
  const progress = given ?? progressBar();
  let failed = true;
  try {
    await refuseToOverwrite(sources, rejects.path);
    const args = {
      sources: sources.map(({ feed, label }) => ({ feed: feed.name, label })),
      strict: flags.strict ?? false,
      ...settings,
    };
    const imported = await run('importFeeds', args, {
      files: sources.map(({ path }) => path),
      ...(signal !== undefined && { signal }),
      progress: progress.update,
      reject: (reject) => rejects.write(reject),
    });
    failed = false;
    const path = rejects.rows > 0 ? rejects.path : undefined;
    return { ...imported, seconds: (performance.now() - started) / 1000, rejects: path };
  } finally {
    progress.end();
    await remove();
    await rejects.close();
    if (failed && rejects.rows > 0) sayRejects(rejects.path);
  }
}

/** What an import did. */
export interface ImportOutcome extends Imported {
  readonly seconds: number;
  /** The path of the file with the bad rows; `undefined`: there are none. */
  readonly rejects: string | undefined;
}

function sayRejects(path: string): void {
  say(`bad rows and the reason for each: ${path}`);
}

/** The named files. `-` is standard input, spooled to a temporary file that `remove` deletes. */
async function sourcesOf(files: FeedFiles, signal: AbortSignal | undefined) {
  const feed = feedOfInput(files);
  if (feed === undefined) return { sources: await inspectFeeds(files), remove: async () => {} };
  const others = await inspectFeeds(withoutInput(files));
  const input = await abortable(spool(process.stdin), signal);
  try {
    return { sources: [...others, await inspect(feed, input.path, 'standard input')], remove: input.remove };
  } catch (error) {
    await input.remove();
    throw error;
  }
}

/** The rejects must not overwrite a file that is being imported. */
async function refuseToOverwrite(sources: readonly Source[], rejects: string): Promise<void> {
  const target = await realpath(rejects).catch(() => undefined);
  for (const { path } of sources) {
    if ((await realpath(path)) === target) throw misuse(`--rejects ${rejects} is one of the files to import`);
  }
}

/** Describes an import for people, on standard error. */
export function describeImport({ summaries, census, seconds, rejects }: ImportOutcome): void {
  for (const summary of summaries) {
    say(`${summary.file}: ${tally(summary)}`);
    for (const warning of warningsOf(feedNamed(summary.feed), summary)) warn(`${summary.file}: ${warning}`);
  }
  const rows = summaries.reduce((sum, { read }) => sum + read, 0);
  const megabytes = summaries.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  say(speedLine(rows, megabytes, seconds));
  if (census !== undefined) {
    say(censusLine(census));
    for (const warning of censusWarnings(census)) warn(warning);
  }
  if (rejects !== undefined) sayRejects(rejects);
}

/** Of fewer rows, nearly all of the time is that of the start. */
const LEAST_ROWS_FOR_RATE = 1_000;

/** `1,822,080 rows in 4.2 s: 433,829 rows/s, 21.7 MB/s`; without the rate if it says nothing. */
export function speedLine(rows: number, megabytes: number, seconds: number): string {
  const total = `${formatCounted(rows, 'row')} in ${seconds < 0.1 ? 'less than 0.1' : seconds.toFixed(1)} s`;
  if (rows < LEAST_ROWS_FOR_RATE) return total;
  return `${total}: ${formatCount(Math.round(rows / seconds))} rows/s, ${(megabytes / seconds).toFixed(1)} MB/s`;
}

/** `20261123T195620Z` */
function fileStamp(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+|[-:]/g, '');
}
