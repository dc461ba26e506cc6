import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { notFound } from '../lib/errors.ts';
import { temporaryFolder } from '../lib/temporary-folder.ts';
import { openError } from './errors.ts';
import { DEFAULT_DUCKDB_LIMITS, type DuckdbLimits } from './limits.ts';
import { literal, Session } from './session.ts';

/** The databases that are open. */
const opened = new Set<Database>();

// A process that exits waits for the threads that run statements.
process.once('exit', () => {
  for (const database of opened) database.interrupt();
});

/** A DuckDB in this process: a file, or memory only. */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #shared: boolean;
  readonly #onClose: () => void;
  readonly #sessions = new Set<Session>();

  private constructor(instance: DuckDBInstance, shared: boolean, onClose = () => {}) {
    this.#instance = instance;
    this.#shared = shared;
    this.#onClose = onClose;
    opened.add(this);
  }

  /**
   * Data beyond the memory limit goes to the system's temporary folder.
   *
   * @param shared whether different work uses it at the same time; else reaching a limit is the fault of the statement
   */
  static async inMemory(limits = DEFAULT_DUCKDB_LIMITS, { shared = false } = {}): Promise<Database> {
    const temporary = await temporaryFolder();
    const instance = await DuckDBInstance.create(':memory:', { ...options(limits), temp_directory: temporary.path });
    const database = new Database(instance, shared, temporary.removeSync);
    await database.#restrict(limits);
    return database;
  }

  /**
   * Opens the file, and creates it if needed, but not its folder. Read-only, nothing is written: the write-ahead log is applied
   * in memory.
   *
   * @param options.knownAs the name for messages, if it is not `path`
   * @throws UserError `unavailable` when another process holds the file, or when it is no DuckDB database; `not_found`
   *   when it does not exist and is opened read-only
   */
  static async open(
    path: string,
    limits = DEFAULT_DUCKDB_LIMITS,
    { readOnly = false, knownAs = path }: { readonly readOnly?: boolean; readonly knownAs?: string } = {},
  ): Promise<Database> {
    if (readOnly && !existsSync(path)) throw notFound(`there is no database ${knownAs}`);
    try {
      const access = readOnly ? { access_mode: 'READ_ONLY' } : {};
      const database = new Database(await DuckDBInstance.create(path, { ...options(limits), ...access }), true);
      if (!readOnly) await clearTemporaryFiles(path);
      await database.#restrict(limits);
      return database;
    } catch (error) {
      throw openError(knownAs, error);
    }
  }

  /** A new connection. Its time zone is UTC. */
  async session(): Promise<Session> {
    const session = new Session(await this.#instance.connect(), this.#shared, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    await session.run('set enable_progress_bar = true; set enable_progress_bar_print = false');
    return session;
  }

  /** Limits what statements may do from now on; no statement can lift the limits. */
  async #restrict({ folders, temporary }: DuckdbLimits): Promise<void> {
    const session = new Session(await this.#instance.connect(), this.#shared);
    try {
      // It has no effect among the options of a new instance.
      await session.run(`set global max_temp_directory_size = '${temporary}B'`);
      await session.run(`set global TimeZone = 'UTC'`);
      if (folders !== undefined) {
        // Without the slash, it would also match folders whose names begin with this one.
        const allowed = folders.map((folder) => literal(`${resolve(folder)}/`));
        await session.run(`set allowed_directories = [${allowed.join(', ')}]; set enable_external_access = false`);
      }
      // DuckDB itself sets the last one when it runs several statements together.
      await session.run(`
        set allowed_configs =
          ['enable_progress_bar', 'enable_progress_bar_print', 'current_transaction_invalidation_policy'];
        set lock_configuration = true`);
    } finally {
      session.close();
    }
  }

  /** Interrupts the statements that are running. */
  interrupt(): void {
    for (const session of this.#sessions) session.interrupt();
  }

  close(): void {
    opened.delete(this);
    this.#instance.closeSync();
    this.#onClose();
  }
}

/** Deletes what DuckDB wrote beside the file for a process that was killed. Only for the process that holds the file. */
async function clearTemporaryFiles(path: string): Promise<void> {
  const folder = `${path}.tmp`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('duckdb_temp_')) await rm(join(folder, name), { force: true });
  }
}

/** Extensions are downloaded code that runs in this process; only built-in ones are needed. */
function options({ memory, settings }: DuckdbLimits): Record<string, string> {
  return {
    memory_limit: `${memory}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    ...settings,
  };
}
