import type { PoolClient } from 'pg';
import type { PollAppending } from '../appending.ts';
import { type PollGroup, UNKNOWN } from '../poll-group.ts';
import type { Changes } from '../sql/revision.ts';
import { PostgresSql } from './client.ts';
import { writePolls } from './copy.ts';
import { nameStores } from './import.ts';
import { addPartitions, missingPartitions, mondayOf } from './partitions.ts';
import { instant } from './snapshot.ts';

/** Adds polls within the transaction that the connection is in. */
export class PostgresAppending implements PollAppending {
  readonly #client: PoolClient;
  readonly #sql: PostgresSql;
  readonly #changes: Changes;

  constructor(client: PoolClient, changes: Changes) {
    this.#client = client;
    this.#sql = new PostgresSql(client);
    this.#changes = changes;
  }

  async keysOf(ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const { rows, changed } = await nameStores(this.#sql, ids);
    if (changed) this.#changes.stores();
    return new Map(rows.map((row) => [String(row.store_id), Number(row.store_key)]));
  }

  async restoreStores(keys: readonly number[]): Promise<number> {
    const back = await this.#sql.list(
      `update stores set deleted = false, version = version + 1
       where deleted and store_key = any($1::integer[]) returning 1`,
      [`{${keys.join(',')}}`],
    );
    return back.length;
  }

  /**
   * Asks the index poll by poll. A join would be planned as a scan of the whole week, since no index leads to an
   * instant alone; `offset 0` keeps PostgreSQL from asking twice.
   */
  async lookUp(polls: PollGroup): Promise<Uint8Array> {
    const there = new Uint8Array(polls.length).fill(UNKNOWN);
    if (polls.length === 0) return there;
    const rows = await this.#sql.list(
      `select place, active
       from (
         select a.place,
           (
             select p.active from polls p
             where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')} and ${rangeOf(polls)}
           ) as active
         from unnest($1::integer[], $2::bigint[]) with ordinality a (store_key, instant_ms, place)
         offset 0
       ) asked
       where active is not null`,
      [arrayText(polls.keys), arrayText(polls.instants)],
    );
    for (const { place, active } of rows) there[Number(place) - 1] = active === true ? 1 : 0;
    return there;
  }

  async write(polls: PollGroup, there: Uint8Array): Promise<void> {
    const places = Int32Array.from(there, (_, place) => place);
    const added = places.filter((place) => there[place] === UNKNOWN);
    const replaced = places.filter((place) => there[place] !== UNKNOWN && there[place] !== polls.active[place]);
    if (replaced.length > 0) {
      const { keys, instants, active } = pick(polls, replaced);
      await this.#sql.list(
        `update polls p set active = a.active = 1
         from unnest($1::integer[], $2::bigint[], $3::integer[]) a (store_key, instant_ms, active)
         where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')}
           and ${rangeOf(polls)}`,
        [arrayText(keys), arrayText(instants), arrayText(active)],
      );
    }
    if (added.length === 0) return;
    const news = pick(polls, added);
    const mondays = [...new Set(Array.from(news.instants, mondayOf))];
    await addPartitions(this.#sql, await missingPartitions(this.#sql, mondays));
    await writePolls(this.#client, 'polls', [news]);
  }
}

/** Keeps other weeks out of the plan. */
function rangeOf({ from, to }: PollGroup): string {
  return `p.instant between ${instant(from)} and ${instant(to)}`;
}

/** An array as PostgreSQL reads it; the driver would quote every number. */
function arrayText(numbers: Int32Array | Float64Array | Uint8Array): string {
  return `{${numbers.join(',')}}`;
}

function pick(polls: PollGroup, places: Int32Array) {
  return {
    length: places.length,
    keys: places.map((place) => polls.keys[place] as number),
    instants: Float64Array.from(places, (place) => polls.instants[place] as number),
    active: Uint8Array.from(places, (place) => polls.active[place] as number),
  };
}
