import type { Session } from '../../duckdb/session.ts';
import { identifier, literal } from '../../lib/sql.ts';
import type {
  CopiedSchedules,
  ImportSession,
  MergeCounts,
  ScheduleFeed,
  StoreCensus,
  UnreadStores,
} from '../ports/import-session.ts';
import type { RecordRows, RecordTable } from '../ports/records.ts';
import { importCensus } from '../sql/census.ts';
import { takeCopiedSchedules } from '../sql/copied-schedules.ts';
import { movingFirstPollsBack } from '../sql/first-polls.ts';
import { changesSomething, dropKept, mergeHours, mergeSpecialHours, mergeZones } from '../sql/merge.ts';
import { mergeStores, rememberStores } from '../sql/merge-stores.ts';
import { stagedName, takeRecords } from '../sql/records.ts';
import type { Changes } from '../sql/revision.ts';
import { lastSales, mergeSales } from '../sql/sales.ts';
import {
  countRows,
  distinctHours,
  dropSortedPolls,
  FIRST_INCOMING,
  lastDescriptions,
  lastSpecialHours,
  lastZones,
  REPLACES,
  sortPolls,
} from '../sql/staging.ts';
import { keepUnread } from '../sql/unread.ts';

/** Merges staged tables into the data, within the session's present transaction. */
export class DuckdbImportSession implements ImportSession {
  readonly staging: Session;
  readonly #changes: Changes;

  constructor(session: Session, changes: Changes) {
    this.staging = session;
    this.#changes = changes;
  }

