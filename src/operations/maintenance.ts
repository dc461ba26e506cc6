import { resolve } from 'node:path';
import type { Invariant } from '../storage/ports/invariants.ts';
import type { SyncResult } from '../storage/ports/sync-log.ts';
import type { Operation } from './operation.ts';

type Nothing = Record<string, never>;

/** Deletes polls older than an age in milliseconds; returns the instant before which none are left. */
export const prunePolls: Operation<{ readonly age: number }, { readonly before: number }> = async (
  { storage, now },
  { age },
) => ({ before: await storage.prune(now() - age) });

/** Reads the whole database. */
export const checkDatabase: Operation<Nothing, readonly Invariant[]> = ({ storage }) => storage.invariants();

/** Writes a backup as a tar archive. */
export const writeBackup: Operation<Nothing, Nothing> = async ({ backup }, _args, io) => {
  const archive = backup((done) => io.progress('copying polls', done));
  for await (const chunk of archive) {
    io.signal.throwIfAborted();
    await io.write(chunk);
  }
  return {};
};

export interface SyncOutcome {
  /** How many sources the configuration has; without any, nothing was done. */
  readonly sources: number;
  readonly results: readonly SyncResult[];
  /** The absolute path of the file with the bad rows; `undefined`: there are none. */
  readonly rejects: string | undefined;
}

/** Reads what is new in the sources of the configuration. */
export const syncSources: Operation<Nothing, SyncOutcome> = async ({ syncs, config }, _args, io) => {
  const sources = config.sync.sources.length;
  if (sources === 0) return { sources, results: [], rejects: undefined };
  let rejects: string | undefined;
  const { results } = await syncs(io.signal).run('request', {
    onProgress: ({ file, done }) => io.progress(`reading ${file}`, done),
    onRetry: (reasons, wait) => io.progress(`${reasons.join('; ')}; trying again in ${Math.ceil(wait / 1_000)} s`, 0),
    onRejects: (path) => {
      rejects = resolve(path);
    },
  });
  return { sources, results, rejects };
};
