import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { censusLine, censusWarnings } from '../intake/feeds/census.ts';
import { FEED_NAMES, FEEDS } from '../intake/feeds/feeds.ts';
import { type FeedFiles, type FileSummary, importSources, inspectFeeds } from '../intake/feeds/import.ts';
import type { FeedReader } from '../intake/feeds/reader/reader.ts';
import { RejectsFile } from '../intake/feeds/rejects.ts';
import { inspect, type Source } from '../intake/feeds/source.ts';
import { spool } from '../intake/feeds/spool.ts';
import { warningsOf } from '../intake/feeds/warnings.ts';
import { invalid } from '../lib/errors.ts';
import type { StoreCensus } from '../storage/ports/import-session.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { formatCount, progressBar, say, tally } from './terminal.ts';

export interface FeedFlags {
  readonly polls?: string[];
  readonly hours?: string[];
  readonly specialHours?: string[];
  readonly timezones?: string[];
  readonly strict?: boolean;
  readonly maxBadShare?: string;
  readonly rejects?: string;
}

/** The options of every command that reads feeds. */
export function withFeedOptions(command: Command): Command {
  return command
    .option('--polls <files...>', 'polls: CSV, CSV.gz or Parquet; a file, a folder, a pattern, or - for standard input')
    .option('--hours <files...>', 'business hours, likewise')
    .option('--special-hours <files...>', 'hours of single dates, likewise')
    .option('--timezones <files...>', 'time zones, likewise')
    .option('--strict', 'refuse everything when there is one bad row')
    .option('--max-bad-share <share>', 'refuse a file with a larger share of bad rows (MAX_BAD_SHARE, default 0.1)')
    .option('--rejects <file>', 'where bad rows go (default: ./var/rejects/<time>.csv)');
}

export function namesFeeds(flags: FeedFlags): boolean {
  return [flags.polls, flags.hours, flags.specialHours, flags.timezones].some((files) => files !== undefined);
}

/**
 * Imports the feeds that a command line names and tells how it went, on standard error.
 *
 * The named files are read within no limits, unless a reader has some: the operator chose them.
 *
 * @param config the budgets, and the share of bad rows up to which a file is imported
 * @param options.effectiveFrom from when changed hours and zones hold; now, if not given
 * @param options.reader reads the files in a process of its own; in this one, if not given
 */
export async function importFromFlags(
  storage: Storage,
  flags: FeedFlags,
  config: Pick<Config, 'budgets' | 'maxBadShare'>,
  { effectiveFrom, reader }: { readonly effectiveFrom?: number | undefined; readonly reader?: FeedReader } = {},
): Promise<FileSummary[]> {
  const started = performance.now();
  const files: FeedFiles = {
    ...(flags.polls && { polls: flags.polls }),
    ...(flags.hours && { hours: flags.hours }),
    ...(flags.specialHours && { specialHours: flags.specialHours }),
    ...(flags.timezones && { zones: flags.timezones }),
  };
  const now = Date.now();
  const rejects = new RejectsFile(flags.rejects ?? join('var', 'rejects', `${fileStamp(now)}-${process.pid}.csv`));
  const { sources, remove } = await sourcesOf(files);
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
    tell(summaries, (performance.now() - started) / 1000);
    if (census !== undefined) tellCensus(census);
    return summaries;
  } finally {
    progress.end();
    await remove();
    await rejects.close();
    if (rejects.rows > 0) say(`bad rows and the reason for each: ${rejects.path}`);
  }
}

/** The files that are named; `-` is standard input, spooled to a temporary file that `remove` takes away. */
async function sourcesOf(files: FeedFiles) {
  const fromInput = FEED_NAMES.filter((feed) => files[feed]?.includes('-'));
  if (fromInput.length > 1) throw invalid('standard input (-) can be one feed only');
  const [feed] = fromInput;
  if (feed === undefined) return { sources: await inspectFeeds(files), remove: async () => {} };
  const rest = { ...files, [feed]: files[feed]?.filter((name) => name !== '-') };
  const others = await inspectFeeds(rest);
  const input = await spool(process.stdin);
  try {
    return { sources: [...others, await inspect(FEEDS[feed], input.path, 'standard input')], remove: input.remove };
  } catch (error) {
    await input.remove();
    throw error;
  }
}

/** Bad rows must not take the place of the file that they come from. */
async function refuseToOverwrite(sources: readonly Source[], rejects: string): Promise<void> {
  const target = await realpath(rejects).catch(() => undefined);
  for (const { path } of sources) {
    if ((await realpath(path)) === target) throw invalid(`--rejects ${rejects} is one of the files to import`);
  }
}

function tell(summaries: readonly FileSummary[], seconds: number): void {
  for (const summary of summaries) {
    say(`${summary.file}: ${tally(summary)}`);
    for (const warning of warningsOf(summary)) say(`warning: ${summary.file}: ${warning}`);
  }
  const rows = summaries.reduce((sum, { read }) => sum + read, 0);
  const megabytes = summaries.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  say(
    `${formatCount(rows)} rows in ${seconds.toFixed(1)} s: ${formatCount(Math.round(rows / seconds))} rows/s, ` +
      `${(megabytes / seconds).toFixed(1)} MB/s`,
  );
}

function tellCensus(census: StoreCensus): void {
  say(censusLine(census));
  for (const warning of censusWarnings(census)) say(`warning: ${warning}`);
}

/** `20261123T195620Z`; the process id beside it tells apart what happens in one second. */
function fileStamp(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d+|[-:]/g, '');
}
