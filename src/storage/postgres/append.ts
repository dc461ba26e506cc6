import type { PollAppending } from '../shared/appending.ts';
import { type KnownPolls, type MergedPolls, NOT_STORED, type PollGroup } from '../shared/poll-group.ts';
import { movingFirstPollsBack } from '../sql/first-polls.ts';
import type { Changes } from '../sql/revision.ts';
import type { PostgresConnection } from './client.ts';
import { writePolls } from './copy.ts';
import { nameStores } from './import.ts';
import { instant } from './instant.ts';

/** Adds polls within the connection's present transaction. */
export class PostgresAppending implements PollAppending {
  readonly #sql: PostgresConnection;
  readonly #changes: Changes;

  constructor(connection: PostgresConnection, changes: Changes) {
    this.#sql = connection;
    this.#changes = changes;
  }

  async keysOf(ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await nameStores(this.#sql, ids, this.#changes);
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
   * Looks up each poll in the index. A join would be planned as a scan of the whole week, since no index is on the
   * instant alone; `offset 0` prevents that.
   */
  async lookUp(polls: PollGroup): Promise<KnownPolls> {
    const there = new Uint8Array(polls.length).fill(NOT_STORED);
    const reasons = new Map<number, string>();
    if (polls.length === 0) return { active: there, reasons };
    const rows = await this.#sql.list(
      `select a.place, met.active, met.reason
       from unnest($1::integer[], $2::bigint[]) with ordinality a (store_key, instant_ms, place)
       cross join lateral (
         select p.active, p.reason from polls p
         where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')} and ${rangeOf(polls)}
         offset 0
       ) met`,
      [arrayText(polls.keys), arrayText(polls.instants)],
    );
    for (const { place, active, reason } of rows) {
      there[Number(place) - 1] = active === true ? 1 : 0;
      if (polls.hasReasons && reason !== null) reasons.set(Number(place) - 1, String(reason));
    }
    return { active: there, reasons };
  }

  async write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void> {
    const { added, replaced } = polls.changes(there, reasons);
    if (replaced.length > 0) {
      const picked = pick(polls, reasons, replaced);
      await this.#sql.list(
        `update polls p set active = a.active = 1, reason = a.reason
         from unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[]) a (store_key, instant_ms, active, reason)
         where p.store_key = a.store_key and p.instant = ${instant('a.instant_ms')}
           and ${rangeOf(polls)}`,
        [arrayText(picked.keys), arrayText(picked.instants), arrayText(picked.active), picked.reasons],
      );
    }
    if (added.length === 0) return;
    const news = pick(polls, reasons, added);
    await writePolls(this.#sql, 'polls', reasons.size > 0, [news]);
    await this.#noteFirstPolls(news);
  }

  async #noteFirstPolls({ keys, instants }: { keys: Int32Array; instants: Float64Array }): Promise<void> {
    await this.#sql.list(
      movingFirstPollsBack(`(
        select store_key, min(instant_ms) as first_ms
        from unnest($1::integer[], $2::bigint[]) a (store_key, instant_ms) group by store_key
      )`),
      [arrayText(keys), arrayText(instants)],
    );
  }
}

/** Polls in the driver's types. */
interface PickedPolls {
  readonly length: number;
  readonly keys: Int32Array;
  readonly instants: Float64Array;
  readonly active: Uint8Array;
  readonly reasons: (string | null)[];
}

/** Limits the plan to the weeks of these polls. */
function rangeOf({ from, to }: PollGroup): string {
  return `p.instant between ${instant(from)} and ${instant(to)}`;
}

/** An array literal; the driver would quote every number. */
function arrayText(numbers: Int32Array | Float64Array | Uint8Array): string {
  return `{${numbers.join(',')}}`;
}

function pick(polls: PollGroup, reasons: MergedPolls['reasons'], places: Int32Array): PickedPolls {
  return {
    length: places.length,
    keys: places.map((place) => polls.keys[place] as number),
    instants: Float64Array.from(places, (place) => polls.instants[place] as number),
    active: Uint8Array.from(places, (place) => polls.active[place] as number),
    reasons: Array.from(places, (place) => reasons.get(place) ?? null),
  };
}
