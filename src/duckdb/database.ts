import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { messageOf, notFound, systemReason, UserError } from '../lib/errors.ts';
import { DEFAULT_DUCKDB_LIMITS, type DuckdbLimits } from './limits.ts';
import { literal, Session } from './session.ts';

/** A DuckDB in this process: a file, or memory only. */
export class Database {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** Data beyond the memory limit goes to the system's temporary folder. */
  static async inMemory(limits = DEFAULT_DUCKDB_LIMITS): Promise<Database> {
    const temporary = join(tmpdir(), `restaurant-monitor-${process.pid}.duckdb`);
    const database = new Database(
      await DuckDBInstance.create(':memory:', { ...options(limits), temp_directory: temporary }),
    );
    await database.#restrict(limits);
    return database;
  }

  /**
   * Opens the file, and creates it and its folder if needed. Read-only, nothing is written: the write-ahead log is applied
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
      if (!readOnly) await mkdir(dirname(path), { recursive: true });
      const access = readOnly ? { access_mode: 'READ_ONLY' } : {};
      const database = new Database(await DuckDBInstance.create(path, { ...options(limits), ...access }));
      await database.#restrict(limits);
      return database;
    } catch (error) {
      throw openError(knownAs, error);
    }
  }

  /** A new connection. Its time zone is UTC. */
  async session(): Promise<Session> {
    const session = new Session(await this.#instance.connect());
    await session.run('set enable_progress_bar = true; set enable_progress_bar_print = false');
    return session;
  }

  /** Limits what statements may do from now on; no statement can lift the limits. */
  async #restrict({ folders, temporary }: DuckdbLimits): Promise<void> {
    const session = new Session(await this.#instance.connect());
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

  close(): void {
    this.#instance.closeSync();
  }
}

/** Extensions are downloaded code that runs in this process; only built-in ones are needed. */
function options({ memory }: DuckdbLimits): Record<string, string> {
  return {
    memory_limit: `${memory}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
}

function openError(path: string, error: unknown): Error {
  const message = messageOf(error);
  if (/could not set lock|being used by another process|already open/i.test(message)) {
    const holder = /PID (\d+)/.exec(message)?.[1];
    return new UserError(
      'unavailable',
      `the database ${path} is in use by another process${holder === undefined ? '' : ` (PID ${holder})`}. ` +
        'If that is `restaurant-monitor serve`, ask it over HTTP instead (a report: POST /trigger_report, then ' +
        'GET /get_report?report_id=…; a sync: POST /api/v1/sync; an import: POST /api/v1/imports); else wait until ' +
        'it has ended, or choose another file with DATABASE_URL.',
    );
  }
  if (
    /not a valid duckdb|replaying wal|corrupt|could not read enough bytes|serialization|version number|magic bytes/i.test(
      message,
    )
  ) {
    return new UserError('unavailable', `${path} cannot be opened as a DuckDB database: ${firstLine(message)}`);
  }
  if (/permission denied|read-only|cannot open file|is a directory/i.test(message)) {
    return new UserError('unavailable', `the database file ${path} cannot be opened: ${firstLine(message)}`);
  }
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined)
    return new UserError('unavailable', `the database ${path} cannot be opened: ${systemReason(error)}`);
  return error instanceof Error ? error : new Error(message);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
