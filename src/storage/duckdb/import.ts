import { identifier, type Session } from '../../duckdb/session.ts';
import type { ImportSession, MergeCounts } from '../ports.ts';

/** Merges staged tables into the data, within the transaction that the session is in. */
export class DuckdbImportSession implements ImportSession {
  readonly staging: Session;
  #changed = false;

  constructor(session: Session) {
    this.staging = session;
  }

  async mergePolls(table: string): Promise<MergeCounts> {
    const session = this.staging;
    await this.#addStores(table);
    // Sorted by store and time, so that reports read them in order; the last of a repeated instant wins.
    await session.run(`
      create or replace temp table sorted_polls as
      select s.store_key, make_timestamp_ms(t.instant) as instant, t.active
      from ${identifier(table)} t join stores s using (store_id)
      order by s.store_key, t.instant, t.rowid`);
    await session.run(`
      create or replace temp view incoming_polls as
      select store_key, instant, active
      from (
        select *, coalesce(store_key = lead(store_key) over () and instant = lead(instant) over (), false) as superseded
        from sorted_polls
      )
      where not superseded`);
    const { incoming, staged, earliest, latest } = await session.row(`
      select count(*) as incoming, (select count(*) from sorted_polls) as staged,
        min(instant) as earliest, max(instant) as latest
      from incoming_polls`);
    const repeated = Number(staged) - Number(incoming);
    const known = `p.instant between (select min(instant) from sorted_polls) and (select max(instant) from sorted_polls)`;
    const { met } = await session.row(`select count(*) as met from polls where instant between $earliest and $latest`, {
      earliest: earliest ?? null,
      latest: latest ?? null,
    });
    let alreadyThere = 0;
    let replaced = 0;
    if (Number(met) > 0) {
      const overlap = await session.row(`
        select count(*) filter (p.active = i.active) as same, count(*) filter (p.active <> i.active) as different
        from incoming_polls i join polls p on p.store_key = i.store_key and p.instant = i.instant
        where ${known}`);
      alreadyThere = Number(overlap.same);
      replaced = Number(overlap.different);
    }
    if (replaced > 0) {
      await session.run(`
        update polls p set active = i.active from incoming_polls i
        where p.store_key = i.store_key and p.instant = i.instant and p.active <> i.active`);
    }
    const added = Number(incoming) - alreadyThere - replaced;
    if (added > 0) {
      const fresh =
        alreadyThere + replaced === 0
          ? ''
          : `where not exists (
               select 1 from polls p where p.store_key = i.store_key and p.instant = i.instant and ${known})
             order by store_key, instant`;
      await session.run(`insert into polls select store_key, instant, active from incoming_polls i ${fresh}`);
    }
    await session.run('drop view incoming_polls; drop table sorted_polls');
    return this.#counted({ added, replaced, alreadyThere, repeated });
  }

  async replaceHours(table: string): Promise<MergeCounts> {
    const session = this.staging;
    await this.#addStores(table);
    await session.run(`
      create or replace temp table incoming_hours as
      select distinct s.store_key, t.day, t.start_ms, t.end_ms
      from ${identifier(table)} t join stores s using (store_id)`);
    // How the week of each store that the file names compares with the one that is there.
    await session.run(`
      create or replace temp table weeks as
      with named as (select store_key, count(*) as rows from incoming_hours group by store_key),
        there as (select store_key, count(*) as rows from business_hours semi join named using (store_key) group by store_key),
        common as (
          select store_key, count(*) as rows
          from incoming_hours join business_hours using (store_key, day, start_ms, end_ms)
          group by store_key
        )
      select store_key, named.rows,
        case
          when there.rows is null then 'added'
          when there.rows = named.rows and common.rows = named.rows then 'same'
          else 'replaced'
        end as state
      from named left join there using (store_key) left join common using (store_key)`);
    await session.run(
      `delete from business_hours where store_key in (select store_key from weeks where state = 'replaced')`,
    );
    await session.run(`
      insert into business_hours
      select store_key, day, start_ms, end_ms
      from incoming_hours semi join (from weeks where state <> 'same') using (store_key)
      order by store_key, day, start_ms`);
    const counts = await this.#counts(table, 'weeks');
    await session.run('drop table weeks; drop table incoming_hours');
    return counts;
  }

  async replaceZones(table: string): Promise<MergeCounts> {
    const session = this.staging;
    await this.#addStores(table);
    await session.run(`
      create or replace temp table incoming_zones as
      select s.store_key, any_value(s.zone) as was, arg_max(t.zone, t.rowid) as zone, 1 as rows,
        case when was is null then 'added' when was = arg_max(t.zone, t.rowid) then 'same' else 'replaced' end as state
      from ${identifier(table)} t join stores s using (store_id)
      group by s.store_key`);
    await session.run(`
      update stores s set zone = i.zone from incoming_zones i
      where s.store_key = i.store_key and i.state <> 'same'`);
    const counts = await this.#counts(table, 'incoming_zones');
    await session.run('drop table incoming_zones');
    return counts;
  }

  /** To be called once, when all is merged and before the commit. */
  async finish(): Promise<void> {
    if (this.#changed) await this.staging.run('update revision set number = number + 1');
  }

  async #addStores(table: string): Promise<void> {
    const added = await this.staging.run(`
      insert into stores (store_key, store_id)
      select (select coalesce(max(store_key), 0) from stores) + row_number() over (order by store_id), store_id
      from (select distinct store_id from ${identifier(table)}) anti join stores using (store_id)`);
    if (added > 0) this.#changed = true;
  }

  /** Sums up a table of `rows` by `state`; what the staged table has beyond them was repeated. */
  async #counts(table: string, states: string): Promise<MergeCounts> {
    const { added, replaced, same, staged } = await this.staging.row(`
      select
        coalesce(sum(rows) filter (state = 'added'), 0) as added,
        coalesce(sum(rows) filter (state = 'replaced'), 0) as replaced,
        coalesce(sum(rows) filter (state = 'same'), 0) as same,
        (select count(*) from ${identifier(table)}) as staged
      from ${identifier(states)}`);
    const [fresh, changed, alreadyThere] = [Number(added), Number(replaced), Number(same)];
    return this.#counted({
      added: fresh,
      replaced: changed,
      alreadyThere,
      repeated: Number(staged) - fresh - changed - alreadyThere,
    });
  }

  #counted(counts: MergeCounts): MergeCounts {
    if (counts.added + counts.replaced > 0) this.#changed = true;
    return counts;
  }
}
