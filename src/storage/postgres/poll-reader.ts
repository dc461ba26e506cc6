import {
  arrangePolls,
  type PackedMemory,
  type PackedPolls,
  type PollColumns,
  packingBase,
} from '../../domain/polls.ts';
import { float64Column, int32Column, uint8Column } from '../../lib/columns.ts';
import type { PollsOfReason, StoredPoll } from '../ports/snapshot.ts';
import { readPollReasons } from '../sql/reasons.ts';
import type { PostgresConnection } from './client.ts';
import { readInstant, readRows } from './copy.ts';
import { instant } from './instant.ts';
import type { PollReader } from './poll-log.ts';
import { scanEarliestPoll, scanLatestPoll } from './poll-range.ts';

/** Reads polls that are in PostgreSQL. */
export class PostgresPollReader implements PollReader {
  readonly #sql: PostgresConnection;

  constructor(connection: PostgresConnection) {
    this.#sql = connection;
  }

  earliest(): Promise<number | undefined> {
    return scanEarliestPoll(this.#sql);
  }

  latest(upTo?: number): Promise<number | undefined> {
    return scanLatestPoll(this.#sql, upTo);
  }

  async latestOf(ids: readonly string[], upTo?: number): Promise<number | undefined> {
    const until = upTo === undefined ? '' : `and instant <= ${instant(upTo)}`;
    // One index lookup per store.
    const [row = {}] = await this.#sql.list(
      `select extract(epoch from max(latest)) * 1000 as instant
       from stores, lateral (select max(instant) as latest from polls where polls.store_key = stores.store_key ${until}) p
       where not deleted and store_id = any($1::text[])`,
      [ids],
    );
    return row.instant === null ? undefined : Number(row.instant);
  }

  async count(from: number, to: number): Promise<number> {
    const { polls } = await this.#sql.row(`select count(*) as polls from polls where ${between(from, to)}`);
    return Number(polls);
  }

  async total(): Promise<number> {
    return Number((await this.#sql.row('select count(*) as polls from polls')).polls);
  }

  /** Sorted here: the server would sort rows five times as wide, and a scan returns them in order. */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const store = int32Column();
    const instant = float64Column();
    const active = uint8Column();
    await this.#read(firstKey, endKey, from, to, (own, at, isActive) => {
      store.push(own);
      instant.push(at);
      active.push(isActive);
    });
    const polls = { length: store.length, store: store.values, instant: instant.values, active: active.values };
    return arrangePolls(polls, endKey - firstKey);
  }

  async packed(firstKey: number, endKey: number, from: number, to: number, memory: PackedMemory): Promise<PackedPolls> {
    const base = packingBase(from, to);
    const read = int32Column();
    await this.#read(firstKey, endKey, from, to, (own, at, isActive) => {
      read.push(2 * (at - base) + isActive);
      read.push(own);
    });
    const length = read.length / 2;
    const words = memory.of(length);
    words.set(read.values);
    return { length, from: base, words };
  }

  async #read(
    firstKey: number,
    endKey: number,
    from: number,
    to: number,
    push: (store: number, instant: number, active: number) => void,
  ): Promise<void> {
    const query = `
      select store_key, instant, active from polls
      where store_key >= ${firstKey} and store_key < ${endKey} and ${between(from, to)}`;
    await readRows(this.#sql, query, [4, 8, 1], (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) {
        push(rows.getInt32(at + 6) - firstKey, readInstant(rows, at + 14), rows.getUint8(at + 26));
      }
    });
  }

  reasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
    return readPollReasons(
      this.#sql,
      '(extract(epoch from instant) * 1000)::bigint',
      `store_key >= $first and store_key < $end and ${between(from, to)}`,
      { first: firstKey, end: endKey },
    );
  }

  async inactiveKeys(from: number, to: number): Promise<Int32Array> {
    const keys = int32Column();
    const query = `select distinct store_key from polls where not active and ${between(from, to)}`;
    await readRows(this.#sql, query, [4], (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) keys.push(rows.getInt32(at + 6));
    });
    return keys.values;
  }

  async last(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
    const rows = await this.#sql.rows(
      `select extract(epoch from instant) * 1000 as milliseconds, active, reason from polls
       where store_key = $key and ${between(from, to)} order by instant desc limit $limit`,
      { key, limit },
    );
    return rows.map(({ milliseconds, active, reason }) => ({
      instant: Number(milliseconds),
      active: active === true,
      reason: reason === null ? undefined : String(reason),
    }));
  }
}

/** Literals, since `copy` takes no parameters. */
function between(from: number, to: number): string {
  return `instant between ${instant(from)} and ${instant(to)}`;
}
