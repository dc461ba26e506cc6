import { join } from 'node:path';
import type { BackupSource } from '../backup/create.ts';
import type { Config, DatabaseLocation } from '../config/config.ts';
import { duckdbLimits } from '../duckdb/limits.ts';
import { DEFAULT_BUDGETS } from '../lib/budgets.ts';
import { CLOCKS } from '../lib/world/clocks.ts';
import { ResultsFolder } from '../reports/results.ts';
import { DuckdbStorage } from '../storage/duckdb/storage.ts';
import type { Storage, StorageAccess } from '../storage/ports/storage.ts';

export { restoreFile } from '../storage/duckdb/restore.ts';

/** Opens the database with the engine of its location. The other engines are not loaded. */
export async function openStorage(
  database: DatabaseLocation,
  budgets = DEFAULT_BUDGETS,
  { folders, access = 'write' }: { readonly folders?: readonly string[]; readonly access?: StorageAccess } = {},
): Promise<Storage> {
  const duckdb = { ...duckdbLimits(budgets), folders };
  if (database.engine === 'duckdb')
    return DuckdbStorage.open(database.path, { maxStores: budgets.stores, duckdb, access });
  const { PostgresStorage } = await import('../storage/postgres/storage.ts');
  const options = { maxStores: budgets.stores, staging: duckdb, access };
  if (database.polls === undefined) return PostgresStorage.open(database.url, options);
  const { ClickhousePolls } = await import('../storage/clickhouse/polls.ts');
  return PostgresStorage.open(database.url, {
    ...options,
    polls: new ClickhousePolls(database.polls, { cluster: database.cluster }),
  });
}

/** Where feeds that were read wait to be merged. */
export function feedsFolder(config: Config): string {
  return join(config.uploadsDir, 'reading');
}

/** Where the copy of the database lies while a backup is sent. */
export function backupsFolder(config: Config): string {
  return join(config.uploadsDir, 'backups');
}

/** Opens DuckDB files. */
export function openFile(budgets = DEFAULT_BUDGETS): BackupSource['openFile'] {
  return (path, access) => openStorage({ engine: 'duckdb', path }, budgets, { access });
}

/** What a backup of a database needs. */
export function backupSource(config: Config, storage: Storage, now = CLOCKS.now): BackupSource {
  return {
    storage,
    engine: config.database.engine,
    results: new ResultsFolder(config.resultsDir),
    workFolder: backupsFolder(config),
    openFile: openFile(config.budgets),
    now,
  };
}

/** A storage that reads no files but what `createReader` left for it. */
export function openServerStorage(config: Config): Promise<Storage> {
  return openStorage(config.database, config.budgets, { folders: [feedsFolder(config), backupsFolder(config)] });
}

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };
