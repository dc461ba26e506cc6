import type { Logger } from 'pino';
import type { Budgets } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import { random } from '../../lib/world/random.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { StandingRejects, SyncResult } from '../../storage/ports/sync-log.ts';
import { FEED_NAMES } from '../feeds/feeds.ts';
import { pollsIn } from '../feeds/import.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import type { RejectsFile } from '../feeds/rejects.ts';
import type { DownloadOptions } from './download.ts';
import { ChangedMeanwhile } from './piece.ts';
import { type Brought, NOTHING_BROUGHT, readSource, standingTogether, titleOf, together } from './read-source.ts';
import type { SyncSource } from './sources.ts';

/** What reading sources takes. */
export interface ReadingParts {
  readonly storage: Pick<Storage, 'importing' | 'syncs'>;
  readonly sources: readonly SyncSource[];
  /** Told how many polls a file brought, whether they were new or not. */
  readonly onPolls?: (polls: number) => void;
  readonly downloads: DownloadOptions;
  readonly budgets: Budgets;
  /** The share of bad rows, 0 to 1, up to which a file is imported. */
  readonly maxBadShare: number;
  /** Reads the files in a process of its own; in this one, if not given. */
  readonly reader?: FeedReader | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** How far a run is. */
export interface SyncProgress {
  readonly file: string;
  /** 0 to 1. */
  readonly done: number;
}

/** What one reading of all sources is given. */
export interface Reading {
  /** Hours and zones that are new hold from this instant on. */
  readonly effectiveFrom: number;
  readonly rejects: RejectsFile;
  /** Told how far it is; `undefined`: nothing is read, since it waits or is at its end. */
  readonly onProgress: (progress: SyncProgress | undefined) => void;
  /** Some sources could not be read, for these reasons, and are tried again after so many milliseconds. */
  readonly onRetry: (reasons: readonly string[], wait: number) => void;
  /** Whether to try no more. */
  readonly isStopped: () => boolean;
}

/** Milliseconds before a source that failed is tried again, and again … */
const PAUSES = [1_000, 5_000, 25_000];

interface Attempted {
  readonly source: SyncSource;
  attempts: number;
  brought: Brought;
  standing: StandingRejects | undefined;
  error: unknown;
}

/** Reads what is new in all sources; those that failed are tried again after all others had their turn. */
export async function readSources(parts: ReadingParts, reading: Reading): Promise<SyncResult[]> {
  const { sources, wait } = parts;
  const { onProgress, onRetry, isStopped } = reading;
  const all = FEED_NAMES.flatMap((name) => sources.filter(({ feed }) => feed === name)).map(
    (source): Attempted => ({ source, attempts: 0, brought: NOTHING_BROUGHT, standing: undefined, error: undefined }),
  );
  let pending = all;
  for (const pause of [0, ...PAUSES]) {
    onProgress(undefined);
    if (pending.length === 0 || isStopped()) break;
    if (pause > 0) {
      const length = pause * (0.5 + random());
      onRetry(pending.map(reasonOf), length);
      await wait(length);
    }
    for (const attempted of pending) await attempt(attempted, parts, reading);
    pending = pending.filter(({ error }) => error !== undefined);
  }
  return all.map(resultOf);
}

async function attempt(attempted: Attempted, parts: ReadingParts, reading: Reading): Promise<void> {
  const { storage, downloads, budgets, maxBadShare, reader, log, now, onPolls } = parts;
  const { effectiveFrom, rejects } = reading;
  const { source } = attempted;
  attempted.attempts++;
  attempted.standing = undefined;
  try {
    const onReject = rejects.write.bind(rejects);
    const onProgress = (file: string, done: number) => reading.onProgress({ file, done });
    const options = { storage, downloads, budgets, maxBadShare, reader, log, now, effectiveFrom, onReject, onProgress };
    await readSource(source, options, {
      onBrought: (brought) => {
        attempted.brought = together(attempted.brought, brought);
        onPolls?.(pollsIn([{ feed: source.feed, ...brought }]));
      },
      onStanding: (standing) => {
        const { standing: others } = attempted;
        attempted.standing = others === undefined ? standing : standingTogether(others, standing);
      },
    });
    attempted.error = undefined;
  } catch (error) {
    attempted.error = error;
    const about = { feed: source.feed, source: titleOf(source), attempt: attempted.attempts };
    if (isForeseen(error)) log.warn({ ...about, reason: publicMessageOf(error) }, 'a source cannot be read');
    else log.error({ ...about, err: error }, 'a source cannot be read');
  }
}

function isForeseen(error: unknown): error is Error {
  return error instanceof UserError || error instanceof ChangedMeanwhile;
}

/** A source may be a file that nobody should see: a link, or an answer from inside. What was read stays unsaid. */
function publicMessageOf(error: Error): string {
  return (error instanceof UserError ? error.withoutContent : undefined) ?? error.message;
}

/** Why it failed, for people. */
function reasonOf({ source, error }: Attempted): string {
  return isForeseen(error) ? publicMessageOf(error) : `${titleOf(source)}: an internal error; the log has it`;
}

function resultOf(attempted: Attempted): SyncResult {
  const { source, attempts, brought, standing, error } = attempted;
  return {
    ...brought,
    feed: source.feed,
    source: titleOf(source),
    status: error !== undefined ? 'failed' : brought.files > 0 ? 'changed' : 'unchanged',
    error: error === undefined ? undefined : reasonOf(attempted),
    attempts,
    standing,
  };
}
