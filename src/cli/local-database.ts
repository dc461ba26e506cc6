import { dirname, resolve } from 'node:path';
import { pino } from 'pino';
import { createSyncs } from '../compose/background.ts';
import {
  createKernel,
  createOutbox,
  createReader,
  openAccounts,
  openAdjustments,
  openAnalytics,
} from '../compose/parts.ts';
import { stopWork } from '../compose/stopping.ts';
import { backupSource, openServerStorage, openStorage } from '../compose/storages.ts';
import type { Config, DatabaseLocation } from '../config/config.ts';
import type { Budgets } from '../lib/budgets.ts';
import { systemReason, UserError } from '../lib/errors.ts';
import { makeFolder } from '../lib/world/files.ts';
import { waitAtMost } from '../lib/world/timers.ts';
import type { Outbox } from '../mail/outbox.ts';
import type { OperationContext, OperationIo } from '../operations/operation.ts';
import { type ArgsOf, OPERATIONS, type OperationName, type ResultOf } from '../operations/operations.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';
import { say } from './output.ts';
import { NO_IO, type RunOperation } from './run-operation.ts';

// What commands need of the product when no server has the database open. A command that asks a server does not load it.

const LOG = pino({ level: 'silent' });
/** How long a command waits for the mail server, milliseconds. */
const MAIL_WAIT = 20_000;

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

/** Runs the operations of `work` on a database in this process, and waits for the mail that they cause. */
export async function withLocalDatabase<T>(
  config: Config,
  open: StorageAccess | (() => Promise<Storage>),
  work: (run: RunOperation) => Promise<T>,
): Promise<T> {
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
    ...{ config, storage, accounts, adjustments: openAdjustments(storage, accounts), now: Date.now },
    analytics: openAnalytics(storage, config),
    kernel: createKernel(config, LOG),
    syncs: (signal) => {
      const reader = createReader(config, storage, LOG);
      const syncs = createSyncs(config, { storage, reader, log: LOG, now: Date.now, onChanged: () => {} });
      signal.addEventListener('abort', () => void stopWork(storage, [syncs]), { once: true });
      return syncs;
    },
    backup: async function* (onProgress) {
      const { createBackup } = await import('../backup/create.ts');
      yield* createBackup({ ...backupSource(config, storage), onProgress });
    },
  };
}
