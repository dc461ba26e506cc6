import { Database } from '../../../src/duckdb/database.ts';
import type { Session } from '../../../src/duckdb/session.ts';
import { identifier, type Row } from '../../../src/lib/sql.ts';

/** Where the feeds of one import are staged. */
export interface Staging {
  readonly session: Session;
  /** The rows of a staged table, in their order. */
  rows(table: string): Promise<readonly Row[]>;
  /** Interrupts the running statement, and rejects all later ones. */
  end(): void;
  close(): void;
}

/** Where the feeds of a database are staged. */
export interface StagingPlace {
  /** A new place for one import. */
  open(): Promise<Staging>;
  close(): Promise<void>;
}

/** Stages feeds in DuckDB, as every engine does: in one database in memory, where each import has its own tables. */
export class DuckdbStaging implements StagingPlace {
  #database: Promise<Database> | undefined;

  async open(): Promise<Staging> {
    this.#database ??= Database.inMemory();
    const session = await (await this.#database).session();
    return {
      session,
      rows: (table) => session.rows(`select * from ${identifier(table)} order by rowid`),
      end: () => session.end(),
      close: () => session.close(),
    };
  }

  async close(): Promise<void> {
    (await this.#database)?.close();
  }
}
