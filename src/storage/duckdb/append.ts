import type { Session } from '../../duckdb/session.ts';
import type { Parameters } from '../../lib/sql.ts';
import type { PollAppending } from '../shared/appending.ts';
import { type KnownPolls, type MergedPolls, NOT_STORED, type PollGroup } from '../shared/poll-group.ts';
import { movingFirstPollsBack } from '../sql/first-polls.ts';
import type { Changes } from '../sql/revision.ts';
import { DuckdbImportSession } from './import.ts';

/** Adds polls within the session's present transaction. */
export class DuckdbAppending implements PollAppending {
  readonly #session: Session;
  readonly #changes: Changes;

  constructor(session: Session, changes: Changes) {
    this.#session = session;
    this.#changes = changes;
  }

  async keysOf(ids: readonly string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    await this.#session.run(
      `create or replace temp table named as select unnest(from_json($ids::json, '["VARCHAR"]')) as store_id`,
      { ids: JSON.stringify(ids) },
    );
    await new DuckdbImportSession(this.#session, this.#changes).addStores('named');
    const { pairs } = await this.#session.row(
      'select to_json(list([store_id, store_key::varchar]))::varchar as pairs from stores semi join named using (store_id)',
    );
    const rows = JSON.parse(String(pairs)) as [string, string][];
    return new Map(rows.map(([id, key]) => [id, Number(key)]));
  }

  async restoreStores(keys: readonly number[]): Promise<number> {
    const [deleted] = await this.#session.rows('select 1 from stores where deleted limit 1');
    if (deleted === undefined) return 0;
    return this.#session.run(
      `update stores set deleted = false, version = version + 1
       where deleted and store_key in (select unnest(from_json($keys::json, '["INTEGER"]')))`,
      { keys: JSON.stringify(keys) },
    );
  }

  async lookUp(polls: PollGroup): Promise<KnownPolls> {
    const there = new Uint8Array(polls.length).fill(NOT_STORED);
    if (polls.length === 0) return { active: there, reasons: new Map() };
    const places = Int32Array.from(there, (_, place) => place);
    await this.#session.run(
      'create or replace temp table appended (place integer, store_key integer, instant double, active utinyint)',
    );
    await this.#session.append('appended', [places, polls.keys, polls.instants, polls.active]);
    const { chunks } = await this.#session.result(
      `select a.place, p.active::utinyint from ${known('appended', polls)}`,
    );
    for await (const chunk of chunks) {
      const [place, active] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
      for (let i = 0; i < chunk.rowCount; i++) there[Number(place[i])] = Number(active[i]);
    }
    return { active: there, reasons: polls.hasReasons ? await this.#knownReasons(polls) : new Map() };
  }

  async #knownReasons(polls: PollGroup): Promise<Map<number, string>> {
    const { pairs } = await this.#session.row(
      `select to_json(list([a.place::varchar, p.reason]))::varchar as pairs
       from ${known('appended', polls)} where p.reason is not null`,
    );
    const rows = pairs === null ? [] : (JSON.parse(String(pairs)) as [string, string][]);
    return new Map(rows.map(([place, reason]) => [Number(place), reason]));
  }

  async write(polls: PollGroup, there: KnownPolls, reasons: MergedPolls['reasons']): Promise<void> {
    const { added, replaced } = polls.changes(there, reasons);
    if (replaced.length > 0) {
      await this.#session.run(
        `update polls set active = i.active, reason = i.reason
         from (select a.active, a.reason, p.rowid as stored from ${known(`(${PICKED})`, polls)}) i
         where polls.rowid = i.stored`,
        picked(replaced, reasons),
      );
    }
    if (added.length === 0) return;
    const everything = added.length === polls.length && reasons.size === 0;
    await this.#session.run(
      `insert into polls (store_key, instant, active, reason)
       select store_key, make_timestamp_ms(instant::bigint), active, ${everything ? 'null from appended' : `reason from (${PICKED})`}`,
      everything ? undefined : picked(added, reasons),
    );
    await this.#session.run(
      movingFirstPollsBack('(select store_key, min(instant)::bigint as first_ms from appended group by store_key)'),
    );
  }
}

/** Some of the appended polls, with their reasons. */
const PICKED = `
  select * from appended join (
    select unnest(from_json($places::json, '["INTEGER"]')) as place, unnest(from_json($reasons::json, '["VARCHAR"]')) as reason
  ) using (place)`;

function picked(places: Int32Array, reasons: MergedPolls['reasons']): Parameters {
  return {
    places: JSON.stringify([...places]),
    reasons: JSON.stringify(Array.from(places, (place) => reasons.get(place) ?? null)),
  };
}

/** The rows `p` of `polls` that have the store and instant of a row `a` of `table`. */
function known(table: string, { from, to }: PollGroup): string {
  return `${table} a join polls p
    on p.store_key = a.store_key and p.instant = make_timestamp_ms(a.instant::bigint)
    and p.instant between make_timestamp_ms(${from}) and make_timestamp_ms(${to})`;
}
