import { HOUR, type HoursColumns } from '../../domain/hours.ts';
import {
  arrangePolls,
  newPollColumns,
  type PackedMemory,
  type PackedPolls,
  type PollColumns,
  packingBase,
} from '../../domain/polls.ts';
import type { SalesColumns } from '../../domain/sales/learning.ts';
import { CLOSED_ALL_DAY, type SpecialHoursColumns } from '../../domain/special-hours.ts';
import type { Session } from '../../duckdb/session.ts';
import { fillColumns } from '../../duckdb/vectors.ts';
import type { Parameters } from '../../lib/sql.ts';
import { yieldTurn } from '../../lib/world/timers.ts';
import type { StoreCensus } from '../ports/import-session.ts';
import type { RecordRows, RecordTable } from '../ports/records.ts';
import type { HoursVersion, SpecialDate, ZoneVersion } from '../ports/schedules.ts';
import type { PollsOfReason, Snapshot, StoreColumns, StoredPoll, ZoneChangeRows } from '../ports/snapshot.ts';
import type { StoreRecord } from '../ports/stores.ts';
import { readCensus } from '../sql/census.ts';
import { latestPoll, type PollScan } from '../sql/latest-poll.ts';
import { readPollReasons } from '../sql/reasons.ts';
import { recordsQuery } from '../sql/records.ts';
import { salesQuery, salesRange, salesRevision } from '../sql/sales.ts';
import { hoursVersions, readZoneChanges, specialDates, zoneVersions } from '../sql/schedules.ts';
import { UNKNOWN_UNTIL } from '../sql/unread.ts';

/** The stores with the ids of `named`. */
const NAMED = `stores semi join (select unnest(from_json($ids::json, '["VARCHAR"]')) as store_id) using (store_id)`;

/** The number of stores that are read before other work of the process runs: about 4 ms. */
const STORES_PER_TURN = 8_192;

const POLLS_BETWEEN = `
  store_key >= $first and store_key < $end
  and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`;

function named(ids: readonly string[]): Parameters {
  return { ids: JSON.stringify(ids) };
}

/** Reads within the session's present transaction. */
export class DuckdbSnapshot implements Snapshot {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async revision(): Promise<number> {
    const { number } = await this.#session.row('select number from revision');
    return Number(number);
  }

  async storesRevision(): Promise<number> {
    const { stores } = await this.#session.row('select stores from revision');
    return Number(stores);
  }

  async *records(table: RecordTable): AsyncGenerator<RecordRows> {
    const { columns, query } = await recordsQuery(this.#session, table);
    for await (const chunk of this.#session.chunks(query)) yield chunk.getRowObjects(columns) as unknown as RecordRows;
  }

  earliestPoll(): Promise<number | undefined> {
    return this.#instant('min(instant)');
  }

  latestPoll(upTo?: number): Promise<number | undefined> {
    return latestPoll(this.#session, scanLatestPoll, upTo);
  }

  latestPollOf(ids: readonly string[], upTo?: number): Promise<number | undefined> {
    return this.#instant(
      'max(instant)',
      `semi join (select store_key from ${NAMED} where not deleted) using (store_key) ${until(upTo)}`,
      named(ids),
    );
  }

  async #instant(expression: string, among = '', parameters?: Parameters): Promise<number | undefined> {
    const { instant } = await this.#session.row(
      `select epoch_ms(${expression}) as instant from polls ${among}`,
      parameters,
    );
    return instant === null ? undefined : Number(instant);
  }

