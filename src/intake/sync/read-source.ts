import type { Logger } from 'pino';
import type { Budgets } from '../../lib/budgets.ts';
import type { MergeCounts } from '../../storage/ports/import-session.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { StandingRejects } from '../../storage/ports/sync-log.ts';
import { censusWarnings } from '../feeds/census.ts';
import { type FileSummary, importSources } from '../feeds/import.ts';
import type { Reject } from '../feeds/list-rejects.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { filesOf, rootOf } from '../feeds/source.ts';
import type { DownloadOptions } from './download.ts';
import { parseMark } from './mark.ts';
import type { Piece } from './piece.ts';
import { type Place, placeKey, visit } from './place.ts';
import { isUrl, labelOf, type SyncSource } from './sources.ts';

export interface ReadOptions {
  readonly storage: Pick<Storage, 'importing' | 'syncs'>;
  readonly downloads: DownloadOptions;
  readonly budgets: Budgets;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** From when changed hours and zones hold. */
  readonly effectiveFrom: number;
  /** The share of bad rows, 0 to 1, up to which a file is imported. */
  readonly maxBadShare: number;
  readonly reader: FeedReader | undefined;
  readonly onReject: (reject: Reject) => Promise<void>;
  /** `done` is the share of the file, 0 to 1. */
  readonly onProgress: (file: string, done: number) => void;
}

/** What a source brought. */
export interface Brought extends MergeCounts {
  readonly files: number;
  readonly bytes: number;
  readonly read: number;
  readonly rejected: number;
  readonly setAside: number;
}

export const NOTHING_BROUGHT: Brought = {
  ...{ files: 0, bytes: 0, read: 0, rejected: 0, setAside: 0 },
  ...{ added: 0, replaced: 0, alreadyThere: 0, repeated: 0 },
};

/** Told what each file or URL of a source brought, and which bad rows are in it, new or not. */
export interface SourceListener {
  readonly onBrought: (brought: Brought) => void;
  readonly onStanding: (standing: StandingRejects) => void;
}

/**
 * Imports what is new in a source, file by file, each as one transaction: those before one that fails hold.
 *
 * @throws UserError when a file or URL cannot be read or is not what it claims to be
 */
export async function readSource(source: SyncSource, options: ReadOptions, listener: SourceListener): Promise<void> {
  for (const place of await placesOf(source)) await readPlace(place, options, listener);
}

async function placesOf({ feed, name }: SyncSource): Promise<Place[]> {
  if (isUrl(name)) return [{ feed, name, root: undefined }];
  const [names, root] = [await filesOf(name), await rootOf(name)];
  return names.map((each) => ({ feed, name: each, root }));
}

/** What fails leaves the bad rows of what was read before standing. */
async function readPlace(place: Place, options: ReadOptions, listener: SourceListener): Promise<void> {
  const { syncs } = options.storage;
  const key = placeKey(place);
  const before = await syncs.mark(place.feed, key);
  let { standing } = parseMark(before) ?? {};
  try {
    const visited = await visit(place, parseMark(before), options.now(), options.downloads);
    try {
      const { piece } = visited;
      const summary = piece === undefined ? undefined : await importPiece(piece, options);
      const found = summary && standingAfter(summary, piece?.isAddition === true ? standing : undefined);
      const mark = JSON.stringify({ ...(await visited.mark()), standing: summary === undefined ? standing : found });
      if (mark !== before) await syncs.saveMark(place.feed, key, mark);
      if (summary !== undefined) standing = found;
      if (piece && summary) listener.onBrought({ ...summary, files: 1, bytes: piece.bytes });
    } finally {
      await visited.remove();
    }
  } finally {
    if (standing !== undefined) listener.onStanding(standing);
  }
}

/** @param before the bad rows in what was read of the file before, if it was added to */
function standingAfter(
  { read, rejected, unreadStores }: FileSummary,
  before: StandingRejects | undefined,
): StandingRejects | undefined {
  const { kept, unknown } = unreadStores;
  const now = { rejected, read, storesKept: kept, storesUnknown: unknown };
  if (before !== undefined) return standingTogether(before, now);
  return rejected > 0 ? now : undefined;
}

export function standingTogether(a: StandingRejects, b: StandingRejects): StandingRejects {
  return {
    rejected: a.rejected + b.rejected,
    read: a.read + b.read,
    storesKept: a.storesKept + b.storesKept,
    storesUnknown: a.storesUnknown + b.storesUnknown,
  };
}

/** Should the program end between the import and its mark, the piece is imported again, which changes nothing. */
async function importPiece(piece: Piece, options: ReadOptions): Promise<FileSummary | undefined> {
  const [summary] = await importSources(options.storage, [piece.source], {
    now: options.now(),
    effectiveFrom: options.effectiveFrom,
    strict: false,
    budgets: options.budgets,
    maxBadShare: options.maxBadShare,
    reader: options.reader,
    isAddition: piece.isAddition,
    onCensus: (census) => {
      for (const warning of censusWarnings(census)) options.log.warn({ file: piece.source.label }, warning);
    },
    onReject: (reject) => options.onReject({ ...reject, line: reject.line + piece.linesBefore }),
    onProgress: (file, phase, done) => options.onProgress(file, phase === 'reading' ? done / 2 : 0.5 + done / 2),
  });
  return summary;
}

/** How a source is called in the history and in messages. */
export function titleOf({ name }: SyncSource): string {
  return labelOf(name);
}

export function together(a: Brought, b: Brought): Brought {
  return {
    ...{ files: a.files + b.files, bytes: a.bytes + b.bytes, read: a.read + b.read },
    ...{ rejected: a.rejected + b.rejected, added: a.added + b.added, replaced: a.replaced + b.replaced },
    ...{ alreadyThere: a.alreadyThere + b.alreadyThere, repeated: a.repeated + b.repeated },
    setAside: a.setAside + b.setAside,
  };
}
