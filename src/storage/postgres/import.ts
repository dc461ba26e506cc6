import type { Session } from '../../duckdb/session.ts';
import { identifier, type Row } from '../../lib/sql.ts';
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
import { INCOMING_SALES, lastSales, mergeSales } from '../sql/sales.ts';
import {
  countRows,
  distinctHours,
  dropSortedPolls,
  FIRST_INCOMING,
  lastDescriptions,
  lastSpecialHours,
  lastZones,
  sortPolls,
} from '../sql/staging.ts';
import { keepUnread } from '../sql/unread.ts';
import type { PostgresConnection, PostgresSql } from './client.ts';
import { writeRows } from './copy.ts';
import type { PollWriter } from './poll-log.ts';
import { NO_POLLS } from './poll-merge.ts';

/** Rows or ids per statement. */
const BLOCK = 20_000;

export interface PostgresImportParts {
  readonly staging: Session;
  /** The connection of the import's transaction. */
  readonly connection: PostgresConnection;
  readonly changes: Changes;
  readonly polls: PollWriter;
}

/** Copies staged tables to PostgreSQL and merges them, within the connection's present transaction. */
export class PostgresImportSession implements ImportSession {
  readonly staging: Session;
  readonly #sql: PostgresConnection;
  readonly #changes: Changes;
  readonly #polls: PollWriter;

  constructor(parts: PostgresImportParts) {
    this.staging = parts.staging;
    this.#sql = parts.connection;
    this.#changes = parts.changes;
    this.#polls = parts.polls;
  }

