import { basename } from 'node:path';
import { DAY } from '../../domain/hours.ts';
import type { Session } from '../../duckdb/session.ts';
import { type Budgets, DEFAULT_BUDGETS } from '../../lib/budgets.ts';
import { invalid } from '../../lib/errors.ts';
import type { Timer } from '../../lib/world/ports.ts';
import { after, every } from '../../lib/world/timers.ts';
import type { ImportSession, MergeCounts, StoreCensus, UnreadStores } from '../../storage/ports/import-session.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { BadRows, DEFAULT_BAD_SHARE, isTooBad, tooBad } from './bad-share.ts';
import { FEED_NAMES, FEEDS, type FeedName, FUTURE_TOLERANCE } from './feeds.ts';
import { type FeedLimits, NO_LIMITS } from './limits.ts';
import type { Reject } from './list-rejects.ts';
import type { FeedReader } from './reader/reader.ts';
import { filesOf, inspect, type Source } from './source.ts';
import { type Staged, stage } from './stage.ts';

/** Files by feed, as a user names them: paths, folders, patterns. */
export type FeedFiles = Readonly<Partial<Record<FeedName, readonly string[]>>>;

/**
 * What one file brought: `read` = `added` + `replaced` + `alreadyThere` + `repeated` + `rejected` + `setAside`.
 */
export interface FileSummary extends MergeCounts {
  readonly feed: FeedName;
  readonly file: string;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  /** Good rows of stores with a bad row, which were not taken. */
  readonly setAside: number;
  /** The stores with a bad row, in a file that says when stores are open. */
  readonly unreadStores: UnreadStores;
}

/** How many polls files held, whether they were new or not; a bad row is none. */
export function pollsIn(
  files: readonly (Pick<FileSummary, 'read' | 'rejected'> & { readonly feed: string })[],
): number {
  return files.reduce((sum, { feed, read, rejected }) => sum + (feed === 'polls' ? read - rejected : 0), 0);
}

export type ImportPhase = 'reading' | 'merging';

export interface ImportOptions {
  /** The clock, milliseconds: polls more than 5 minutes ahead of it are refused. */
  readonly now: number;
  /** From when changed hours and zones hold, milliseconds; `now` if not given. */
  readonly effectiveFrom?: number;
  /** Refuse a file with a bad row as a whole, and with it the import. */
  readonly strict: boolean;
  /** The share of bad rows, 0 to 1, up to which a file is imported (see `isTooBad`); 0.1, if not given. */
  readonly maxBadShare?: number;
  /** The rows were added to a file that was read before. */
  readonly isAddition?: boolean;
  /** What each file may cost to read in this process; nothing limits it, if not given. */
  readonly limits?: FeedLimits;
  /** Reads the files in a process of its own, before the transaction begins. */
  readonly reader?: FeedReader | undefined;
  /** Find out what would change, and change nothing. */
  readonly dryRun?: boolean;
  readonly budgets?: Budgets;
  /** Breaks the import off; nothing of it stays. */
  readonly signal?: AbortSignal;
  /** Told how many stores are known from which feeds, once all files are in. */
  readonly onCensus?: (census: StoreCensus) => void;
  readonly onReject: (reject: Reject) => Promise<void>;
  /** `done` is the share of the phase, 0 to 1. */
  readonly onProgress?: (file: string, phase: ImportPhase, done: number) => void;
}

const PROGRESS_INTERVAL = 100;
/** A statement may begin just after the one before it was interrupted. */
const INTERRUPT_INTERVAL = 50;

/** Takes back a transaction that did all its work. */
class DryRun extends Error {
  readonly summaries: FileSummary[];

  constructor(summaries: FileSummary[]) {
    super('a dry run changes nothing');
    this.summaries = summaries;
  }
}

/**
 * Looks at the head of every file, before anything is read.
 *
 * @throws UserError `invalid_input` when one is not there or is not what it claims to be
 */
