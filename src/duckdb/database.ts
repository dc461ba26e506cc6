import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { messageOf, systemReason, UserError } from '../errors.ts';
import { Session } from './session.ts';

/** A DuckDB in this process: a file, or memory only. */
export class Database {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async inMemory(): Promise<Database> {
    return new Database(await DuckDBInstance.create(':memory:'));
  }

  /**
   * Opens the file, and makes it and its folder when they are not there.
   *
   * @throws UserError `unavailable` when another process holds the file, or when it is no DuckDB database
   */
  static async open(path: string): Promise<Database> {
    try {
      await mkdir(dirname(path), { recursive: true });
      return new Database(await DuckDBInstance.create(path));
    } catch (error) {
      throw openError(path, error);
    }
  }

  /** A connection of its own. Its time zone is UTC, so that instants read and print as such. */
  async session(): Promise<Session> {
    const session = new Session(await this.#instance.connect());
    await session.run(`set TimeZone = 'UTC'; set enable_progress_bar = true; set enable_progress_bar_print = false`);
    return session;
  }

  close(): void {
    this.#instance.closeSync();
  }
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
    /not a valid duckdb|corrupt|could not read enough bytes|serialization|version number|magic bytes/i.test(message)
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
