import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Fault, Injector } from './injector.ts';

const FULL = 'IO Error: Could not write file "/data/monitor.duckdb": No space left on device';

/** After it, DuckDB refuses every statement until the database is opened again. */
const FATAL = 'FATAL Error: Failed to create checkpoint because of error: No space left on device';

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
  ...(['fail', 'hang'] as const).map((kind): Fault => {
    const rollback: Fault = { name: '', kind, what: FULL };
    return { name: `no space, and the rollback: ${kind}`, kind: 'fail', what: FULL, rollback };
  }),
  { name: 'fatal', kind: 'fail', what: FATAL },
  { name: 'fatal after it was done', kind: 'lose', what: FATAL },
];

/** Milliseconds. */
const HANG = 60;

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

const INVALIDATED =
  'FATAL Error: Failed: database has been invalidated because of a previous fatal error. The database must be restarted ' +
  'prior to being used again.';

/** Puts an injector between this program and DuckDB, for all connections of this process. Returns a function that ends this. */
export function injectIntoDuckdb(injector: Injector): () => void {
  const instances = new WeakMap<object, object>();
  const invalidated = new WeakSet<object>();
  const intercept = (name: string) => async (original: Method, connection: object, args: unknown[]) => {
    const instance = instances.get(connection) ?? connection;
    if (invalidated.has(instance)) throw new Error(INVALIDATED);
    const text = String(args[0]);
    const fault = injector.next(name === 'createAppender' ? `append to ${text}` : text);
    if (fault === undefined) return original.apply(connection, args);
    // Only what writes to the disk can fail after it was done.
    if (fault.kind === 'lose' && !/^\s*begin/.test(text)) await original.apply(connection, args);
    if (fault.kind === 'hang') await new Promise((resolve) => setTimeout(resolve, HANG));
    if (/^FATAL/.test(fault.what)) invalidated.add(instance);
    throw new Error(fault.what);
  };
  const ends = ['run', 'stream', 'createAppender'].map((name) =>
    replace(DuckDBConnection.prototype, name, intercept(name)),
  );
  ends.push(
    replace(DuckDBInstance.prototype, 'connect', async (original, instance, args) => {
      const connection = (await original.apply(instance, args)) as object;
      instances.set(connection, instance);
      return connection;
    }),
  );
  return () => {
    for (const end of ends) end();
  };
}

/** Replaces a method until the returned function is called. */
function replace(
  prototype: object,
  name: string,
  instead: (original: Method, self: object, args: unknown[]) => Promise<unknown>,
): () => void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name] as Method;
  methods[name] = function (this: unknown, ...args: unknown[]) {
    return instead(original, this as object, args);
  };
  return () => {
    methods[name] = original;
  };
}