  async storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = 'select store_id from stores where not deleted and store_id = any($1::text[])';
    return new Set((await this.#sql.list(sql, [ids])).map((row) => String(row.store_id)));
  }

  /** Also fills the staged table `store_keys`. */
  async nameStores(table: string): Promise<void> {
    await this.staging.run('create or replace temp table store_keys (store_id varchar, store_key integer)');
    const ids = `select distinct store_id from ${identifier(table)} order by store_id`;
    for await (const [block] of this.#blocks(ids)) {
      const rows = await nameStores(this.#sql, block as string[], this.#changes);
      await this.staging.run(
        `insert into store_keys
         select unnest(from_json($ids::json, '["VARCHAR"]')), unnest(from_json($keys::json, '["INTEGER"]'))`,
        {
          ids: JSON.stringify(rows.map((row) => row.store_id)),
          keys: JSON.stringify(rows.map((row) => row.store_key)),
        },
      );
    }
  }

  async mergePolls(table: string): Promise<MergeCounts> {
    await this.nameStores(table);
    const { polls, repeated, range, reasons } = await sortPolls(this.staging, table, 'store_keys');
    const merged = range === undefined ? NO_POLLS : await this.#polls.merge(this.staging, { polls, range, reasons });
    const counts = { ...merged, repeated };
    await this.#bring('incoming_firsts', 'store_key integer, first_ms bigint', FIRST_INCOMING);
    await this.#sql.run(movingFirstPollsBack('incoming_firsts'));
    await this.#sql.run('drop table incoming_firsts');
    await dropSortedPolls(this.staging);
    if (range !== undefined && changesSomething(counts)) this.#changes.polls(range.to);
    return counts;
  }

  async replaceHours(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.#bring(
      'incoming_hours',
      'store_key integer, day smallint, start_ms integer, end_ms integer',
      distinctHours(table, 'store_keys'),
    );
    const counts = await mergeHours(this.#sql, await countRows(this.staging, table), effectiveFrom);
    await this.#sql.run('drop table incoming_hours');
    return this.#noted(counts);
  }

  async replaceZones(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.#bring('incoming_zones', 'store_key integer, zone text', lastZones(table, 'store_keys'));
    const counts = await mergeZones(this.#sql, await countRows(this.staging, table), effectiveFrom);
    await this.#sql.run('drop table incoming_zones');
    return this.#noted(counts);
  }

  async replaceStores(table: string, effectiveFrom: number): Promise<MergeCounts> {
    await rememberStores(this.#sql);
    await this.nameStores(table);
    await this.#bring('incoming_zones', 'store_key integer, zone text', lastZones(table, 'store_keys'));
    await this.#bring(
      'incoming_stores',
      'store_key integer, name text, probe_url text, labels text',
      lastDescriptions(table, 'store_keys'),
    );
    const counts = await mergeStores(this.#sql, await countRows(this.staging, table), effectiveFrom);
    await this.#sql.run('drop table incoming_zones, incoming_stores');
    return this.#noted(counts);
  }

  async replaceSpecialHours(table: string): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.#bring(
      'incoming_special_hours',
      'store_key integer, date date, start_ms integer, end_ms integer',
      `select * replace (date::varchar as date) from (${lastSpecialHours(table, 'store_keys')})`,
    );
    const counts = await mergeSpecialHours(this.#sql, await countRows(this.staging, table));
    await this.#sql.run('drop table incoming_special_hours');
    return this.#noted(counts);
  }

  async mergeSales(table: string): Promise<MergeCounts> {
    await this.nameStores(table);
    await this.#sql.run(`create temp table incoming_sales (${INCOMING_SALES}) on commit drop`);
    await writeRows(this.#sql, 'incoming_sales', this.#blocks(lastSales(table, 'store_keys')));
    await this.#sql.run('analyze incoming_sales');
    const counts = await mergeSales(this.#sql, await countRows(this.staging, table));
    await this.#sql.run('drop table incoming_sales');
    if (changesSomething(counts)) this.#changes.sales();
    return counts;
  }

  async keepUnread(feed: ScheduleFeed, table: string): Promise<UnreadStores> {
    await this.nameStores(table);
    const keys = `select distinct k.store_key from ${identifier(table)} t join store_keys k using (store_id)`;
    await this.#bring('incoming_unread', 'store_key integer', keys);
    const { stores, changed } = await keepUnread(this.#sql, feed);
    await this.#sql.run('drop table incoming_unread');
    if (changed > 0) this.#changes.stores();
    return stores;
  }

  census(): Promise<StoreCensus> {
    return importCensus(this.#sql);
  }

  async copySchedules({ stores, hours, zoneChanges, specialHours }: CopiedSchedules): Promise<void> {
    await this.nameStores(stores);
    const copied = (table: string, columns: string) =>
      `select k.store_key, ${columns} from ${identifier(table)} t join store_keys k using (store_id)`;
    await this.#bring(
      'copied_stores',
      'store_key integer, zone text, name text, labels text, probe_url text, version integer, deleted boolean, first_poll_ms bigint',
      copied(stores, 't.zone, t.name, t.labels, t.probe_url, t.version, t.deleted, t.first_poll_ms'),
    );
    await this.#bring(
      'copied_hours',
      'store_key integer, day smallint, start_ms integer, end_ms integer, from_ms bigint, until_ms bigint',
      copied(hours, 't.day, t.start_ms, t.end_ms, t.from_ms, t.until_ms'),
    );
    await this.#bring(
      'copied_zone_changes',
      'store_key integer, zone text, until_ms bigint',
      copied(zoneChanges, 't.zone, t.until_ms'),
    );
    await this.#bring(
      'copied_special_hours',
      'store_key integer, date date, start_ms integer, end_ms integer',
      copied(specialHours, 't.date::varchar, t.start_ms, t.end_ms'),
    );
    if (await takeCopiedSchedules(this.#sql)) this.#changes.stores();
    await this.#sql.run('drop table copied_stores, copied_hours, copied_zone_changes, copied_special_hours');
  }

  async stageRecords(table: RecordTable, rows: AsyncIterable<RecordRows>): Promise<void> {
    const staged = stagedName(table);
    await this.#sql.run(`create temp table ${staged} (like ${table}) on commit drop`);
    for await (const block of rows) {
      await this.#sql.run(`insert into ${staged} select * from json_populate_recordset(null::${staged}, $rows::json)`, {
        rows: JSON.stringify(block),
      });
    }
    await this.#sql.run(`analyze ${staged}`);
  }

  async takeRecords(): Promise<void> {
    await takeRecords(this.#sql);
  }

  /** Call it once, after all merges and before the commit. */
  async finish(): Promise<void> {
    await dropKept(this.#sql);
  }

  /**
   * Creates a temporary table from a staged query.
   *
   * @param columns the table's, such as `store_key integer, zone text`
   */
  async #bring(table: string, columns: string, query: string): Promise<void> {
    await this.#sql.run(`create temp table ${table} (${columns}) on commit drop`);
    const arrays = columns.split(', ').map((column, i) => `$${i + 1}::${column.split(' ')[1]}[]`);
    const insert = `insert into ${table} select * from unnest(${arrays.join(', ')})`;
    for await (const block of this.#blocks(query)) await this.#sql.list(insert, block);
  }

  /** The columns of a query as arrays of a bounded length. */
  async *#blocks(query: string): AsyncGenerator<unknown[][]> {
    let columns: unknown[][] = [];
    const { chunks } = await this.staging.result(query);
    for await (const chunk of chunks) {
      const values = chunk.getColumns();
      columns = values.map((column, i) => (columns[i] ?? []).concat(column));
      if ((columns[0]?.length ?? 0) < BLOCK) continue;
      yield columns;
      columns = [];
    }
    if (columns.length > 0) yield columns;
  }

  #noted(counts: MergeCounts): MergeCounts {
    if (changesSomething(counts)) this.#changes.stores();
    return counts;
  }
}

/** Creates or restores the stores with these distinct ids; returns their ids and keys. */
async function nameStores(sql: PostgresSql, ids: readonly string[], changes: Changes): Promise<Row[]> {
  const back = await sql.list(
    `update stores set deleted = false, version = version + 1 where deleted and store_id = any($1::text[]) returning 1`,
    [ids],
  );
  if (back.length > 0) changes.stores();
  return addStores(sql, ids, changes);
}

/** Creates those of the stores with these distinct ids that are missing; returns the ids and keys of all. */
export async function addStores(sql: PostgresSql, ids: readonly string[], changes: Changes): Promise<Row[]> {
  const added = await sql.list(
    `insert into stores (store_key, store_id)
     select (select coalesce(max(store_key), 0) from stores) + row_number() over (order by id collate "C"), id
     from unnest($1::text[]) id
     where not exists (select 1 from stores s where s.store_id = id)
     returning 1`,
    [ids],
  );
  if (added.length > 0) changes.newStores();
  return sql.list('select store_id, store_key from stores where store_id = any($1::text[])', [ids]);
}
