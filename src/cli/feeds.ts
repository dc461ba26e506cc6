import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { censusLine, censusWarnings } from '../intake/feeds/census.ts';
import { type FeedFiles, type FileSummary, importSources, inspectFeeds } from '../intake/feeds/import.ts';
import type { FeedReader } from '../intake/feeds/reader/reader.ts';
import { FEEDS, feedNamed } from '../intake/feeds/registry.ts';
import { RejectsFile } from '../intake/feeds/rejects.ts';
import { inspect, type Source } from '../intake/feeds/source.ts';
import { spool } from '../intake/feeds/spool.ts';
import { warningsOf } from '../intake/feeds/warnings.ts';
import { invalid } from '../lib/errors.ts';
import type { StoreCensus } from '../storage/ports/import-session.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { formatCount, progressBar, say, tally } from './terminal.ts';

/** The values of the options below, by the names that commander gives them. Those of the feeds are lists of files. */
export interface FeedFlags {
  readonly strict?: boolean;
  readonly maxBadShare?: string;
  readonly rejects?: string;
  readonly [option: string]: unknown;
}

const FEED_OPTIONS = FEEDS.map(({ name, option, title }) => ({
  feed: name,
  option: new Option(
    `${option} <files...>`,
    `${title}: CSV, CSV.gz or Parquet; files, folders or patterns; - for standard input`,
  ),
}));

/** Adds the options of every command that reads feeds. */
export function withFeedOptions(command: Command): Command {
  for (const { option } of FEED_OPTIONS) command.addOption(option);
  return command
    .option('--strict', 'refuse the import if any row is bad')
    .option('--max-bad-share <share>', 'refuse a file with a larger share of bad rows (MAX_BAD_SHARE, default 0.1)')
    .option('--rejects <file>', 'where bad rows go (default: ./var/rejects/<time>.csv)');
}

export function namesFeeds(flags: FeedFlags): boolean {
  return FEED_OPTIONS.some(({ option }) => flags[option.attributeName()] !== undefined);
}

function filesIn(flags: FeedFlags): FeedFiles {
  return Object.fromEntries(
    FEED_OPTIONS.map(({ feed, option }) => [feed, (flags[option.attributeName()] ?? []) as readonly string[]]),
  );
}

/**
 * Imports the feeds that a command line names and reports the outcome on standard error. Only the limits of the reader
 * apply, if there is one: the operator chose the files.
 *
 * @param config the budgets, and the share of bad rows up to which a file is imported
 * @param options.effectiveFrom the instant from which changed schedules apply; default: now
 * @param options.reader reads the files in child processes; default: this process reads them
 */
export async function importFromFlags(
  storage: Storage,
  flags: FeedFlags,
  config: Pick<Config, 'budgets' | 'maxBadShare'>,
  { effectiveFrom, reader }: { readonly effectiveFrom?: number | undefined; readonly reader?: FeedReader } = {},
): Promise<FileSummary[]> {
  const started = performance.now();
  const now = Date.now();
  const rejects = new RejectsFile(flags.rejects ?? join('var', 'rejects', `${fileStamp(now)}-${process.pid}.csv`));
  const { sources, remove } = await sourcesOf(filesIn(flags));
  const progress = progressBar();
  let census: StoreCensus | undefined;
  try {
    await refuseToOverwrite(sources, rejects.path);
    const summaries = await importSources(storage, sources, {
      now,
      budgets: config.budgets,
      ...(effectiveFrom !== undefined && { effectiveFrom }),
      strict: flags.strict ?? false,
      maxBadShare: config.maxBadShare,
      reader,
      onCensus: (counted) => {
        census = counted;
      },
      onReject: (reject) => rejects.write(reject),
      onProgress: (file, phase, done) => progress.update(`${phase} ${file}`, done),
    });
    progress.end();
    printSummaries(summaries, (performance.now() - started) / 1000);
    if (census !== undefined) printCensus(census);
    return summaries;
  } finally {
    progress.end();
    await remove();
    await rejects.close();
    if (rejects.rows > 0) say(`bad rows and the reason for each: ${rejects.path}`);
  }
}

/** The named files. `-` is standard input, spooled to a temporary file that `remove` deletes. */
async function sourcesOf(files: FeedFiles) {
  const fromInput = FEEDS.filter(({ name }) => files[name]?.includes('-'));
  if (fromInput.length > 1) throw invalid('standard input (-) can be one feed only');
  const [feed] = fromInput;
  if (feed === undefined) return { sources: await inspectFeeds(files), remove: async () => {} };
  const rest = { ...files, [feed.name]: files[feed.name]?.filter((name) => name !== '-') };
  const others = await inspectFeeds(rest);
  const input = await spool(process.stdin);
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
    if ((await realpath(path)) === target) throw invalid(`--rejects ${rejects} is one of the files to import`);
  }
}

function printSummaries(summaries: readonly FileSummary[], seconds: number): void {
  for (const summary of summaries) {
    say(`${summary.file}: ${tally(summary)}`);
    for (const warning of warningsOf(feedNamed(summary.feed), summary)) say(`warning: ${summary.file}: ${warning}`);
  }
  const rows = summaries.reduce((sum, { read }) => sum + read, 0);
  const megabytes = summaries.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  say(
    `${formatCount(rows)} rows in ${seconds.toFixed(1)} s: ${formatCount(Math.round(rows / seconds))} rows/s, ` +
      `${(megabytes / seconds).toFixed(1)} MB/s`,
  );
}

function printCensus(census: StoreCensus): void {
  say(censusLine(census));
  for (const warning of censusWarnings(census)) say(`warning: ${warning}`);
}

/** `20261123T195620Z` */
function fileStamp(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+|[-:]/g, '');
}