export async function inspectFeeds(files: FeedFiles): Promise<Source[]> {
  const found: { feed: FeedName; path: string }[] = [];
  for (const feed of FEED_NAMES) {
    for (const name of files[feed] ?? []) {
      for (const path of await filesOf(name)) found.push({ feed, path });
    }
  }
  // A file goes by its name, and by its path where another has the same name.
  const paths = new Map<string, string>();
  for (const { path } of found) paths.set(basename(path), (paths.get(basename(path)) ?? path) === path ? path : '');
  const sources: Source[] = [];
  for (const { feed, path } of found) {
    const name = basename(path);
    sources.push(await inspect(FEEDS[feed], path, paths.get(name) === '' ? path : name));
  }
  return sources;
}

/**
 * Imports the sources, all of them or none: what a polls file says is added, what an hours or zones file says
 * holds for the stores that it names from `effectiveFrom` on, what a file of special hours says replaces the dates that
 * it names. Repeating it changes nothing.
 *
 * A store with a bad row in a file that says when stores are open keeps what is known of it.
 *
 * @throws UserError `invalid_input` when a file cannot be read, has a bad row and `strict` is set, or too many bad rows
 */
export async function importSources(
  storage: Pick<Storage, 'importing'>,
  sources: readonly Source[],
  options: ImportOptions,
): Promise<FileSummary[]> {
  const files = await openAll(sources, options);
  try {
    return await storage.importing((session) =>
      interruptible(session, options.signal, async () => {
        const summaries: FileSummary[] = [];
        for (const file of files) summaries.push(await importFile(session, file, options));
        if (options.onCensus !== undefined) options.onCensus(await session.census());
        if (options.dryRun) throw new DryRun(summaries);
        return summaries;
      }),
    );
  } catch (error) {
    if (error instanceof DryRun) return error.summaries;
    throw error;
  } finally {
    for (const { remove } of files) await remove();
  }
}

type OnReject = (reject: Reject) => Promise<void>;

/** A file to import: in the transaction it is read, or what was read before is brought there. */
interface OpenFile {
  readonly source: Source;
  stage(session: ImportSession, onReject: OnReject): Promise<Staged>;
  remove(): Promise<void>;
}

async function openAll(sources: readonly Source[], options: ImportOptions): Promise<OpenFile[]> {
  const files: OpenFile[] = [];
  try {
    for (const source of sources) {
      const { reader } = options;
      files.push(reader === undefined ? readHere(source, options) : await readApart(source, reader, options));
    }
    return files;
  } catch (error) {
    for (const { remove } of files) await remove();
    throw error;
  }
}

function readHere(source: Source, options: ImportOptions): OpenFile {
  const { limits = NO_LIMITS, now } = options;
  const latest = now + FUTURE_TOLERANCE;
  return {
    source,
    stage: (session, onReject) =>
      reporting(session, options, source.label, 'reading', () => {
        const storesAmong = (ids: readonly string[]) => session.storesAmong(ids);
        return stage(session.staging, source, { latest, limits, storesAmong, onReject });
      }),
    remove: async () => {},
  };
}

async function readApart(source: Source, reader: FeedReader, options: ImportOptions): Promise<OpenFile> {
  const { signal, now, onProgress } = options;
  onProgress?.(source.label, 'reading', 0);
  const read = await reader.read(source, {
    latest: now + FUTURE_TOLERANCE,
    signal,
    onProgress: (done) => onProgress?.(source.label, 'reading', done),
  });
  return {
    source,
    stage: async ({ staging }, onReject) => {
      if (read.staged.listed > 0) for await (const reject of read.rejects()) await onReject(reject);
      await read.stage(staging);
      return read.staged;
    },
    remove: read.remove,
  };
}

