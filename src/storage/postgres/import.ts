import type { DuckDBDataChunk } from '@duckdb/node-api';
import { identifier, type Session } from '../../duckdb/session.ts';
import { numbersOf } from '../../duckdb/vectors.ts';
import type { Row } from '../../lib/sql.ts';
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
import type { PostgresConnection, PostgresPool, PostgresSql } from './client.ts';
import { type CopiedPolls, writePolls } from './copy.ts';
import { instant } from './instant.ts';
import type { Partitioning } from './partitioning.ts';
import { fillTables, NEW_POLLS, SHARED_PARTITION } from './partitions.ts';
import { mondayOf, WEEK } from './weeks.ts';

/** Rows or ids per statement. */
const BLOCK = 20_000;

export interface PostgresImportParts {
  readonly staging: Session;
  /** The connection of the import's transaction. */
  readonly connection: PostgresConnection;
  /** For other connections; `undefined`: the transaction has locked the polls, so that no other could do anything. */
  readonly pool: PostgresPool | undefined;
  readonly changes: Changes;
  readonly partitioning: Partitioning;
}

/** Incoming polls that are merged together. */
interface PollPart {
  readonly polls: number;
  /** Their earliest and latest instant, milliseconds. */
  readonly range: { readonly from: number; readonly to: number };
  /** Their number by the Monday of their week. */
  readonly weeks: ReadonlyMap<number, number>;
  /** Whether this import has filled the tables of all these weeks. */
  readonly isFilled: boolean;
  /** Which of `incoming_polls` in the staging they are. */
  readonly condition: string;
}

type PollCounts = Omit<MergeCounts, 'repeated'>;

/** Copies staged tables to PostgreSQL and merges them, within the connection's present transaction. */
export class PostgresImportSession implements ImportSession {
  readonly staging: Session;
  readonly #sql: PostgresConnection;
  readonly #pool: PostgresPool | undefined;
  readonly #changes: Changes;
  readonly #partitioning: Partitioning;
  /** The Mondays of filled tables: they become partitions of `polls` at the end. */
  #filled: ReadonlySet<number> = new Set();
  /** Whether this import has written to `polls`, so that it keeps locks that keep others from changing partitions. */
  #wrote = false;

