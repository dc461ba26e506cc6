import type { HoursColumns } from '../../domain/hours.ts';
import {
  arrangePolls,
  type PackedMemory,
  type PackedPolls,
  type PollColumns,
  packingBase,
} from '../../domain/polls.ts';
import { CLOSED_ALL_DAY, type SpecialHoursColumns } from '../../domain/special-hours.ts';
import { float64Column, int32Column, uint8Column } from '../../lib/columns.ts';
import type { StoreCensus } from '../ports/import-session.ts';
import type { RecordRows, RecordTable } from '../ports/records.ts';
import type { HoursVersion, SpecialDate, ZoneVersion } from '../ports/schedules.ts';
import type { PollsOfReason, Snapshot, StoreColumns, StoredPoll, ZoneChangeRows } from '../ports/snapshot.ts';
import type { StoreRecord } from '../ports/stores.ts';
import { readCensus } from '../sql/census.ts';
import { latestPoll } from '../sql/latest-poll.ts';
import { readPollReasons } from '../sql/reasons.ts';
import { recordsQuery } from '../sql/records.ts';
import { hoursVersions, readZoneChanges, specialDates, zoneVersions } from '../sql/schedules.ts';
import { UNKNOWN_UNTIL } from '../sql/unread.ts';
import type { PostgresConnection } from './client.ts';
import { readInstant, readRows } from './copy.ts';
import { instant } from './instant.ts';
import { scanEarliestPoll, scanLatestPoll } from './poll-range.ts';

/** Rows that are fetched at a time. */
const RECORDS_BLOCK = 5_000;

/** Reads within the connection's present transaction. */
export class PostgresSnapshot implements Snapshot {
  readonly #sql: PostgresConnection;

  constructor(connection: PostgresConnection) {
    this.#sql = connection;
  }

  async revision(): Promise<number> {
    const { number } = await this.#sql.row('select number from revision');
    return Number(number);
  }

  async storesRevision(): Promise<number> {
    const { stores } = await this.#sql.row('select stores from revision');
    return Number(stores);
  }

