import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { notFound, UserError } from '../lib/errors.ts';
import { literal } from '../lib/sql.ts';
import { temporaryFolder } from '../lib/temporary-folder.ts';
import { elapsed } from '../lib/world/clocks.ts';
import { openError } from './errors.ts';
import { DEFAULT_DUCKDB_LIMITS, type DuckdbLimits } from './limits.ts';
import { Session } from './session.ts';

/** The databases that are open. */
const opened = new Set<Database>();

// A process that exits waits for the threads that run statements.
process.once('exit', () => {
  for (const database of opened) database.interrupt();
});

/** Milliseconds between two attempts to open a database again. */
const REOPEN_INTERVAL = 1_000;

export interface OpenOptions {
  /** `false`, if not given. */
  readonly readOnly?: boolean;
  /** The name for messages, if it is not the path. */
  readonly knownAs?: string;
  /** Runs whenever the file is about to be opened; when it throws, the file is not opened. */
  readonly before?: () => Promise<void>;
  /** Runs whenever the file has been opened, before anything else. */
  readonly prepare?: (session: Session) => Promise<void>;
}

/** A DuckDB in this process: a file, or memory only. */
export class Database {
  /** `undefined`: it was closed, and could not be opened again. */
  #instance: DuckDBInstance | undefined;
  readonly #shared: boolean;
  readonly #onClose: () => void;
  readonly #sessions = new Set<Session>();
  readonly #endListeners: (() => void)[] = [];
  /** `undefined`: it is in memory, and what it held is lost with it. */
  readonly #file: DatabaseFile | undefined;
  /** Whether DuckDB refuses all statements. */
  #ended = false;
  #reopening: Promise<DuckDBInstance> | undefined;
  /** The last attempt to open it again. */
  #failure: { readonly at: number; readonly error: unknown } | undefined;

  private constructor(
    instance: DuckDBInstance,
    shared: boolean,
    { onClose = () => {}, file }: { onClose?: () => void; file?: DatabaseFile },
  ) {
    this.#instance = instance;
    this.#shared = shared;
    this.#onClose = onClose;
    this.#file = file;
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
    const database = new Database(instance, shared, { onClose: temporary.removeSync });
    await onInstance(instance, (session) => restrict(session, limits));
    return database;
  }

  /**
   * Opens the file, and creates it if needed, but not its folder. Read-only, nothing is written: the write-ahead log is applied
   * in memory. After an error that ends the database, the next session opens the file again.
   *
   * @throws UserError `unavailable` when another process holds the file, or when it is no DuckDB database; `not_found`
   *   when it does not exist and is opened read-only; whatever `before` and `prepare` throw
   */
  static async open(
    path: string,
    limits = DEFAULT_DUCKDB_LIMITS,
    { readOnly = false, knownAs = path, before = async () => {}, prepare = async () => {} }: OpenOptions = {},
  ): Promise<Database> {
    if (readOnly && !existsSync(path)) throw notFound(`there is no database ${knownAs}`);
    const access = readOnly ? { access_mode: 'READ_ONLY' } : {};
    const create = async () => {
      try {
        await before();
        const instance = await DuckDBInstance.create(path, { ...options(limits), ...access });
        try {
          if (!readOnly) await clearTemporaryFiles(path);
          await onInstance(instance, async (session) => {
            await restrict(session, limits);
            await prepare(session);
          });
          return instance;
        } catch (error) {
          instance.closeSync();
          throw error;
        }
      } catch (error) {
        throw openError(knownAs, error);
      }
    };
    const file = new DatabaseFile(path, create);
    return new Database(await file.open(), true, { file });
  }

