import type { Command } from 'commander';
import { pino } from 'pino';
import { createBackup } from '../backup/create.ts';
import { createSyncs } from '../compose/background.ts';
import { backupSource, createOutbox, createReader, openAccounts, openStorage, stopWork } from '../compose.ts';
import { type Config, type ConfigFlags, loadConfig } from '../config/config.ts';
import { RunningServer } from '../control/client.ts';
import { waitAtMost } from '../lib/world/timers.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { OperationContext, OperationIo } from '../operations/operation.ts';
import { type ArgsOf, OPERATIONS, type OperationName, type ResultOf } from '../operations/operations.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { parsing } from './usage.ts';

export interface DatabaseFlags {
  readonly database?: string;
}

export function withDatabaseOption(command: Command): Command {
  return command.option('--database <url>', 'the database: a DuckDB file or postgres://… (DATABASE_URL)');
}

const LOG = pino({ level: 'silent' });
/** How long a command waits for the mail server, milliseconds. */
const MAIL_WAIT = 20_000;

/** The configuration of a command. @throws UsageError naming the option or variable */
export function configOf(flags: ConfigFlags = {}): Config {
  return parsing(() => loadConfig(process.env, flags));
}

/** Runs an operation on a database, in this process or in the server that has the database open. */
export type RunOperation = <N extends OperationName>(
  name: N,
  args: ArgsOf<N>,
  io?: Partial<OperationIo>,
) => Promise<ResultOf<N>>;

/**
 * Runs the operations of `work` on the database of the configuration: in the running server that has the DuckDB file
 * open, or else in this process.
 *
 * @param open opens the database in this process
 */
export async function withDatabase<T>(
  config: Config,
  open: StorageAccess | (() => Promise<Storage>),
  work: (run: RunOperation) => Promise<T>,
): Promise<T> {
  const server = await serverOf(config);
  if (server !== undefined) return work((name, args, io) => server.run(name, args, { ...NO_IO, ...io }));
  const storage = await (typeof open === 'function'
    ? open()
    : openStorage(config.database, config.budgets, { access: open }));
  const outbox = createOutbox(config, LOG);
  try {
    const result = await work(runOn(contextOn(config, storage, outbox)));
    if (outbox !== undefined) await waitAtMost(MAIL_WAIT, outbox.settled());
    return result;
  } finally {
    await outbox?.stop();
    await storage.close();
  }
}

/** The running server that has the DuckDB file of the configuration open; `undefined`: none. */
async function serverOf({ database }: Config): Promise<RunningServer | undefined> {
  if (database.engine !== 'duckdb' || database.path === undefined) return undefined;
  return RunningServer.find(database.path);
}

/** Runs operations in this process. */
export function runOn(context: OperationContext): RunOperation {
  return <N extends OperationName>(name: N, args: ArgsOf<N>, io: Partial<OperationIo> = {}) => {
    const operation = OPERATIONS[name] as (...given: unknown[]) => Promise<ResultOf<N>>;
    return operation(context, args, { ...NO_IO, ...io });
  };
}

/** What operations work on in this process. */
export function contextOn(config: Config, storage: Storage, outbox?: Outbox): OperationContext {
  return {
    ...{ config, storage, accounts: openAccounts(storage, config, outbox), now: Date.now },
    syncs: (signal) => {
      const reader = createReader(config, storage, LOG);
      const syncs = createSyncs(config, { storage, reader, log: LOG, now: Date.now, onChanged: () => {} });
      signal.addEventListener('abort', () => void stopWork(storage, [syncs]), { once: true });
      return syncs;
    },
    backup: (onProgress) => createBackup({ ...backupSource(config, storage), onProgress }),
  };
}

const NO_IO: OperationIo = {
  files: [],
  // Ctrl-C ends this process, and with it the connection to a server.
  signal: new AbortController().signal,
  progress: () => {},
  reject: async () => {},
  write: () => Promise.reject(new Error('the operation has no output')),
};
