import type { Logger } from 'pino';
import type { Budgets } from '../../lib/budgets.ts';
import { isOfTheMachine } from '../../lib/errors.ts';
import { untrustedClock } from '../../lib/world/clock-watch.ts';
import type { MergeCounts } from '../../storage/ports/import-session.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { StandingRejects } from '../../storage/ports/sync-log.ts';
import { censusWarnings } from '../feeds/census.ts';
import { type FileSummary, importSources } from '../feeds/import.ts';
import type { Reject } from '../feeds/list-rejects.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { filesOf, rootOf } from '../feeds/source.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { DownloadOptions } from './download.ts';
import type { Increment } from './increment.ts';
import { changesIn, locationKey, type SourceLocation } from './source-location.ts';
import { isUrl, labelOf, type SyncSource } from './sources.ts';

export interface SyncReadOptions {
  readonly storage: Pick<Storage, 'importing' | 'syncs'>;
  readonly downloads: DownloadOptions;
  readonly budgets: Budgets;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  readonly trusted: (() => boolean) | undefined;
  /** The instant from which changed hours and zones apply. */
  readonly effectiveFrom: number;
  /** The share of bad rows, 0 to 1, up to which a file is imported. */
  readonly maxBadShare: number;
  readonly reader: Pick<FeedReader, 'read'> | undefined;
  readonly signal: AbortSignal;
  readonly onReject: (reject: Reject) => Promise<void>;
  /** `done` is the share of the file, 0 to 1. */
  readonly onProgress: (file: string, done: number) => void;
}

/** What was imported from a source. */
export interface SourceCounts extends MergeCounts {
  readonly files: number;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  readonly setAside: number;
}

export const NO_COUNTS: SourceCounts = {
  ...{ files: 0, bytes: 0, read: 0, rejected: 0, setAside: 0 },
  ...{ added: 0, replaced: 0, alreadyThere: 0, repeated: 0 },
};

/** Called for each file or URL of a source. */
export interface SourceListener {
  readonly onImported: (counts: SourceCounts) => void;
  /** The bad rows in the current content, whether they are new or not. */
  readonly onStanding: (standing: StandingRejects) => void;
  /** The file or URL was not imported. The others are attempted all the same. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Imports what is new in a source, file by file, each in its own transaction.
 *
 * @throws UserError if there is no such file, a URL cannot be downloaded, or storage is unavailable; the reason of
 * `signal` when it aborts
 */
export async function readSource(
  source: SyncSource,
  options: SyncReadOptions,
  listener: SourceListener,
): Promise<void> {
  for (const location of await locationsOf(source)) {
    options.signal.throwIfAborted();
    try {
      await readLocation(location, options, listener);
    } catch (error) {
      options.signal.throwIfAborted();
      // It would affect the next file, too.
      if (isOfTheMachine(error)) throw error;
      listener.onFailure(error);
    }
  }
}

async function locationsOf({ feed, name }: SyncSource): Promise<SourceLocation[]> {
  if (isUrl(name)) return [{ feed, name, root: undefined }];
  const [names, root] = [await filesOf(name), await rootOf(name)];
  return names.map((each) => ({ feed, name: each, root }));
}

/** If the new content cannot be imported, the bad rows of the content before it still stand. */
async function readLocation(
  location: SourceLocation,
  options: SyncReadOptions,
  listener: SourceListener,
): Promise<void> {
  const { syncs } = options.storage;
  const key = locationKey(location);
  const stored = await syncs.checkpoint(location.feed, key);
  const before = parseCheckpoint(stored);
  let standing = before?.standing;
  try {
    const changes = await changesIn(location, before, options.now(), { ...options.downloads, signal: options.signal });
    try {
      const { increment } = changes;
      const summary = increment && (await importIncrement(increment, options));
      const after = summary && standingAfter(summary, increment?.isAddition ? standing : undefined);
      const checkpoint = formatCheckpoint({
        ...(await changes.checkpoint()),
        standing: summary === undefined ? standing : after,
      });
      if (checkpoint !== stored) await syncs.saveCheckpoint(location.feed, key, checkpoint);
      if (summary !== undefined) standing = after;
      if (increment && summary) listener.onImported({ ...summary, files: 1, bytes: increment.bytes });
    } finally {
      await changes.remove();
    }
  } finally {
    if (standing !== undefined) listener.onStanding(standing);
  }
}

/** @param before the bad rows in the part that was read before, if this is an addition */
function standingAfter(
  { read, rejected, unreadStores }: FileSummary,
  before: StandingRejects | undefined,
): StandingRejects | undefined {
  const { kept, unknown } = unreadStores;
  const now = { rejected, read, storesKept: kept, storesUnknown: unknown };
  if (before !== undefined) return addStanding(before, now);
  return rejected > 0 ? now : undefined;
}

export function addStanding(a: StandingRejects, b: StandingRejects): StandingRejects {
  return {
    rejected: a.rejected + b.rejected,
    read: a.read + b.read,
    storesKept: a.storesKept + b.storesKept,
    storesUnknown: a.storesUnknown + b.storesUnknown,
  };
}

/** After a crash between import and checkpoint, the increment is imported again, which changes nothing. */
async function importIncrement(increment: Increment, options: SyncReadOptions): Promise<FileSummary | undefined> {
  // By a clock that was just set back, all new polls would be in the future, and never be read again.
  if (options.trusted?.() === false) throw untrustedClock();
  const [summary] = await importSources(options.storage, [increment.source], {
    now: options.now(),
    effectiveFrom: options.effectiveFrom,
    strict: false,
    budgets: options.budgets,
    maxBadShare: options.maxBadShare,
    reader: options.reader,
    signal: options.signal,
    isAddition: increment.isAddition,
    onCensus: (census) => {
      for (const warning of censusWarnings(census)) options.log.warn({ file: increment.source.label }, warning);
    },
    onReject: (reject) => options.onReject({ ...reject, line: reject.line + increment.linesBefore }),
    onProgress: (file, phase, done) => options.onProgress(file, phase === 'reading' ? done / 2 : 0.5 + done / 2),
  });
  return summary;
}

/** The name of a source in results and messages. */
export function sourceTitle({ name }: SyncSource): string {
  return labelOf(name);
}

export function addCounts(a: SourceCounts, b: SourceCounts): SourceCounts {
  return {
    ...{ files: a.files + b.files, bytes: a.bytes + b.bytes, read: a.read + b.read },
    ...{ rejected: a.rejected + b.rejected, added: a.added + b.added, replaced: a.replaced + b.replaced },
    ...{ alreadyThere: a.alreadyThere + b.alreadyThere, repeated: a.repeated + b.repeated },
    setAside: a.setAside + b.setAside,
  };
}
