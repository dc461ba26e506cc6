import { formatInstant } from '../../calendar/instant.ts';
import type { Sql } from '../../lib/sql.ts';
import type { DeletedPoll } from '../ports/stores.ts';

/** Deletes polls of single stores within the present transaction. Instants are milliseconds. */
export interface PollDeleting {
  /** Deletes all polls of a store; returns the instant of the latest of them. */
  deleteAll(key: number): Promise<number | undefined>;
  /** Deletes a poll and returns it; `undefined`: there is none. */
  deleteOne(key: number, instant: number): Promise<DeletedPoll | undefined>;
  /** The instant of the earliest poll of a store. */
  earliestOf(key: number): Promise<number | undefined>;
}

/** In a table of the same database, in SQL common to both engines. */
export class SqlPollDeleting implements PollDeleting {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async deleteAll(key: number): Promise<number | undefined> {
    const latest = await this.#extreme('max', key);
    await this.#sql.run('delete from polls where store_key = $key', { key });
    return latest;
  }

  async deleteOne(key: number, instant: number): Promise<DeletedPoll | undefined> {
    // A literal has the type of the column, which each engine has its own name for.
    const at = `store_key = $key and instant = '${formatInstant(instant)}'`;
    const [poll] = await this.#sql.rows(`select active, reason from polls where ${at}`, { key });
    if (poll === undefined) return undefined;
    await this.#sql.run(`delete from polls where ${at}`, { key });
    return { active: poll.active === true, reason: poll.reason === null ? undefined : String(poll.reason) };
  }

  earliestOf(key: number): Promise<number | undefined> {
    return this.#extreme('min', key);
  }

  async #extreme(aggregate: 'min' | 'max', key: number): Promise<number | undefined> {
    const { found } = await this.#sql.row(
      `select extract(epoch from ${aggregate}(instant)) * 1000 as found from polls where store_key = $key`,
      { key },
    );
    return found === null ? undefined : Math.round(Number(found));
  }
}
