import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { pino } from 'pino';
import { createBackup } from '../backup/create.ts';
import { createSyncs } from '../compose/background.ts';
import { createKernel, createOutbox, createReader, openAccounts, openJudgements } from '../compose/parts.ts';
import { stopWork } from '../compose/stopping.ts';
import { backupSource, openServerStorage, openStorage } from '../compose/storages.ts';
import { type Config, type ConfigFlags, type DatabaseLocation, loadConfig } from '../config/config.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import { RunningServer } from '../control/client.ts';
import type { Budgets } from '../lib/budgets.ts';
import { systemReason, UserError } from '../lib/errors.ts';
import { makeFolder } from '../lib/world/files.ts';
import { waitAtMost } from '../lib/world/timers.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { OperationContext, OperationIo } from '../operations/operation.ts';
import { type ArgsOf, OPERATIONS, type OperationName, type ResultOf } from '../operations/operations.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { say, warn } from './output.ts';
import { parsing } from './usage.ts';

export interface DatabaseFlags {
  readonly database?: string;
}

export function withDatabaseOption(command: Command): Command {
  return command.option(
    '--database <url>',
    'the database: a DuckDB file or postgres://… (DATABASE_URL, default ./var/monitor.duckdb)',
  );
}

const LOG = pino({ level: 'silent' });
/** How long a command waits for the mail server, milliseconds. */
const MAIL_WAIT = 20_000;

/**
 * The configuration of a command. Variables of the environment that look like settings and are none are a warning.
 *
 * @throws UsageError naming the option or variable
 */
export function configOf(flags: ConfigFlags = {}): Config {
  for (const warning of unknownVariables(process.env)) warn(warning);
  return parsing(() => loadConfig(process.env, flags));
}

/** Opens a database to change it; a DuckDB file and its folder are created if needed. */
export async function openDatabase(
  database: DatabaseLocation,
  budgets: Budgets,
  access: 'write' | 'replace' = 'write',
): Promise<Storage> {
  await createFolderOf(database);
  return openStorage(database, budgets, { access });
}

/** The same for a server, or for a command that works as one. */
export async function openServerDatabase(config: Config): Promise<Storage> {
  await createFolderOf(config.database);
  return openServerStorage(config);
}

/** Creates the folder of a DuckDB file, and says so, since the path may be mistyped. */
export async function createFolderOf(database: DatabaseLocation): Promise<void> {
  if (database.engine !== 'duckdb' || database.path === undefined) return;
  const folder = dirname(resolve(database.path));
  const created = await makeFolder(folder).catch((error: unknown) => {
    throw new UserError('unavailable', `the database ${database.path} cannot be opened: ${systemReason(error)}`);
  });
  if (created) say(`created the folder ${folder} for the database`);
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
 * @param work gets the server, too, if there is one
 */
export async function withDatabase<T>(
  config: Config,
  open: StorageAccess | (() => Promise<Storage>),
  work: (run: RunOperation, server?: Pick<RunningServer, 'pid'>) => Promise<T>,
): Promise<T> {
  const server = await serverOf(config);
  if (server !== undefined) return work((name, args, io) => server.run(name, args, { ...NO_IO, ...io }), server);
  const storage = await (typeof open === 'function' ? open() : openedFor(open, config));
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

function openedFor(access: StorageAccess, { database, budgets }: Config): Promise<Storage> {
  const changes = access === 'write' || access === 'replace';
  return changes ? openDatabase(database, budgets, access) : openStorage(database, budgets, { access });
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
  const accounts = openAccounts(storage, config, outbox);
  return {
    ...{ config, storage, accounts, judgements: openJudgements(storage, accounts), now: Date.now },
    kernel: createKernel(config, LOG),
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
