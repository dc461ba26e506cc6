import { DuckDBConnection } from '@duckdb/node-api';
import type { Fault, Injector } from './injector.ts';

const FULL = 'IO Error: Could not write file "/data/monitor.duckdb": No space left on device';

/** What DuckDB says when its disk or its memory fails. */
export const DUCKDB_FAULTS: readonly Fault[] = [
  { name: 'no space', kind: 'fail', what: FULL },
  {
    name: 'I/O error',
    kind: 'fail',
    what: 'IO Error: Could not read from file "/data/monitor.duckdb": Input/output error',
  },
  {
    name: 'fsync',
    kind: 'fail',
    what: 'IO Error: Could not fsync file "/data/monitor.duckdb.wal": Input/output error',
  },
  {
    name: 'read-only',
    kind: 'fail',
    what: 'IO Error: Cannot write file "/data/monitor.duckdb": Read-only file system',
  },
  {
    name: 'out of memory',
    kind: 'fail',
    what: 'Out of Memory Error: could not allocate block of size 256.0 KiB (127.9 MiB/128.0 MiB used)',
  },
  { name: 'lost acknowledgment', kind: 'lose', what: FULL },
  { name: 'hang', kind: 'hang', what: FULL },
];

/** Milliseconds. */
const HANG = 60;

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/** Puts an injector between this program and DuckDB, for all connections of this process. Returns a function that ends this. */
export function injectIntoDuckdb(injector: Injector): () => void {
  const prototype = DuckDBConnection.prototype as unknown as Record<string, Method>;
  const originals = new Map<string, Method>();
  for (const name of ['run', 'stream', 'createAppender']) {
    const original = prototype[name] as Method;
    originals.set(name, original);
    prototype[name] = async function (this: unknown, ...args: unknown[]) {
      const text = String(args[0]);
      // It only discards what is in memory.
      if (/^\s*rollback/.test(text)) return original.apply(this, args);
      const fault = injector.next(name === 'createAppender' ? `append to ${text}` : text);
      if (fault === undefined) return original.apply(this, args);
      // Only what writes to the disk can fail after it was done.
      if (fault.kind === 'lose' && !/^\s*begin/.test(text)) await original.apply(this, args);
      if (fault.kind === 'hang') await new Promise((resolve) => setTimeout(resolve, HANG));
      throw new Error(fault.what);
    };
  }
  return () => {
    for (const [name, original] of originals) prototype[name] = original;
  };
}
