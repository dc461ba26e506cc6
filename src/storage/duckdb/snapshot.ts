import type { HoursColumns } from '../../domain/hours.ts';
import { arrangePolls, type PollColumns } from '../../domain/polls.ts';
import type { Session } from '../../duckdb/session.ts';
import { numbersOf } from '../../duckdb/vectors.ts';
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

  /** Texts come as one JSON array: reading them one by one takes the driver twenty times as long. */
  async stores(): Promise<StoreColumns> {
    const row = await this.#session.row(`
      select to_json(list(store_key)) as keys, to_json(list(store_id)) as ids, to_json(list(zone)) as zones
      from (select * from stores order by store_id)`);
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
    const { rowCount, chunks } = await this.#session.result(
      `select (store_key - $first)::integer, day, start_ms, end_ms
       from business_hours
       where store_key >= $first and store_key < $end
       order by store_key`,
      { first: firstKey, end: endKey },
    );
    const store = new Int32Array(rowCount);
    const day = new Uint8Array(rowCount);
    const start = new Int32Array(rowCount);
    const end = new Int32Array(rowCount);
    let length = 0;
    for await (const chunk of chunks) {
      store.set(numbersOf(chunk, 0), length);
      day.set(numbersOf(chunk, 1), length);
      start.set(numbersOf(chunk, 2), length);
      end.set(numbersOf(chunk, 3), length);
      length += chunk.rowCount;
    }
    return { length, store, day, start, end };
  }

  /**
   * Sorting here, after the read, is cheaper than an `order by`: what an import wrote in one go comes back in order,
   * and then there is nothing to do.
   */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const { rowCount, chunks } = await this.#session.result(
      `select (store_key - $first)::integer, epoch_ms(instant)::double, active::utinyint
       from polls
       where store_key >= $first and store_key < $end
         and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { first: firstKey, end: endKey, from, to },
    );
    const store = new Int32Array(rowCount);
    const instant = new Float64Array(rowCount);
    const active = new Uint8Array(rowCount);
    let length = 0;
    for await (const chunk of chunks) {
      store.set(numbersOf(chunk, 0), length);
      instant.set(numbersOf(chunk, 1), length);
      active.set(numbersOf(chunk, 2), length);
      length += chunk.rowCount;
    }
    return arrangePolls({ length, store, instant, active }, endKey - firstKey);
  }
}
