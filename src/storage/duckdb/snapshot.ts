import type { HoursColumns } from '../../domain/hours.ts';
import { arrangePolls, type PollColumns } from '../../domain/polls.ts';
import type { Session } from '../../duckdb/session.ts';
import { fillColumns } from '../../duckdb/vectors.ts';
import type { Parameters } from '../../sql.ts';
import type { Snapshot, StoreColumns } from '../ports.ts';

/** Reads within the transaction that the session is in. */
export class DuckdbSnapshot implements Snapshot {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async revision(): Promise<number> {
    const { number } = await this.#session.row('select number from revision');
    return Number(number);
  }

  earliestPoll(): Promise<number | undefined> {
    return this.#instant('min(instant)');
  }

  latestPoll(): Promise<number | undefined> {
    return this.#instant('max(instant)');
  }

  async #instant(expression: string): Promise<number | undefined> {
    const { instant } = await this.#session.row(`select epoch_ms(${expression}) as instant from polls`);
    return instant === null ? undefined : Number(instant);
  }

  stores(): Promise<StoreColumns> {
    return this.#stores('stores');
  }

  storesNamed(ids: readonly string[]): Promise<StoreColumns> {
    return this.#stores(
      `stores semi join (select unnest(from_json($ids::json, '["VARCHAR"]')) as store_id) using (store_id)`,
      {
        ids: JSON.stringify(ids),
      },
    );
  }

  /** Texts come as one JSON array: reading them one by one takes the driver twenty times as long. */
  async #stores(from: string, parameters?: Parameters): Promise<StoreColumns> {
    const row = await this.#session.row(
      `select to_json(list(store_key)) as keys, to_json(list(store_id)) as ids, to_json(list(zone)) as zones
       from (select store_key, store_id, zone from ${from} order by store_id)`,
      parameters,
    );
    const parse = (column: unknown): unknown[] => (column === null ? [] : JSON.parse(String(column)));
    return {
      keys: Int32Array.from(parse(row.keys) as number[]),
      ids: parse(row.ids) as string[],
      zones: parse(row.zones) as (string | null)[],
    };
  }

  async countPolls(from: number, to: number): Promise<number> {
    const { polls } = await this.#session.row(
      `select count(*) as polls from polls where instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { from, to },
    );
    return Number(polls);
  }

  async hours(firstKey: number, endKey: number): Promise<HoursColumns> {
    const result = await this.#session.result(
      `select (store_key - $first)::integer, day, start_ms, end_ms
       from business_hours
       where store_key >= $first and store_key < $end
       order by store_key`,
      { first: firstKey, end: endKey },
    );
    const length = result.rowCount;
    const store = new Int32Array(length);
    const day = new Uint8Array(length);
    const start = new Int32Array(length);
    const end = new Int32Array(length);
    await fillColumns(result, [store, day, start, end]);
    return { length, store, day, start, end };
  }

  /**
   * Sorting here, after the read, is cheaper than an `order by`: what an import wrote in one go comes back in order,
   * and then there is nothing to do.
   */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const result = await this.#session.result(
      `select (store_key - $first)::integer, epoch_ms(instant)::double, active::utinyint
       from polls
       where store_key >= $first and store_key < $end
         and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { first: firstKey, end: endKey, from, to },
    );
    const length = result.rowCount;
    const store = new Int32Array(length);
    const instant = new Float64Array(length);
    const active = new Uint8Array(length);
    await fillColumns(result, [store, instant, active]);
    return arrangePolls({ length, store, instant, active }, endKey - firstKey);
  }
}