  constructor({ staging, connection, pool, changes, partitioning }: PostgresImportParts) {
    this.staging = staging;
    this.#sql = connection;
    this.#pool = pool;
    this.#changes = changes;
    this.#partitioning = partitioning;
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
    let counts: MergeCounts = { added: 0, replaced: 0, alreadyThere: 0, repeated };
    if (range !== undefined) {
      for (const part of await this.#partsOf({ polls, range })) {
        const { added, replaced, alreadyThere } = await this.#mergePart(part, reasons);
        counts = {
          added: counts.added + added,
          replaced: counts.replaced + replaced,
          alreadyThere: counts.alreadyThere + alreadyThere,
          repeated,
        };
      }
    }
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

  /**
   * Call it once, after all merges and before the commit: readers of the shared partition wait from here to the commit.
   */
  async finish(): Promise<void> {
    await dropKept(this.#sql);
    if (this.#filled.size > 0) await this.#partitioning.attach(this.#sql, [...this.#filled]);
  }

  /** Splits the incoming polls: those of weeks whose tables this import has filled go to these tables. */
  async #partsOf(whole: Pick<PollPart, 'polls' | 'range'>): Promise<PollPart[]> {
    const weeks = await this.#weeks();
    const filled = new Map([...weeks].filter(([monday]) => this.#filled.has(monday)));
    if (filled.size === 0) return [{ ...whole, weeks, isFilled: false, condition: 'true' }];
    const others = new Map([...weeks].filter(([monday]) => !filled.has(monday)));
    const parts: PollPart[] = [];
    for (const part of [filled, others].filter(({ size }) => size > 0)) {
      const condition = `epoch_ms(date_trunc('week', instant)) in (${[...part.keys()]})`;
      const { polls, earliest, latest } = await this.staging.row(`
        select count(*) as polls, epoch_ms(min(instant)) as earliest, epoch_ms(max(instant)) as latest
        from incoming_polls where ${condition}`);
      const range = { from: Number(earliest), to: Number(latest) };
      parts.push({ polls: Number(polls), range, weeks: part, isFilled: part === filled, condition });
    }
    return parts;
  }

  async #mergePart(part: PollPart, reasons: boolean): Promise<PollCounts> {
    if (part.isFilled) return this.#mergeInto(NEW_POLLS, part, reasons);
    const { own, allNew } = await this.#partitioning.plan(this.#sql, part.weeks, this.#filled);
    if (allNew && own.length > 0 && !(await this.#isShared(part.range))) {
      const send = (target: string) => this.#sendPolls(target, part, reasons);
      const shared = await fillTables(this.#sql, own, { isFirst: this.#filled.size === 0, fill: send });
      this.#filled = new Set([...this.#filled, ...own]);
      this.#wrote ||= shared > 0;
      return { added: part.polls, replaced: 0, alreadyThere: 0 };
    }
    // Another connection would wait for the locks of this one.
    if (this.#pool === undefined || !this.#wrote) await this.#partitioning.createFor(this.#pool ?? this.#sql, own);
    this.#wrote = true;
    return this.#mergeInto('polls', part, reasons);
  }

  /** Whether the shared partition has polls of these weeks. */
  async #isShared({ from, to }: PollPart['range']): Promise<boolean> {
    const weeks = `instant >= ${instant(mondayOf(from))} and instant < ${instant(mondayOf(to) + WEEK)}`;
    // This connection would keep its lock, which it has anyway once it has written.
    const sql = this.#wrote ? this.#sql : (this.#pool ?? this.#sql);
    return (await sql.rows(`select 1 from ${SHARED_PARTITION} where ${weeks} limit 1`)).length > 0;
  }

  /** @param target `polls` or `new_polls` */
  async #mergeInto(target: string, part: PollPart, reasons: boolean): Promise<PollCounts> {
    const known = `instant between ${instant(part.range.from)} and ${instant(part.range.to)}`;
    const [met] = await this.#sql.rows(`select 1 from ${target} where ${known} limit 1`);
    if (met !== undefined) return this.#mergeKnownPolls(target, part, known, reasons);
    await this.#sendPolls(target, part, reasons);
    return { added: part.polls, replaced: 0, alreadyThere: 0 };
  }

  /**
   * @param known a condition on `instant` that all polls match
   * @param reasons whether any poll may have a reason
   */
  async #mergeKnownPolls(target: string, part: PollPart, known: string, reasons: boolean): Promise<PollCounts> {
    await this.#sql.run('create temp table incoming_polls (like polls) on commit drop');
    await this.#sendPolls('incoming_polls', part, reasons);
    await this.#sql.run('analyze incoming_polls');
    const { there } = await this.#sql.row(`
      select count(*) as there from incoming_polls i join ${target} p using (store_key, instant) where p.${known}`);
    const replaced = await this.#sql.run(`
      update ${target} p set active = i.active, reason = i.reason from incoming_polls i
      where p.store_key = i.store_key and p.instant = i.instant and ${REPLACES} and p.${known}`);
    const added = part.polls - Number(there);
    if (added > 0) {
      await this.#sql.run(`
        insert into ${target} (store_key, instant, active, reason)
        select i.store_key, i.instant, i.active, i.reason
        from incoming_polls i left join ${target} p on p.store_key = i.store_key and p.instant = i.instant and p.${known}
        where p.store_key is null`);
    }
    await this.#sql.run('drop table incoming_polls');
    return { added, replaced, alreadyThere: Number(there) - replaced };
  }

  async #sendPolls(target: string, { condition }: PollPart, reasons: boolean): Promise<void> {
    const { chunks } = await this.staging.result(
      `select store_key, epoch_ms(instant)::double, active::utinyint${reasons ? ', reason' : ''} from incoming_polls
       where ${condition}`,
    );
    await writePolls(this.#sql, target, reasons, pollsOf(chunks, reasons));
  }

  /** Number of polls by the Monday of their week. */
  async #weeks(): Promise<Map<number, number>> {
    const rows = await this.staging.rows(
      `select epoch_ms(date_trunc('week', instant))::double as monday, count(*) as polls from incoming_polls group by 1`,
    );
    return new Map(rows.map(({ monday, polls }) => [Number(monday), Number(polls)]));
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
export async function nameStores(sql: PostgresSql, ids: readonly string[], changes: Changes): Promise<Row[]> {
  const added = await sql.list(
    `insert into stores (store_key, store_id)
     select (select coalesce(max(store_key), 0) from stores) + row_number() over (order by id collate "C"), id
     from unnest($1::text[]) id
     where not exists (select 1 from stores s where s.store_id = id)
     returning 1`,
    [ids],
  );
  const back = await sql.list(
    `update stores set deleted = false, version = version + 1 where deleted and store_id = any($1::text[]) returning 1`,
    [ids],
  );
  if (added.length > 0) changes.newStores();
  if (back.length > 0) changes.stores();
  return sql.list('select store_id, store_key from stores where store_id = any($1::text[])', [ids]);
}

async function* pollsOf(chunks: AsyncIterable<DuckDBDataChunk>, withReasons: boolean): AsyncGenerator<CopiedPolls> {
  for await (const chunk of chunks) {
    const [keys, instants, active] = [numbersOf(chunk, 0), numbersOf(chunk, 1), numbersOf(chunk, 2)];
    const reasons = withReasons ? (chunk.getColumnValues(3) as (string | null)[]) : [];
    yield { length: chunk.rowCount, keys, instants, active, reasons };
  }
}
