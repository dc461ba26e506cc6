import type { Logger } from 'pino';
import type { Budgets } from '../../lib/budgets.ts';
import { isDiskFault, systemReason, UserError } from '../../lib/errors.ts';
import { random } from '../../lib/world/random.ts';
import type { Storage } from '../../storage/ports/storage.ts';
import type { StandingRejects, SyncResult } from '../../storage/ports/sync-log.ts';
import { pollsIn } from '../feeds/import.ts';
import type { FeedReader } from '../feeds/reader/reader.ts';
import { FEEDS } from '../feeds/registry.ts';
import type { RejectsFile } from '../feeds/rejects.ts';
import type { DownloadOptions } from './download.ts';
import { ChangedWhileRead } from './increment.ts';
import { addCounts, addStanding, NO_COUNTS, readSource, type SourceCounts, sourceTitle } from './read-source.ts';
import type { SyncSource } from './sources.ts';

export interface ReadDependencies {
  readonly storage: Pick<Storage, 'importing' | 'syncs'>;
  readonly sources: readonly SyncSource[];
  /** Called with the number of polls in a file, whether they are new or not. */
  readonly onPolls?: (polls: number) => void;
  readonly downloads: DownloadOptions;
  readonly budgets: Budgets;
  /** The share of bad rows, 0 to 1, up to which a file is imported. */
  readonly maxBadShare: number;
  /** Reads files in a child process; if not given, they are read in this one. */
  readonly reader?: Pick<FeedReader, 'read'> | undefined;
  readonly log: Logger;
  /** The clock, milliseconds. */
  readonly now: () => number;
  /** Whether the clock can be relied on; it can, if not given. Nothing is imported while it cannot. */
  readonly trusted?: (() => boolean) | undefined;
  /** Resolves after this many milliseconds, and rejects when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface SyncProgress {
  readonly file: string;
  /** 0 to 1. */
  readonly done: number;
}

/** The settings and listeners of one run. */
export interface ReadRun {
  /** The instant from which changed hours and zones apply. */
  readonly effectiveFrom: number;
  readonly rejects: RejectsFile;
  /** `undefined`: nothing is being read, because the run waits for a retry or has ended. */
  readonly onProgress: (progress: SyncProgress | undefined) => void;
  /** Some sources failed for these reasons, and are retried after this many milliseconds. */
  readonly onRetry: (reasons: readonly string[], wait: number) => void;
  /** Interrupts the run when it aborts. */
  readonly signal: AbortSignal;
}

/** Milliseconds before each retry of the sources that failed, on average. */
const RETRY_AFTER = [1_000, 5_000, 25_000];
/** The most reasons in the error of one source: a folder may have many unreadable files. */
const MAX_REASONS = 3;

interface SourceAttempt {
  readonly source: SyncSource;
  attempts: number;
  counts: SourceCounts;
  standing: StandingRejects | undefined;
  /** What failed in the last attempt. */
  errors: unknown[];
  /** Whether an attempt was made and not interrupted. */
  isRead: boolean;
}

/**
 * Reads what is new in all sources. Those that failed are retried after all others have been read. After an interruption,
 * there are results only for the sources that were read.
 */
export async function readSources(dependencies: ReadDependencies, run: ReadRun): Promise<SyncResult[]> {
  const { sources, wait } = dependencies;
  const { onProgress, onRetry, signal } = run;
  const all = FEEDS.flatMap(({ name }) => sources.filter(({ feed }) => feed === name)).map(
    (source): SourceAttempt => ({
      ...{ source, attempts: 0, counts: NO_COUNTS, standing: undefined, errors: [], isRead: false },
    }),
  );
  let pending = all;
  for (const pause of [0, ...RETRY_AFTER]) {
    onProgress(undefined);
    if (pending.length === 0 || signal.aborted) break;
    if (pause > 0) {
      const length = pause * (0.5 + random());
      onRetry(pending.map(reasonOf), length);
      await wait(length, signal).catch(() => {});
    }
    for (const attempt of pending) {
      if (signal.aborted) break;
      await tryToRead(attempt, dependencies, run);
    }
    pending = pending.filter(({ errors }) => errors.length > 0);
  }
  return all.filter(({ isRead }) => isRead).map(resultOf);
}

async function tryToRead(attempt: SourceAttempt, dependencies: ReadDependencies, run: ReadRun): Promise<void> {
  const { storage, downloads, budgets, maxBadShare, reader, log, now, trusted, onPolls } = dependencies;
  const { effectiveFrom, rejects, signal } = run;
  const { source } = attempt;
  attempt.attempts++;
  attempt.standing = undefined;
  attempt.errors = [];
  attempt.isRead = true;
  const onFailure = (error: unknown) => {
    attempt.errors.push(error);
    const about = { feed: source.feed, source: sourceTitle(source), attempt: attempt.attempts };
    if (isExpected(error)) log.warn({ ...about, reason: publicMessageOf(error) }, 'cannot read a source');
    else log.error({ ...about, err: error }, 'cannot read a source');
  };
  try {
    const onReject = rejects.write.bind(rejects);
    const onProgress = (file: string, done: number) => run.onProgress({ file, done });
    const options = {
      ...{ storage, downloads, budgets, maxBadShare, reader, log, now, trusted, signal },
      ...{ effectiveFrom, onReject, onProgress },
    };
    await readSource(source, options, {
      onImported: (counts) => {
        attempt.counts = addCounts(attempt.counts, counts);
        onPolls?.(pollsIn([{ feed: source.feed, ...counts }]));
      },
      onStanding: (standing) => {
        const { standing: others } = attempt;
        attempt.standing = others === undefined ? standing : addStanding(others, standing);
      },
      onFailure,
    });
  } catch (error) {
    if (signal.aborted) attempt.isRead = false;
    else onFailure(error);
  }
}

function isExpected(error: unknown): error is Error {
  return error instanceof UserError || error instanceof ChangedWhileRead || isDiskFault(error);
}

/** Without content: through a link or a redirect, a source may be a file that its readers must not see. */
function publicMessageOf(error: Error): string {
  if (error instanceof UserError) return error.withoutContent ?? error.message;
  const { message } = error;
  return isDiskFault(error) ? `files cannot be read or written: ${systemReason(error)}` : message;
}

/** Why a source failed, for users. */
function reasonOf({ source, errors }: SourceAttempt): string {
  const reasons = errors.map((error) =>
    isExpected(error) ? publicMessageOf(error) : `${sourceTitle(source)}: an internal error; see the log`,
  );
  const others = reasons.length - MAX_REASONS;
  return reasons.slice(0, MAX_REASONS).join('; ') + (others > 0 ? `; and ${others} more` : '');
}

function resultOf(attempt: SourceAttempt): SyncResult {
  const { source, attempts, counts, standing, errors } = attempt;
  const failed = errors.length > 0;
  return {
    ...counts,
    feed: source.feed,
    source: sourceTitle(source),
    status: failed ? 'failed' : counts.files > 0 ? 'changed' : 'unchanged',
    error: failed ? reasonOf(attempt) : undefined,
    attempts,
    standing,
  };
}