  /**
   * A new connection. Its time zone is UTC.
   *
   * @param short whether it runs short statements: it does not know their `progress`, and keeps them prepared
   *
   * @throws UserError `unavailable` when the database has ended and cannot be opened again yet
   */
  async session({ short = false } = {}): Promise<Session> {
    const instance = await this.#usable();
    const session = new Session(
      await instance.connect(),
      { shared: this.#shared, short },
      {
        onClose: () => this.#sessions.delete(session),
        onDatabaseEnd: () => this.#end(instance),
      },
    );
    this.#sessions.add(session);
    try {
      if (!short) await session.run('set enable_progress_bar = true; set enable_progress_bar_print = false');
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** Calls `listener` whenever the database has ended: it is opened again when all sessions are closed. */
  onEnd(listener: () => void): void {
    this.#endListeners.push(listener);
  }

  /** Whether sessions can be created without opening the file again. */
  get usable(): boolean {
    return !this.#ended && this.#instance !== undefined;
  }

  /**
   * To be called before each commit: what is written to a file without a name is lost.
   *
   * @throws UserError `unavailable` when another file has taken the place of the one that is open, or none is there
   */
  async requireFile(): Promise<void> {
    await this.#file?.requireSame();
  }

  #end(instance: DuckDBInstance): void {
    if (this.#ended || instance !== this.#instance) return;
    this.#ended = true;
    for (const session of this.#sessions) session.end();
    for (const listener of this.#endListeners) listener();
  }

  async #usable(): Promise<DuckDBInstance> {
    if (this.usable && this.#instance !== undefined) return this.#instance;
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #reopen(): Promise<DuckDBInstance> {
    const file = this.#file;
    if (file === undefined) throw new UserError('unavailable', 'the database in memory has ended with an error');
    if (this.#failure !== undefined && elapsed() < this.#failure.at + REOPEN_INTERVAL) throw this.#failure.error;
    // Two instances on one file would destroy it.
    if (this.#sessions.size > 0) {
      throw new UserError('unavailable', 'the database has ended with an error; it is opened again in a moment');
    }
    await file.requireSame();
    this.#instance?.closeSync();
    this.#instance = undefined;
    try {
      this.#instance = await file.open();
    } catch (error) {
      this.#failure = { at: elapsed(), error };
      throw error;
    }
    this.#ended = false;
    return this.#instance;
  }

  /** Interrupts the statements that are running. */
  interrupt(): void {
    for (const session of this.#sessions) session.interrupt();
  }

  close(): void {
    opened.delete(this);
    this.#instance?.closeSync();
    this.#onClose();
  }
}

/** The file of a database, which must stay the same under its name. */
class DatabaseFile {
  readonly #path: string;
  readonly #create: () => Promise<DuckDBInstance>;
  /** `undefined`: it was not opened yet. */
  #identity: string | undefined;

  constructor(path: string, create: () => Promise<DuckDBInstance>) {
    this.#path = path;
    this.#create = create;
  }

  async open(): Promise<DuckDBInstance> {
    const instance = await this.#create();
    this.#identity = await this.#current();
    return instance;
  }

  async requireSame(): Promise<void> {
    if ((await this.#current()) === this.#identity) return;
    throw new UserError(
      'unavailable',
      `the database file ${this.#path} was replaced or removed while it is open, so nothing can be stored. Stop this ` +
        'process; to put a backup in its place, run `restaurant-monitor restore --replace`',
    );
  }

  /** Only the metadata: opening and closing the file would release the lock that this process has on it. */
  async #current(): Promise<string> {
    try {
      const { dev, ino } = await stat(this.#path, { bigint: true });
      return `${dev} ${ino}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
      throw error;
    }
  }
}

/** Runs `work` on a connection of its own. */
async function onInstance(instance: DuckDBInstance, work: (session: Session) => Promise<void>): Promise<void> {
  const session = new Session(await instance.connect(), { shared: true, short: false });
  try {
    await work(session);
  } finally {
    session.close();
  }
}

/** Limits what statements may do from now on; no statement can lift the limits. */
async function restrict(session: Session, { folders, temporary }: DuckdbLimits): Promise<void> {
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
