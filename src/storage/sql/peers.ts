import type { Sql } from '../../lib/sql.ts';
import { PEER_LEASE, type Peer, type PeerRegistry } from '../ports/peers.ts';

/** Rows of peers that have been silent for this long are deleted; milliseconds. */
const DELETE_AFTER = 100 * PEER_LEASE;

export class SqlPeerRegistry implements PeerRegistry {
  readonly #sql: Sql;
  readonly #now: string;

  /** @param now an SQL expression for the database's clock: milliseconds since 1970, a bigint */
  constructor(sql: Sql, now: string) {
    this.#sql = sql;
    this.#now = now;
  }

  async heartbeat(id: string): Promise<Peer[]> {
    const alive = `seen_ms >= ${this.#now} - ${PEER_LEASE}`;
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
    await this.#sql.run(`delete from poller_members where seen_ms < ${this.#now} - ${DELETE_AFTER}`);
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
