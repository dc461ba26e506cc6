import type { Sql } from '../../lib/sql.ts';
import type { LeaseName, Leases } from '../ports/leases.ts';

export class SqlLeases implements Leases {
  readonly #sql: Sql;
  readonly #now: string;

  /** @param now an SQL expression: the database's clock, milliseconds since 1970, bigint */
  constructor(sql: Sql, now: string) {
    this.#sql = sql;
    this.#now = now;
  }

  async take(name: LeaseName, holder: string, milliseconds: number): Promise<boolean> {
    const taken = await this.#sql.run(
      `insert into leases (name, holder, until_ms) values ($name, $holder, ${this.#now} + $length::bigint)
       on conflict (name) do update set holder = excluded.holder, until_ms = excluded.until_ms
       where leases.holder = excluded.holder or leases.until_ms < ${this.#now}`,
      { name, holder, length: milliseconds },
    );
    return taken === 1;
  }

  async release(name: LeaseName, holder: string): Promise<void> {
    await this.#sql.run('update leases set until_ms = 0 where name = $name and holder = $holder', { name, holder });
  }
}
