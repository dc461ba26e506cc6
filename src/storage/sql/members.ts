import type { Sql } from '../../lib/sql.ts';
import { MEMBER_LEASE, type Member, type MemberRegistry } from '../ports/members.ts';

/** Of one that is silent for so long nobody asks any more. */
const FORGET_AFTER = 100 * MEMBER_LEASE;

export class SqlMemberRegistry implements MemberRegistry {
  readonly #sql: Sql;
  readonly #now: string;

  /** @param now the database's clock as milliseconds since 1970, a bigint */
  constructor(sql: Sql, now: string) {
    this.#sql = sql;
    this.#now = now;
  }

  async beat(id: string): Promise<Member[]> {
    const alive = `seen_ms >= ${this.#now} - ${MEMBER_LEASE}`;
    const known = await this.#sql.run(
      `update poller_members
       set joined_ms = case when ${alive} then joined_ms else ${this.#now} end, seen_ms = ${this.#now}
       where member_id = $id`,
      { id },
    );
    if (known === 0) {
      await this.#sql.run(
        `insert into poller_members (member_id, joined_ms, seen_ms) values ($id, ${this.#now}, ${this.#now})`,
        { id },
      );
    }
    await this.#sql.run(`delete from poller_members where seen_ms < ${this.#now} - ${FORGET_AFTER}`);
    const rows = await this.#sql.rows(`select member_id, joined_ms, seen_ms from poller_members where ${alive}`);
    return rows.map((row) => ({
      id: String(row.member_id),
      joinedAt: Number(row.joined_ms),
      seenAt: Number(row.seen_ms),
    }));
  }

  async leave(id: string): Promise<void> {
    await this.#sql.run('delete from poller_members where member_id = $id', { id });
  }
}
