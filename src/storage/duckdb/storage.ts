import { Database } from '../../duckdb/database.ts';
import type { Session } from '../../duckdb/session.ts';
import { Mutex } from '../../mutex.ts';
import type { ImportSession, Snapshot, Storage } from '../ports.ts';
import { DuckdbImportSession } from './import.ts';
import { migrate } from './migrate.ts';
import { DuckdbReportCatalog } from './reports.ts';
import { DuckdbSnapshot } from './snapshot.ts';

/** The embedded engine: one file that this process holds, or memory. */
export class DuckdbStorage implements Storage {
  readonly reports: DuckdbReportCatalog;
  readonly #database: Database;
  readonly #catalog: Session;
  readonly #imports = new Mutex();

  private constructor(database: Database, catalog: Session) {
    this.#database = database;
    this.#catalog = catalog;
    this.reports = new DuckdbReportCatalog(catalog);
  }

  /**
   * @param path the database file; `undefined`: in memory, gone with the process
   * @throws UserError `unavailable` when the file is held by another process, no database, or of a newer program
   */
  static async open(path: string | undefined): Promise<DuckdbStorage> {
    const database = path === undefined ? await Database.inMemory() : await Database.open(path);
    try {
      const catalog = await database.session();
      await migrate(catalog);
      return new DuckdbStorage(database, catalog);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.#inSession((session) => session.transaction(() => work(new DuckdbSnapshot(session))));
  }

  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T> {
    return this.#imports.run(() =>
      this.#inSession((session) =>
        session.transaction(async () => {
          const importing = new DuckdbImportSession(session);
          const result = await work(importing);
          await importing.finish();
          return result;
        }),
      ),
    );
  }

  async check(): Promise<void> {
    await this.reports.check();
  }

  async close(): Promise<void> {
    await this.#imports.run(async () => {});
    await this.reports.settled();
    this.#catalog.close();
    this.#database.close();
  }

  async #inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.#database.session();
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }
}