/** @throws the reason of `signal` when it aborts */
async function interruptible<T>(
  { staging }: ImportSession,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  let timer: Timer | undefined;
  const interrupt = () => {
    staging.interrupt();
    timer = after(INTERRUPT_INTERVAL, interrupt);
  };
  signal?.addEventListener('abort', interrupt);
  try {
    const result = await work();
    signal?.throwIfAborted();
    return result;
  } catch (error) {
    if (!(error instanceof DryRun)) signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    timer?.stop();
  }
}

async function importFile(session: ImportSession, file: OpenFile, options: ImportOptions): Promise<FileSummary> {
  const { source } = file;
  const { label, bytes } = source;
  const feed = source.feed.name;
  let first: Reject | undefined;
  const badRows = new BadRows();
  const staged = await file.stage(session, (reject) => {
    first ??= reject;
    badRows.add(reject);
    return options.onReject(reject);
  });
  const unlisted = staged.rejected - staged.listed;
  if (unlisted > 0) {
    await options.onReject({ file: label, line: 0, reason: `${unlisted} more rows are bad and not listed`, row: '' });
  }
  if (options.strict && first !== undefined) {
    throw invalid(
      `${label} ${source.format.kind === 'csv' ? 'line' : 'row'} ${first.line}: ${first.reason}; ${staged.rejected} of ${staged.read} rows are bad and strict is ` +
        'set, so nothing was imported',
    );
  }
  const { maxBadShare = DEFAULT_BAD_SHARE } = options;
  if (isTooBad(staged, maxBadShare, options.isAddition)) {
    throw tooBad(label, staged, maxBadShare, badRows.commonest());
  }
  if (feed === 'polls') await refuseManyWeeks(session.staging, staged.table, label, options.budgets);
  options.signal?.throwIfAborted();
  const { counts, unreadStores } = await reporting(session, options, label, 'merging', async () => ({
    counts: await merge(session, feed, staged.table, options),
    unreadStores: await keepUnread(session, feed, staged.unreadStores),
  }));
  await session.staging.run(`drop table ${staged.table}`);
  const { read, rejected, setAside } = staged;
  return { feed, file: label, bytes, read, rejected, setAside, unreadStores, ...counts };
}

const NO_STORES: UnreadStores = { kept: 0, unknown: 0, ids: [] };

async function keepUnread(session: ImportSession, feed: FeedName, table: string | undefined): Promise<UnreadStores> {
  if (feed === 'polls' || table === undefined) return NO_STORES;
  const stores = await session.keepUnread(feed, table);
  await session.staging.run(`drop table ${table}`);
  return stores;
}

const WEEK = 7 * DAY;

/** A database keeps polls by the week: a file of a few rows must not make thousands of them. */
async function refuseManyWeeks(
  session: Session,
  table: string,
  label: string,
  { importWeeks } = DEFAULT_BUDGETS,
): Promise<void> {
  const { weeks } = await session.row(`select count(distinct instant // ${WEEK}) as weeks from ${table}`);
  if (Number(weeks) <= importWeeks) return;
  throw invalid(`${label} has polls of ${weeks} different weeks; IMPORT_MAX_WEEKS allows ${importWeeks} in one file`);
}

function merge(
  session: ImportSession,
  feed: FeedName,
  table: string,
  { now, effectiveFrom = now }: ImportOptions,
): Promise<MergeCounts> {
  if (feed === 'polls') return session.mergePolls(table);
  if (feed === 'specialHours') return session.replaceSpecialHours(table);
  return feed === 'hours' ? session.replaceHours(table, effectiveFrom) : session.replaceZones(table, effectiveFrom);
}

/** Tells how far the running statement is, ten times a second, while `work` runs. */
async function reporting<T>(
  session: ImportSession,
  { onProgress }: ImportOptions,
  file: string,
  phase: ImportPhase,
  work: () => Promise<T>,
): Promise<T> {
  if (onProgress === undefined) return work();
  onProgress(file, phase, 0);
  const timer = every(PROGRESS_INTERVAL, () => onProgress(file, phase, session.staging.progress()));
  try {
    return await work();
  } finally {
    timer.stop();
  }
}
