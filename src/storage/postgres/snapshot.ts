import { HOUR, type HoursColumns } from '../../domain/hours.ts';
import type { PackedMemory, PackedPolls, PollColumns } from '../../domain/polls.ts';
import type { SalesColumns } from '../../domain/sales/learning.ts';
import { CLOSED_ALL_DAY, type SpecialHoursColumns } from '../../domain/special-hours.ts';
import { float64Column, int32Column, uint8Column } from '../../lib/columns.ts';
import type { StoreCensus } from '../ports/import-session.ts';
import type { RecordRows, RecordTable } from '../ports/records.ts';
import type { HoursVersion, SpecialDate, ZoneVersion } from '../ports/schedules.ts';
import type { PollsOfReason, Snapshot, StoreColumns, StoredPoll, ZoneChangeRows } from '../ports/snapshot.ts';
import type { StoreRecord } from '../ports/stores.ts';
import { readCensus } from '../sql/census.ts';
import { latestPoll } from '../sql/latest-poll.ts';
import { recordsQuery } from '../sql/records.ts';
import { salesQuery, salesRange, salesRevision } from '../sql/sales.ts';
import { hoursVersions, readZoneChanges, specialDates, zoneVersions } from '../sql/schedules.ts';
import { UNKNOWN_UNTIL } from '../sql/unread.ts';
import type { PostgresConnection } from './client.ts';
import { readRows } from './copy.ts';
import type { PollReader } from './poll-log.ts';

/** Rows that are fetched at a time. */
const RECORDS_BLOCK = 5_000;

/** Reads within the connection's present transaction. */
export class PostgresSnapshot implements Snapshot {
  readonly #sql: PostgresConnection;
  readonly #polls: PollReader;

  constructor(connection: PostgresConnection, polls: PollReader) {
    this.#sql = connection;
    this.#polls = polls;
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
    return this.#polls.earliest();
  }

  latestPoll(upTo?: number): Promise<number | undefined> {
    return latestPoll(this.#sql, (_, until) => this.#polls.latest(until), upTo);
  }

  latestPollOf(ids: readonly string[], upTo?: number): Promise<number | undefined> {
    return this.#polls.latestOf(ids, upTo);
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

  countPolls(from: number, to: number): Promise<number> {
    return this.#polls.count(from, to);
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

  salesRevision(): Promise<number> {
    return salesRevision(this.#sql);
  }

  salesRange(): Promise<{ from: number; to: number } | undefined> {
    return salesRange(this.#sql);
  }

  async sales(firstKey: number, endKey: number, from: number, to: number): Promise<SalesColumns> {
    const [store, hour, local, orders] = [int32Column(), float64Column(), uint8Column(), int32Column()];
    const [amount, currency] = [float64Column(), int32Column()];
    const query = salesQuery(firstKey, endKey, from, to);
    await readRows(this.#sql, query, [4, 4, 4, 4, 8, 4], (rows, count, width) => {
      for (let row = 0, at = 0; row < count; row++, at += width) {
        store.push(rows.getInt32(at + 6));
        hour.push(rows.getInt32(at + 14) * HOUR);
        local.push(rows.getInt32(at + 22));
        orders.push(rows.getInt32(at + 30));
        amount.push(rows.getFloat64(at + 38));
        currency.push(rows.getInt32(at + 50));
      }
    });
    return {
      ...{ length: store.length, store: store.values, hour: hour.values, local: local.values, orders: orders.values },
      ...{ amount: amount.values, currency: currency.values },
    };
  }

  polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    return this.#polls.polls(firstKey, endKey, from, to);
  }

  packedPolls(firstKey: number, endKey: number, from: number, to: number, memory: PackedMemory): Promise<PackedPolls> {
    return this.#polls.packed(firstKey, endKey, from, to, memory);
  }

  pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
    return this.#polls.reasons(firstKey, endKey, from, to);
  }

  inactiveKeys(from: number, to: number): Promise<Int32Array> {
    return this.#polls.inactiveKeys(from, to);
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

  lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
    return this.#polls.last(key, from, to, limit);
  }
}