  census(): Promise<StoreCensus> {
    return readCensus(this.#session);
  }

  stores(): Promise<StoreColumns> {
    return this.#stores('stores');
  }

  storesNamed(ids: readonly string[]): Promise<StoreColumns> {
    return this.#stores(NAMED, named(ids));
  }

  /**
   * Texts are fetched as JSON arrays, which the driver reads twenty times faster than values. Other work of the process
   * runs between two of them.
   */
  async #stores(from: string, parameters?: Parameters): Promise<StoreColumns> {
    const pages = this.#session.chunks(
      `select to_json(list(store_key)) as keys, to_json(list(store_id)) as ids, to_json(list(zone)) as zones
       from (
         select *, (row_number() over () - 1) // ${STORES_PER_TURN} as page
         from (select store_key, store_id, zone from ${from} where not deleted order by store_id))
       group by page order by page`,
      parameters,
    );
    const keys: number[] = [];
    const ids: string[] = [];
    const zones: (string | null)[] = [];
    for await (const chunk of pages) {
      const columns = [0, 1, 2].map((column) => chunk.getColumnVector(column));
      for (let page = 0; page < chunk.rowCount; page++) {
        if (page > 0) await yieldTurn();
        const [someKeys, someIds, someZones] = columns.map((column) => JSON.parse(String(column.getItem(page))));
        keys.push(...(someKeys as number[]));
        ids.push(...(someIds as string[]));
        zones.push(...(someZones as (string | null)[]));
      }
    }
    return { keys: Int32Array.from(keys), ids, zones };
  }

  async storeRecords(after: string, limit: number): Promise<StoreRecord[]> {
    const { records } = await this.#session.row(
      `select to_json(list({
         key: store_key, id: store_id, name: name, zone: zone, labels: labels::json, probeUrl: probe_url, version: version,
         deleted: deleted, hoursUnknownUntil: unknown_until
       } order by store_id))::varchar as records
       from (select * from stores where store_id > $after order by store_id limit $limit)
         left join (${UNKNOWN_UNTIL}) using (store_key)`,
      { after, limit },
    );
    return records === null ? [] : (JSON.parse(String(records)) as StoreRecord[]);
  }

  async countPolls(from: number, to: number): Promise<number> {
    const { polls } = await this.#session.row(
      `select count(*) as polls from polls where instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { from, to },
    );
    return Number(polls);
  }

  async hours(firstKey: number, endKey: number, from: number, to: number): Promise<HoursColumns> {
    const keys = { first: firstKey, end: endKey };
    const { limited } = await this.#session.row(
      `select count(*) > 0 as limited from business_hours
       where store_key >= $first and store_key < $end and (from_ms is not null or until_ms is not null)`,
      keys,
    );
    const result = await this.#session.result(
      limited === true
        ? `select (store_key - $first)::integer, day, start_ms, end_ms,
             coalesce(from_ms::double, '-infinity'::double), coalesce(until_ms::double, 'infinity'::double)
           from business_hours
           where store_key >= $first and store_key < $end
             and coalesce(from_ms <= $to::double, true) and coalesce(until_ms > $from::double, true)
           order by store_key, from_ms nulls first`
        : `select (store_key - $first)::integer, day, start_ms, end_ms
           from business_hours
           where store_key >= $first and store_key < $end
           order by store_key`,
      limited === true ? { ...keys, from, to } : keys,
    );
    const length = result.rowCount;
    const store = new Int32Array(length);
    const day = new Uint8Array(length);
    const start = new Int32Array(length);
    const end = new Int32Array(length);
    const held = limited === true ? { from: new Float64Array(length), until: new Float64Array(length) } : undefined;
    await fillColumns(result, [store, day, start, end, ...(held === undefined ? [] : [held.from, held.until])]);
    return { length, store, day, start, end, held };
  }

  async specialHours(
    firstKey: number,
    endKey: number,
    firstDate: number,
    lastDate: number,
  ): Promise<SpecialHoursColumns> {
    const result = await this.#session.result(
      `select (store_key - $first)::integer, (date - date '1970-01-01')::integer, coalesce(start_ms, ${CLOSED_ALL_DAY}),
         coalesce(end_ms, ${CLOSED_ALL_DAY})
       from special_hours
       where store_key >= $first and store_key < $end
         and date between date '1970-01-01' + $first_date::integer and date '1970-01-01' + $last_date::integer
       order by store_key, date`,
      { first: firstKey, end: endKey, first_date: firstDate, last_date: lastDate },
    );
    const length = result.rowCount;
    const store = new Int32Array(length);
    const date = new Int32Array(length);
    const start = new Int32Array(length);
    const end = new Int32Array(length);
    await fillColumns(result, [store, date, start, end]);
    return { length, store, date, start, end };
  }

  zoneChanges(firstKey: number, endKey: number): Promise<ZoneChangeRows> {
    return readZoneChanges(this.#session, firstKey, endKey);
  }

  hoursVersions(key: number): Promise<HoursVersion[]> {
    return hoursVersions(this.#session, key);
  }

  zoneVersions(key: number): Promise<ZoneVersion[]> {
    return zoneVersions(this.#session, key);
  }

  specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]> {
    return specialDates(this.#session, key, from, to);
  }

  salesRevision(): Promise<number> {
    return salesRevision(this.#session);
  }

  salesRange(): Promise<{ from: number; to: number } | undefined> {
    return salesRange(this.#session);
  }

  async sales(firstKey: number, endKey: number, from: number, to: number): Promise<SalesColumns> {
    const query = salesQuery(firstKey, endKey, from, to);
    const result = await this.#session.result(query);
    const length = result.rowCount;
    const [store, hour, local] = [new Int32Array(length), new Float64Array(length), new Uint8Array(length)];
    const [orders, amount, currency] = [new Int32Array(length), new Float64Array(length), new Int32Array(length)];
    await fillColumns(result, [store, hour, local, orders, amount, currency]);
    for (let row = 0; row < length; row++) hour[row] = (hour[row] as number) * HOUR;
    return { length, store, hour, local, orders, amount, currency };
  }

  /**
   * Sorts after the read, which is cheaper than `order by`: rows of one import come back in order already.
   */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const result = await this.#session.result(
      `select (store_key - $first)::integer, epoch_ms(instant)::double, active::utinyint
       from polls
       where ${POLLS_BETWEEN}`,
      { first: firstKey, end: endKey, from, to },
    );
    const polls = newPollColumns(result.rowCount);
    await fillColumns(result, [polls.store, polls.instant, polls.active]);
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
    const result = await this.#session.result(
      `select ((store_key - $first)::bigint << 32) | ((epoch_ms(instant) - $base::bigint) << 1) | active::bigint
       from polls
       where ${POLLS_BETWEEN}`,
      { first: firstKey, end: endKey, from, to, base },
    );
    const length = result.rowCount;
    const words = memory.of(length);
    await fillColumns(result, [new BigInt64Array(words.buffer, 0, length)]);
    return { length, from: base, words };
  }

  pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
    return readPollReasons(
      this.#session,
      'epoch_ms(instant)',
      `store_key >= $first and store_key < $end
         and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { first: firstKey, end: endKey, from, to },
    );
  }

  async inactiveKeys(from: number, to: number): Promise<Int32Array> {
    const result = await this.#session.result(
      `select distinct store_key::integer from polls
       where not active and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { from, to },
    );
    const keys = new Int32Array(result.rowCount);
    await fillColumns(result, [keys]);
    return keys;
  }

  async firstPolls(firstKey: number, endKey: number): Promise<Float64Array> {
    const result = await this.#session.result(
      `select (store_key - $first)::integer, first_poll_ms::double from stores
       where store_key >= $first and store_key < $end and first_poll_ms is not null`,
      { first: firstKey, end: endKey },
    );
    const store = new Int32Array(result.rowCount);
    const instant = new Float64Array(result.rowCount);
    await fillColumns(result, [store, instant]);
    const first = new Float64Array(endKey - firstKey).fill(Number.NaN);
    for (let i = 0; i < store.length; i++) first[store[i] as number] = instant[i] as number;
    return first;
  }

  async lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
    const rows = await this.#session.rows(
      `select epoch_ms(instant) as instant, active, reason from polls
       where store_key = $key
         and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)
       order by polls.instant desc limit $limit`,
      { key, from, to, limit },
    );
    return rows.map(({ instant, active, reason }) => ({
      instant: Number(instant),
      active: active === true,
      reason: reason === null ? undefined : String(reason),
    }));
  }
}

export const scanLatestPoll: PollScan = async (sql, upTo) => {
  const { instant } = await sql.row(`select epoch_ms(max(instant)) as instant from polls ${until(upTo)}`);
  return instant === null ? undefined : Number(instant);
};

/** Restricts polls to those up to an instant, milliseconds; `undefined`: all. */
function until(instant: number | undefined): string {
  return instant === undefined ? '' : `where instant <= make_timestamp_ms(${Math.floor(instant)})`;
}