  async *records(table: RecordTable): AsyncGenerator<RecordRows> {
    const { query } = await recordsQuery(this.#sql, table);
    await this.#sql.run(`declare records no scroll cursor for ${query}`);
    for (;;) {
      const rows = await this.#sql.rows(`fetch ${RECORDS_BLOCK} from records`);
      if (rows.length === 0) break;
      yield rows as RecordRows;
    }
    await this.#sql.run('close records');
  }

  earliestPoll(): Promise<number | undefined> {
    return scanEarliestPoll(this.#sql);
  }

  latestPoll(upTo?: number): Promise<number | undefined> {
    return latestPoll(this.#sql, scanLatestPoll, upTo);
  }

  async latestPollOf(ids: readonly string[], upTo?: number): Promise<number | undefined> {
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

  census(): Promise<StoreCensus> {
    return readCensus(this.#sql);
  }

  stores(): Promise<StoreColumns> {
    return this.#stores('');
  }

  storesNamed(ids: readonly string[]): Promise<StoreColumns> {
    return this.#stores('and store_id = any($1::text[])', [ids]);
  }

  async #stores(condition: string, values: readonly unknown[] = []): Promise<StoreColumns> {
    const [row = {}] = await this.#sql.list(
      `select coalesce(json_agg(store_key), '[]') as keys, coalesce(json_agg(store_id), '[]') as ids,
         coalesce(json_agg(zone), '[]') as zones
       from (select store_key, store_id, zone from stores where not deleted ${condition} order by store_id) s`,
      values,
    );
    return {
      keys: Int32Array.from(row.keys as number[]),
      ids: row.ids as string[],
      zones: row.zones as (string | null)[],
    };
  }

  async storeRecords(after: string, limit: number): Promise<StoreRecord[]> {
    const { records } = await this.#sql.row(
      `select coalesce(json_agg(json_build_object(
         'key', store_key, 'id', store_id, 'name', name, 'zone', zone, 'labels', labels::json, 'probeUrl', probe_url,
         'version', version, 'deleted', deleted, 'hoursUnknownUntil', unknown_until
       ) order by store_id collate "C"), '[]') as records
       from (select * from stores where store_id > $after order by store_id limit $limit) s
         left join (${UNKNOWN_UNTIL}) u using (store_key)`,
      { after, limit },
    );
    return records as StoreRecord[];
  }

  async countPolls(from: number, to: number): Promise<number> {
    const { polls } = await this.#sql.row(`select count(*) as polls from polls where ${between(from, to)}`);
    return Number(polls);
  }

  async hours(firstKey: number, endKey: number, from: number, to: number): Promise<HoursColumns> {
    const keys = `store_key >= ${firstKey} and store_key < ${endKey}`;
    const { limited } = await this.#sql.row(
      `select exists (select 1 from business_hours where ${keys} and (from_ms is not null or until_ms is not null)) as limited`,
    );
    const store = int32Column();
    const day = uint8Column();
    const start = int32Column();
    const end = int32Column();
    const holdsFrom = float64Column();
    const holdsUntil = float64Column();
    const query =
      limited === true
        ? `select store_key, day, start_ms, end_ms,
             coalesce(from_ms::float8, '-infinity'), coalesce(until_ms::float8, 'infinity')
           from business_hours
           where ${keys} and coalesce(from_ms <= '${to}'::float8, true) and coalesce(until_ms > '${from}'::float8, true)
           order by store_key, from_ms nulls first`
        : `select store_key, day, start_ms, end_ms from business_hours where ${keys} order by store_key`;
    const widths = limited === true ? [4, 2, 4, 4, 8, 8] : [4, 2, 4, 4];
    await readRows(this.#sql, query, widths, (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) {
        store.push(rows.getInt32(at + 6) - firstKey);
        day.push(rows.getInt16(at + 14));
        start.push(rows.getInt32(at + 20));
        end.push(rows.getInt32(at + 28));
        if (limited !== true) continue;
        holdsFrom.push(rows.getFloat64(at + 36));
        holdsUntil.push(rows.getFloat64(at + 48));
      }
    });
    return {
      length: store.length,
      store: store.values,
      day: day.values,
      start: start.values,
      end: end.values,
      held: limited === true ? { from: holdsFrom.values, until: holdsUntil.values } : undefined,
    };
  }

  async specialHours(
    firstKey: number,
    endKey: number,
    firstDate: number,
    lastDate: number,
  ): Promise<SpecialHoursColumns> {
    const store = int32Column();
    const date = int32Column();
    const start = int32Column();
    const end = int32Column();
    const query = `
      select store_key, date - date '1970-01-01', coalesce(start_ms, ${CLOSED_ALL_DAY}), coalesce(end_ms, ${CLOSED_ALL_DAY})
      from special_hours
      where store_key >= ${firstKey} and store_key < ${endKey}
        and date between date '1970-01-01' + ${firstDate} and date '1970-01-01' + ${lastDate}
      order by store_key, date`;
    await readRows(this.#sql, query, [4, 4, 4, 4], (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) {
        store.push(rows.getInt32(at + 6) - firstKey);
        date.push(rows.getInt32(at + 14));
        start.push(rows.getInt32(at + 22));
        end.push(rows.getInt32(at + 30));
      }
    });
    return { length: store.length, store: store.values, date: date.values, start: start.values, end: end.values };
  }

  zoneChanges(firstKey: number, endKey: number): Promise<ZoneChangeRows> {
    return readZoneChanges(this.#sql, firstKey, endKey);
  }

  hoursVersions(key: number): Promise<HoursVersion[]> {
    return hoursVersions(this.#sql, key);
  }

  zoneVersions(key: number): Promise<ZoneVersion[]> {
    return zoneVersions(this.#sql, key);
  }

  specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]> {
    return specialDates(this.#sql, key, from, to);
  }

  /** Sorted here: the server would sort rows five times as wide, and a scan returns them in order. */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const store = int32Column();
    const instant = float64Column();
    const active = uint8Column();
    await this.#readPolls(firstKey, endKey, from, to, (own, at, isActive) => {
      store.push(own);
      instant.push(at);
      active.push(isActive);
    });
    const polls = { length: store.length, store: store.values, instant: instant.values, active: active.values };
    return arrangePolls(polls, endKey - firstKey);
  }

  async packedPolls(
    firstKey: number,
    endKey: number,
    from: number,
    to: number,
    memory: PackedMemory,
  ): Promise<PackedPolls> {
    const base = packingBase(from, to);
    const read = int32Column();
    await this.#readPolls(firstKey, endKey, from, to, (own, at, isActive) => {
      read.push(2 * (at - base) + isActive);
      read.push(own);
    });
    const length = read.length / 2;
    const words = memory.of(length);
    words.set(read.values);
    return { length, from: base, words };
  }

  async #readPolls(
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

  pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
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

  async firstPolls(firstKey: number, endKey: number): Promise<Float64Array> {
    const first = new Float64Array(endKey - firstKey).fill(Number.NaN);
    const query = `
      select store_key, first_poll_ms::float8 from stores
      where store_key >= ${firstKey} and store_key < ${endKey} and first_poll_ms is not null`;
    await readRows(this.#sql, query, [4, 8], (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) {
        first[rows.getInt32(at + 6) - firstKey] = rows.getFloat64(at + 14);
      }
    });
    return first;
  }

  async lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
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
