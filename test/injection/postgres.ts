import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import type { Fault, Injector } from './injector.ts';

/** One SQLSTATE of each class that says that the server, not the data, is the cause. */
export const SQLSTATES = [
  ...['08006', '25006', '40001', '40P01', '53100', '53200', '53300', '55P03'],
  ...['57014', '57P01', '57P02', '57P03', '58030', 'XX000'],
] as const;

export const POSTGRES_FAULTS: readonly Fault[] = [
  ...SQLSTATES.map((code): Fault => ({ name: code, kind: 'fail', what: code })),
  { name: 'lost acknowledgment', kind: 'lose', what: '' },
  { name: 'hang', kind: 'hang', what: '' },
  ...(['fail', 'lose', 'hang'] as const).map((kind): Fault => {
    const rollback: Fault = { name: '', kind, what: '57014' };
    return { name: `57014, and the rollback: ${kind}`, kind: 'fail', what: '57014', rollback };
  }),
];

/** Milliseconds for which a hanging statement keeps the server busy, and until its connection is cut off. */
const HANG = { server: 0.15, cut: 60 };

/** A statement of the driver that is a stream: COPY. */
type Copy = (Readable | Writable) & { handleCommandComplete(message: unknown): void; handleError(error: Error): void };

/** The driver's client as far as this file uses it. */
interface Client {
  readonly connection: { readonly stream: Socket };
}

type Query = (this: Client, ...args: unknown[]) => unknown;

/**
 * Puts an injector between this program and the real server, for all clients of this process. A statement that fails is
 * replaced by one that raises the error in the server, so transactions are in the state that the server gives them.
 * Returns a function that ends this.
 */
export function injectIntoPostgres(injector: Injector): () => void {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (this: Client, first: unknown, ...rest: unknown[]) {
    const text = typeof first === 'string' ? first : (first as { text?: string }).text;
    if (text === undefined) return query.call(this, first, ...rest);
    const fault = injector.next(text);
    if (fault === undefined) return query.call(this, first, ...rest);
    const run = (sql: string) => query.call(this, sql) as Promise<unknown>;
    const cut = () => this.connection.stream.destroy();
    if (typeof first === 'string') {
      if (fault.kind === 'lose') {
        return (query.call(this, first, ...rest) as Promise<unknown>).then(() => failing(fault, run, cut));
      }
      return failing(fault, run, cut);
    }
    const copy = first as Copy;
    if (fault.kind === 'lose') {
      copy.handleCommandComplete = cut;
      return query.call(this, copy);
    }
    failing(fault, run, cut).catch((error: Error) => copy.handleError(error));
    return copy;
  };
  return () => {
    prototype.query = query;
  };
}

/** Rejects as the driver does. */
async function failing({ kind, what }: Fault, run: (sql: string) => Promise<unknown>, cut: () => void) {
  if (kind === 'hang') {
    setTimeout(cut, HANG.cut);
    return run(`select pg_sleep(${HANG.server})`).then(() => {
      // Where this process is the slower one, the answer is there before the cut.
      cut();
      throw new Error('Connection terminated');
    });
  }
  if (kind === 'lose' || what === '08006') {
    const answer = run('select 1');
    cut();
    return answer;
  }
  if (what === '57P01') return run('select pg_terminate_backend(pg_backend_pid())');
  return run(`do $$ begin raise exception using errcode = '${what}', message = 'injected'; end $$`);
}
