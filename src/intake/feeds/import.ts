import { basename } from 'node:path';
import { type Budgets, DEFAULT_BUDGETS } from '../../lib/budgets.ts';
import { invalid } from '../../lib/errors.ts';
import type { ImportSession, MergeCounts, StoreCensus, UnreadStores } from '../../storage/ports/import-session.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import { BadRows, badOf, DEFAULT_BAD_SHARE, isTooBad, tooBad } from './bad-share.ts';
import { interruptible } from './interruptible.ts';
import type { Reject } from './list-rejects.ts';
import { type OpenSource, openFiles, type ReadOptions, reporting } from './open-files.ts';
import { FEEDS, type FeedName, type KnownFeed } from './registry.ts';
import { filesOf, inspect, type Source } from './source.ts';

/** The paths, folders and patterns that a user gave, by feed. */
export type FeedFiles = Readonly<Partial<Record<FeedName, readonly string[]>>>;

/** The rows of one file: `read` = `added` + `replaced` + `alreadyThere` + `repeated` + `rejected` + `setAside`. */
export interface FileSummary extends MergeCounts {
  readonly feed: FeedName;
  readonly file: string;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  /** Good rows that were not merged, because another row of their store is bad. */
  readonly setAside: number;
  /** The stores with a bad row, in a feed of schedules. */
  readonly unreadStores: UnreadStores;
}

/** How many good polls the files contained, whether they were new or not. */
export function pollsIn(
  files: readonly (Pick<FileSummary, 'read' | 'rejected'> & { readonly feed: FeedName })[],
): number {
  return files.reduce((sum, { feed, read, rejected }) => sum + (feed === 'polls' ? read - rejected : 0), 0);
}

export interface ImportOptions extends ReadOptions {
  /** The instant from which changed schedules apply, milliseconds; default: `now`. */
  readonly effectiveFrom?: number;
  /** Refuse the import if any row is bad. */
  readonly strict: boolean;
  /** The share of bad rows, 0 to 1, up to which a file is imported (see `isTooBad`); default 0.1. */
  readonly maxBadShare?: number;
  /** Whether the rows were added to a file that was read before. */
  readonly isAddition?: boolean;
  /** Report what would change, and change nothing. */
  readonly dryRun?: boolean;
  readonly budgets?: Budgets;
  /** Gets the number of stores known from each feed, once all files are merged. */
  readonly onCensus?: (census: StoreCensus) => void;
  readonly onReject: (reject: Reject) => Promise<void>;
}

/** Rolls back a transaction that has done all its work. */
class DryRun extends Error {
  readonly summaries: FileSummary[];

  constructor(summaries: FileSummary[]) {
    super('a dry run changes nothing');
    this.summaries = summaries;
  }
}

/**
 * Inspects the head of every file, before any is read.
 *
 * @throws UserError `invalid_input` when one does not exist or is not what it claims to be
 */
export async function inspectFeeds(files: FeedFiles): Promise<Source[]> {
  const found: { feed: KnownFeed; path: string }[] = [];
  for (const feed of FEEDS) {
    for (const name of files[feed.name] ?? []) {
      for (const path of await filesOf(name)) found.push({ feed, path });
    }
  }
  // The label of a file is its name, or its path if another file has the same name.
  const paths = new Map<string, string>();
  for (const { path } of found) paths.set(basename(path), (paths.get(basename(path)) ?? path) === path ? path : '');
  const sources: Source[] = [];
  for (const { feed, path } of found) {
    const name = basename(path);
    sources.push(await inspect(feed, path, paths.get(name) === '' ? path : name));
  }
  return sources;
}

/**
 * Imports the sources, all of them or none. Polls are added; hours and zones replace those of the stores that a file
 * names, from `effectiveFrom` on; special hours replace the dates that a file names. A store with a bad row in a feed of
 * schedules keeps its schedule. Repeating an import changes nothing.
 *
 * @throws UserError `invalid_input` when a file cannot be read, has too many bad rows, or has any and `strict` is set;
 * the reason of `signal` when it aborts
 */
export async function importSources(
  storage: Pick<Storage, 'importing'>,
  sources: readonly Source[],
  options: ImportOptions,
): Promise<FileSummary[]> {
  const files = await openFiles(sources, options);
  try {
    return await storage.importing((session) =>
      interruptible(session.staging, options.signal, async () => {
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

async function importFile(session: ImportSession, file: OpenSource, options: ImportOptions): Promise<FileSummary> {
  const { feed, label, bytes, format } = file.source;
  let first: Reject | undefined;
  const badRows = new BadRows();
  const staged = await file.stage(session, (reject) => {
    first ??= reject;
    badRows.add(reject);
    return options.onReject(reject);
  });
  const { table, read, rejected, setAside } = staged;
  const unlisted = rejected - staged.listed;
  if (unlisted > 0) {
    await options.onReject({ file: label, line: 0, reason: `${unlisted} more rows are bad and not listed`, row: '' });
  }
  if (options.strict && first !== undefined) {
    throw invalid(
      `${label} ${format.kind === 'csv' ? 'line' : 'row'} ${first.line}: ${first.reason}; ${badOf(staged)} and strict ` +
        'is set, so nothing was imported',
    );
  }
  const { maxBadShare = DEFAULT_BAD_SHARE, now, effectiveFrom = now, budgets = DEFAULT_BUDGETS, signal } = options;
  if (isTooBad(staged, maxBadShare, options.isAddition)) {
    throw tooBad(label, staged, maxBadShare, badRows.mostCommon());
  }
  await feed.check?.(session.staging, table, label, budgets);
  signal?.throwIfAborted();
  const { counts, unreadStores } = await reporting(session, options, label, 'merging', async () => ({
    counts: await feed.merge(session, table, effectiveFrom),
    unreadStores: await keepUnread(session, feed, staged.unreadStores),
  }));
  await session.staging.run(`drop table ${table}`);
  return { feed: feed.name, file: label, bytes, read, rejected, setAside, unreadStores, ...counts };
}

const NO_STORES: UnreadStores = { kept: 0, unknown: 0, ids: [] };

async function keepUnread(
  session: ImportSession,
  { unread }: KnownFeed,
  table: string | undefined,
): Promise<UnreadStores> {
  if (unread === undefined || table === undefined) return NO_STORES;
  const stores = await unread.keep(session, table);
  await session.staging.run(`drop table ${table}`);
  return stores;
}