  async storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.staging.rows(
      `select store_id from stores
       where not deleted and store_id in (select unnest(from_json($ids::json, '["VARCHAR"]')))`,
      { ids: JSON.stringify(ids) },
    );
    return new Set(rows.map((row) => String(row.store_id)));
  }

  async nameStores(table: string): Promise<void> {
    // To look for the stores of a large table takes a while, and hardly any are deleted.
    const [deleted] = await this.staging.rows('select 1 from stores where deleted limit 1');
    if (deleted !== undefined) {
      const back = await this.staging.run(`
        update stores set deleted = false, version = version + 1
        where deleted and store_id in (select store_id from ${identifier(table)})`);
      if (back > 0) this.#changes.stores();
    }
    await this.addStores(table);
  }

  /** Creates those of the stores of `table (store_id)` that are missing. */
  async addStores(table: string): Promise<void> {
    const added = await this.staging.run(`
      insert into stores (store_key, store_id)
      select (select coalesce(max(store_key), 0) from stores) + row_number() over (order by store_id), store_id
      from (select distinct store_id from ${identifier(table)}) anti join stores using (store_id)`);
    if (added > 0) this.#changes.newStores();
  }

  async mergePolls(table: string): Promise<MergeCounts> {
    const session = this.staging;
    await this.nameStores(table);
    const { polls, repeated, range } = await sortPolls(session, table, 'stores');
    const counts = { added: polls, replaced: 0, alreadyThere: 0, repeated };
    if (range !== undefined && (await this.#pollsIn(range)) > 0) {
      const known = `p.store_key = i.store_key and p.instant = i.instant
        and p.instant between make_timestamp_ms(${range.from}) and make_timestamp_ms(${range.to})`;
      const met = await session.row(`
        select count(*) as there, count(*) filter (${REPLACES}) as different
        from incoming_polls i join polls p on ${known}`);
      counts.replaced = Number(met.different);
      counts.alreadyThere = Number(met.there) - counts.replaced;
      counts.added -= counts.alreadyThere + counts.replaced;
      if (counts.replaced > 0) {
        await session.run(
          `update polls p set active = i.active, reason = i.reason from incoming_polls i where ${known} and ${REPLACES}`,
        );
      }
      if (counts.added > 0) {
        await session.run(`
          insert into polls by name
          select * from incoming_polls i where not exists (select 1 from polls p where ${known})
          order by store_key, instant`);
      }
    } else {
      await session.run('insert into polls by name select * from incoming_polls');
    }
    await session.run(movingFirstPollsBack(`(${FIRST_INCOMING})`));
    await dropSortedPolls(session);
    if (range !== undefined && changesSomething(counts)) this.#changes.polls(range.to);
    return counts;
  }

  async replaceHours(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.staging.run(`create temp table incoming_hours as ${distinctHours(table, 'stores')}`);
    const counts = await mergeHours(this.staging, await countRows(this.staging, table), effectiveFrom);
    await this.staging.run('drop table incoming_hours');
    return this.#noted(counts);
  }

  async replaceZones(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.staging.run(`create temp table incoming_zones as ${lastZones(table, 'stores')}`);
    const counts = await mergeZones(this.staging, await countRows(this.staging, table), effectiveFrom);
    await this.staging.run('drop table incoming_zones');
    return this.#noted(counts);
  }

  async replaceStores(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await rememberStores(this.staging);
    await this.nameStores(table);
    await this.staging.run(`create temp table incoming_zones as ${lastZones(table, 'stores')}`);
    await this.staging.run(`create temp table incoming_stores as ${lastDescriptions(table, 'stores')}`);
    const counts = await mergeStores(this.staging, await countRows(this.staging, table), effectiveFrom);
    await this.staging.run('drop table incoming_zones; drop table incoming_stores');
    return this.#noted(counts);
  }

  async replaceSpecialHours(table: string): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.staging.run(`create temp table incoming_special_hours as ${lastSpecialHours(table, 'stores')}`);
    const counts = await mergeSpecialHours(this.staging, await countRows(this.staging, table));
    await this.staging.run('drop table incoming_special_hours');
    return this.#noted(counts);
  }

  async mergeSales(table: string): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.staging.run(`create temp table incoming_sales as ${lastSales(table, 'stores')}`);
    const counts = await mergeSales(this.staging, await countRows(this.staging, table));
    await this.staging.run('drop table incoming_sales');
    if (changesSomething(counts)) this.#changes.sales();
    return counts;
  }

  async keepUnread(feed: ScheduleFeed, table: string): Promise<UnreadStores> {
    await this.nameStores(table);
    await this.staging.run(`
      create temp table incoming_unread as
      select distinct s.store_key from ${identifier(table)} t join stores s using (store_id)`);
    const { stores, changed } = await keepUnread(this.staging, feed);
    await this.staging.run('drop table incoming_unread');
    if (changed > 0) this.#changes.stores();
    return stores;
  }

  census(): Promise<StoreCensus> {
    return importCensus(this.staging);
  }

  async copySchedules({ stores, hours, zoneChanges, specialHours }: CopiedSchedules): Promise<void> {
    await this.nameStores(stores);
    const copies = {
      copied_stores: `select s.store_key, t.* exclude (store_id) from ${identifier(stores)} t join stores s using (store_id)`,
      copied_hours: `
        select s.store_key, t.* exclude (store_id) from ${identifier(hours)} t join stores s using (store_id)`,
      copied_zone_changes: `
        select s.store_key, t.* exclude (store_id) from ${identifier(zoneChanges)} t join stores s using (store_id)`,
      copied_special_hours: `
        select s.store_key, t.* exclude (store_id) from ${identifier(specialHours)} t join stores s using (store_id)`,
    };
    for (const [name, query] of Object.entries(copies)) await this.staging.run(`create temp table ${name} as ${query}`);
    if (await takeCopiedSchedules(this.staging)) this.#changes.stores();
    for (const name of Object.keys(copies)) await this.staging.run(`drop table ${name}`);
  }

  async stageRecords(table: RecordTable, rows: AsyncIterable<RecordRows>): Promise<void> {
    const staged = stagedName(table);
    await this.staging.run(`create or replace temp table ${staged} as select * from ${table} limit 0`);
    for await (const block of rows) {
      const types = Object.keys(block[0] ?? {}).map((column) => [column, 'VARCHAR']);
      const structure = literal(JSON.stringify([Object.fromEntries(types)]));
      await this.staging.run(
        `insert into ${staged} by name select unnest(from_json($rows::json, ${structure}), recursive := true)`,
        { rows: JSON.stringify(block) },
      );
    }
  }

  async takeRecords(): Promise<void> {
    await takeRecords(this.staging);
  }

  /** Call it once, after all merges and before the commit. */
  async finish(): Promise<void> {
    await dropKept(this.staging);
  }

  async #pollsIn({ from, to }: { from: number; to: number }): Promise<number> {
    const { polls } = await this.staging.row(
      `select count(*) as polls from polls
       where instant between make_timestamp_ms($from::bigint) and make_timestamp_ms($to::bigint)`,
      { from, to },
    );
    return Number(polls);
  }

  #noted(counts: MergeCounts): MergeCounts {
    if (changesSomething(counts)) this.#changes.stores();
    return counts;
  }
}
