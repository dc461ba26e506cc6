import { latestInstant } from '../../domain/future.ts';
import { every } from '../../lib/world/timers.ts';
import type { ImportSession } from '../../storage/ports/import-session.ts';
import { type FeedLimits, NO_LIMITS } from './limits.ts';
import type { Reject } from './list-rejects.ts';
import type { FeedReader } from './reader/reader.ts';
import type { Source } from './source.ts';
import { type Staged, stage } from './stage.ts';

export type ImportPhase = 'reading' | 'merging';

export interface ReadOptions {
  /** The clock, milliseconds: polls more than 5 minutes ahead of it are bad. */
  readonly now: number;
  /** Limits on reading a file in this process; default: none. */
  readonly limits?: FeedLimits;
  /** Reads the files in child processes, before the transaction starts; default: this process reads them. */
  readonly reader?: Pick<FeedReader, 'read'> | undefined;
  /** Stops the import, which then changes nothing. */
  readonly signal?: AbortSignal;
  /** `done` is the share of the phase, 0 to 1. */
  readonly onProgress?: (file: string, phase: ImportPhase, done: number) => void;
}

/** A file to import, which may have been read already. */
export interface OpenSource {
  readonly source: Source;
  /** Creates its staged tables in the session. */
  stage(session: ImportSession, onReject: (reject: Reject) => Promise<void>): Promise<Staged>;
  remove(): Promise<void>;
}

const PROGRESS_INTERVAL = 100;

/** Reads the sources with the reader; without one, they are read when they are staged. */
export async function openFiles(sources: readonly Source[], options: ReadOptions): Promise<OpenSource[]> {
  const { reader } = options;
  const files: OpenSource[] = [];
  try {
    for (const source of sources) {
      files.push(reader === undefined ? readHere(source, options) : await readApart(source, reader, options));
    }
    return files;
  } catch (error) {
    for (const { remove } of files) await remove();
    throw error;
  }
}

function readHere(source: Source, options: ReadOptions): OpenSource {
  const { limits = NO_LIMITS, now } = options;
  const latest = latestInstant(now);
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

async function readApart(source: Source, reader: Pick<FeedReader, 'read'>, options: ReadOptions): Promise<OpenSource> {
  const { signal, now, onProgress } = options;
  onProgress?.(source.label, 'reading', 0);
  const read = await reader.read(source, {
    latest: latestInstant(now),
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

/** Reports the progress of the running statement, ten times a second, while `work` runs. */
export async function reporting<T>(
  session: ImportSession,
  { onProgress }: ReadOptions,
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
