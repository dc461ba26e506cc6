import { float64Column, int32Column, uint8Column } from '../../columns.ts';
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

  async latestPoll(): Promise<number | undefined> {
    const { latest } = await this.#session.row('select epoch_ms(max(instant)) as latest from polls');
    return latest === null || latest === undefined ? undefined : Number(latest);
  }

  /** Texts come as a few JSON arrays: reading them one by one takes the driver twenty times as long. */
  async stores(): Promise<StoreColumns> {
    const keys: number[] = [];
    const ids: string[] = [];
    const zones: (string | undefined)[] = [];
    const rows = await this.#session.rows(`
      select
        to_json(list(store_key order by store_key)) as keys,
        to_json(list(store_id order by store_key)) as ids,
        to_json(list(coalesce(zone, '') order by store_key)) as zones
      from stores
      group by store_key // 8192
      order by min(store_key)`);
    for (const row of rows) {
      for (const key of JSON.parse(String(row.keys)) as number[]) keys.push(key);
      for (const id of JSON.parse(String(row.ids)) as string[]) ids.push(id);
      for (const zone of JSON.parse(String(row.zones)) as string[]) zones.push(zone === '' ? undefined : zone);
    }
    return { keys: Int32Array.from(keys), ids, zones };
  }

  async countPolls(from: number, to: number): Promise<number> {
    const { polls } = await this.#session.row(
      `select count(*) as polls from polls where instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { from, to },
    );
    return Number(polls);
  }

  async hours(firstKey: number, endKey: number): Promise<HoursColumns> {
    const store = int32Column();
    const day = uint8Column();
    const start = int32Column();
    const end = int32Column();
    const sql = `
      select (store_key - $first)::integer, day, start_ms, end_ms
      from business_hours
      where store_key >= $first and store_key < $end
      order by store_key, day, start_ms, end_ms`;
    for await (const chunk of this.#session.chunks(sql, { first: firstKey, end: endKey })) {
      store.append(numbersOf(chunk, 0));
      day.append(numbersOf(chunk, 1));
      start.append(numbersOf(chunk, 2));
      end.append(numbersOf(chunk, 3));
    }
    return { length: store.length, store: store.values, day: day.values, start: start.values, end: end.values };
  }

  /**
   * Sorting here, after the read, is cheaper than an `order by`: what an import wrote in one go comes back in order,
   * and then there is nothing to do.
   */
  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const store = int32Column();
    const instant = float64Column();
    const active = uint8Column();
    const sql = `
      select (store_key - $first)::integer, epoch_ms(instant)::double, active::utinyint
      from polls
      where store_key >= $first and store_key < $end
        and instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`;
    const parameters = { first: firstKey, end: endKey, from, to };
    for await (const chunk of this.#session.chunks(sql, parameters)) {
      store.append(numbersOf(chunk, 0));
      instant.append(numbersOf(chunk, 1));
      active.append(numbersOf(chunk, 2));
    }
    return arrangePolls(
      { length: store.length, store: store.values, instant: instant.values, active: active.values },
      endKey - firstKey,
    );
  }
}
