import { formatDate, formatInstant } from './calendar/instant.ts';
import { copyRecords } from './copy/records.ts';
import { type CopiedResults, copyResults } from './copy/results.ts';
import { DAY } from './domain/hours.ts';
import { CURRENCIES, currencyNumber } from './domain/sales/currencies.ts';
import { CLOSED_ALL_DAY } from './domain/special-hours.ts';
import { POLL_REACH } from './domain/window.ts';
import type { Session } from './duckdb/session.ts';
import { UserError } from './lib/errors.ts';
import { computeReport } from './reports/compute.ts';
import { renderFigures } from './reports/formats.ts';
import type { ResultsFolder } from './reports/results.ts';
import type { ImportSession } from './storage/ports/import-session.ts';
import type { Snapshot } from './storage/ports/snapshot.ts';
import type { Storage } from './storage/ports/storage.ts';
import type { StoreRecord } from './storage/ports/stores.ts';

export interface CopySummary extends CopiedResults {
  readonly stores: number;
  readonly polls: number;
  /** Polls that already existed, from an interrupted copy. */
  readonly skipped: number;
}

/** The results folders of engines that keep no results in the database. */
export interface ResultsFolders {
  readonly from?: ResultsFolder | undefined;
  readonly to?: ResultsFolder | undefined;
}

const WEEK = 7 * DAY;
/** The years 0001 and 9999, in days since 1970. */
const [FIRST_DATE, LAST_DATE] = [-719_162, 2_932_896];
/** Rows per JSON value. */
const BLOCK = 20_000;

/**
 * Copies everything from one database to another. Each week of polls is a transaction, so an interrupted copy can be
 * resumed. Afterwards, counts and a report from both databases are compared.
 *
 * @param onProgress receives the completed share of the time range
 * @throws UserError `conflict` if the target has users, reports or imports that the source does not have, and if the
 *   databases differ at the end
 */
export async function copyStorage(
  from: Storage,
  to: Storage,
  onProgress: (done: number) => void,
  folders: ResultsFolders = {},
): Promise<CopySummary> {
  const { stores, range } = await from.snapshot(async (source) => {
    const found = await allStores(source);
    await to.importing(async (target) => {
      await copyStores(source, found, target);
      await copyRecords(source, target);
    });
    return { stores: found, range: await pollRange(source) };
  }, 'background');
  let [polls, skipped] = [0, 0];
  for (const week of weeksOf(range)) {
    const end = week + WEEK - 1;
    const count = await from.snapshot((source) => source.countPolls(week, end), 'background');
    const there = await to.snapshot((target) => target.countPolls(week, end), 'background');
    if (count === there) skipped += count;
    else if (count > 0) {
      polls += await from.snapshot(
        (source) => to.importing((target) => copyPolls(source, target, stores, week, end)),
        'background',
      );
    }
    onProgress(shareDone(week, range));
  }
  await from.snapshot((source) => to.importing((target) => copySales(source, target, stores)), 'background');
  // The polls of deleted stores have undeleted them.
  if (stores.some(({ deleted }) => deleted)) {
    await from.snapshot((source) => to.importing((target) => copyStores(source, stores, target)), 'background');
  }
  const results = await copyResults({ storage: from, folder: folders.from }, { storage: to, folder: folders.to });
  await compare(from, to);
  return { stores: stores.length, polls, skipped, ...results };
}

/**
 * Copies everything but results within one snapshot of the source and one transaction of the target, which is empty: all
 * of it, or nothing.
 *
 * @param onProgress receives the share of the time range that is done
 */
export async function copyAtOnce(
  source: Snapshot,
  target: ImportSession,
  onProgress: (done: number) => void,
): Promise<{ stores: number; polls: number }> {
  const stores = await allStores(source);
  await copyStores(source, stores, target);
  await copyRecords(source, target);
  const range = await pollRange(source);
  let polls = 0;
  for (const week of weeksOf(range)) {
    polls += await copyPolls(source, target, stores, week, week + WEEK - 1);
    onProgress(shareDone(week, range));
  }
  await copySales(source, target, stores);
  // The polls of deleted stores have undeleted them.
  if (stores.some(({ deleted }) => deleted)) await copyStores(source, stores, target);
  return { stores: stores.length, polls };
}

/** Copies stores and their schedules, including past and future versions. */
async function copyStores(source: Snapshot, stores: readonly StoreRecord[], target: ImportSession): Promise<void> {
  if (stores.length === 0) return;
  const { staging } = target;
  const { base, end } = keyRange(stores);
  const idOf = idsByKey(stores, base);
  const idAt = (column: Int32Array, row: number) => idOf[column[row] as number] as string;
  const hours = await source.hours(base, end, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const changes = await source.zoneChanges(base, end);
  const special = await source.specialHours(base, end, FIRST_DATE, LAST_DATE);
  const firstPolls = await source.firstPolls(base, end);
  await stageRows(
    staging,
    'all_stores',
    {
      store_id: 'VARCHAR',
      zone: 'VARCHAR',
      name: 'VARCHAR',
      labels: 'VARCHAR',
      probe_url: 'VARCHAR',
      version: 'INTEGER',
      deleted: 'BOOLEAN',
      first_poll_ms: 'BIGINT',
    },
    stores.map((store) => [
      store.id,
      store.zone,
      store.name,
      JSON.stringify(store.labels),
      store.probeUrl,
      store.version,
      store.deleted,
      finite(firstPolls[store.key - base]),
    ]),
  );
  await stageRows(
    staging,
    'all_hours',
    {
      store_id: 'VARCHAR',
      day: 'UTINYINT',
      start_ms: 'INTEGER',
      end_ms: 'INTEGER',
      from_ms: 'BIGINT',
      until_ms: 'BIGINT',
    },
    Array.from({ length: hours.length }, (_, i) => [
      idAt(hours.store, i),
      hours.day[i] as number,
      hours.start[i] as number,
      hours.end[i] as number,
      finite(hours.held?.from[i]),
      finite(hours.held?.until[i]),
    ]),
  );
  await stageRows(
    staging,
    'all_zone_changes',
    { store_id: 'VARCHAR', zone: 'VARCHAR', until_ms: 'BIGINT' },
    Array.from({ length: changes.length }, (_, i) => [
      idAt(changes.store, i),
      changes.zones[i] ?? null,
      changes.until[i] as number,
    ]),
  );
  await stageRows(
    staging,
    'all_special_hours',
    { store_id: 'VARCHAR', date: 'DATE', start_ms: 'INTEGER', end_ms: 'INTEGER' },
    Array.from({ length: special.length }, (_, i) => [
      idAt(special.store, i),
      formatDate(special.date[i] as number),
      special.start[i] === CLOSED_ALL_DAY ? null : (special.start[i] as number),
      special.start[i] === CLOSED_ALL_DAY ? null : (special.end[i] as number),
    ]),
  );
  await target.copySchedules({
    stores: 'all_stores',
    hours: 'all_hours',
    zoneChanges: 'all_zone_changes',
    specialHours: 'all_special_hours',
  });
}

function finite(instant: number | undefined): number | null {
  return instant !== undefined && Number.isFinite(instant) ? instant : null;
}

/** Copies the polls in `[first, last]` and returns how many were added. */
async function copyPolls(
  source: Snapshot,
  target: ImportSession,
  stores: readonly StoreRecord[],
  first: number,
  last: number,
): Promise<number> {
  if (stores.length === 0) return 0;
  const { base, end } = keyRange(stores);
  const polls = await source.polls(base, end, first, last);
  const { staging } = target;
  await stageStores(staging, stores, base);
  await staging.run('create or replace temp table source_polls (store integer, instant double, active utinyint)');
  await staging.append(
    'source_polls',
    [polls.store, polls.instant, polls.active].map((column) => column.subarray(0, polls.length)),
  );
  const reasons: Values[] = [];
  for (const { reason, store, instant } of await source.pollReasons(base, end, first, last)) {
    for (const [i, key] of store.entries()) reasons.push([key, instant[i] as number, reason]);
  }
  await stageRows(staging, 'source_reasons', { store: 'INTEGER', instant: 'DOUBLE', reason: 'VARCHAR' }, reasons);
  await staging.run(`
    create or replace temp table all_polls as
    select s.store_id, p.instant::bigint as instant, p.active = 1 as active
      ${reasons.length > 0 ? ', r.reason as inactive_reason' : ''}
    from source_polls p join source_stores s using (store)
      ${reasons.length > 0 ? 'left join source_reasons r on r.store = p.store and r.instant = p.instant' : ''}`);
  return (await target.mergePolls('all_polls')).added;
}

/** Copies all sales, week by week. */
async function copySales(source: Snapshot, target: ImportSession, stores: readonly StoreRecord[]): Promise<void> {
  const range = await source.salesRange();
  if (range === undefined) return;
  const { base, end } = keyRange(stores);
  const { staging } = target;
  await stageStores(staging, stores, base);
  await stageRows(
    staging,
    'source_currencies',
    { number: 'INTEGER', currency: 'VARCHAR' },
    [...CURRENCIES.keys()].map((currency) => [currencyNumber(currency), currency]),
  );
  for (let from = range.from; from <= range.to; from += WEEK) {
    const { length, ...columns } = await source.sales(base, end, from, from + WEEK);
    if (length === 0) continue;
    await staging.run(`
      create or replace temp table source_sales (
        store integer, hour double, is_local utinyint, orders integer, amount double, number integer)`);
    const { store, hour, local, orders, amount, currency } = columns;
    await staging.append('source_sales', [store, hour, local, orders, amount, currency]);
    await staging.run(`
      create or replace temp table all_sales as
      select store_id, hour::bigint as hour, is_local = 1 as is_local, nullif(orders, -1) as orders,
        amount::bigint as amount, currency
      from source_sales join source_stores using (store) join source_currencies using (number)`);
    await target.mergeSales('all_sales');
  }
}

/** Stages the ids of stores, by the keys that snapshots count from `base`. */
function stageStores(staging: Session, stores: readonly StoreRecord[], base: number): Promise<void> {
  const rows = stores.map(({ key, id }) => [key - base, id]);
  return stageRows(staging, 'source_stores', { store: 'INTEGER', store_id: 'VARCHAR' }, rows);
}

type Values = readonly (string | number | boolean | null)[];

/** @param columns names and types of the table's columns */
async function stageRows(
  staging: Session,
  table: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly Values[],
): Promise<void> {
  const definitions = Object.entries(columns).map((column) => column.join(' '));
  await staging.run(`create or replace temp table ${table} (${definitions.join(', ')})`);
  await insertRows(staging, table, columns, rows);
}

async function insertRows(
  staging: Session,
  table: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly Values[],
): Promise<void> {
  const names = Object.keys(columns);
  const lists = names.map((name) => `unnest(from_json($${name}::json, '["${columns[name]}"]'))`);
  for (let i = 0; i < rows.length; i += BLOCK) {
    const block = rows.slice(i, i + BLOCK);
    const values = names.map((name, c) => [name, JSON.stringify(block.map((row) => row[c]))] as const);
    await staging.run(`insert into ${table} select ${lists.join(', ')}`, Object.fromEntries(values));
  }
}

/** The first and last week with polls, counted from 1970. */
interface WeekRange {
  readonly first: number;
  readonly last: number;
}

async function pollRange(source: Snapshot): Promise<WeekRange | undefined> {
  const [earliest, latest] = [await source.earliestPoll(), await source.latestPoll()];
  if (earliest === undefined || latest === undefined) return undefined;
  return { first: Math.floor(earliest / WEEK) * WEEK, last: Math.floor(latest / WEEK) * WEEK };
}

function weeksOf(range: WeekRange | undefined): number[] {
  if (range === undefined) return [];
  return Array.from({ length: (range.last - range.first) / WEEK + 1 }, (_, i) => range.first + i * WEEK);
}

function shareDone(week: number, range: WeekRange | undefined): number {
  return range === undefined ? 1 : (week - range.first + WEEK) / (range.last - range.first + WEEK);
}

/** @throws UserError `conflict` naming what differs */
async function compare(from: Storage, to: Storage): Promise<void> {
  const seen = (storage: Storage) =>
    storage.snapshot(async (snapshot) => {
      const latest = await snapshot.latestPoll();
      const polls = await snapshot.countPolls((await snapshot.earliestPoll()) ?? 0, latest ?? 0);
      const asOf = latest ?? POLL_REACH;
      const report = [...renderFigures(await computeReport(snapshot, asOf), 'exact')].join('');
      return { polls, latest: latest === undefined ? 'none' : formatInstant(latest), report };
    }, 'background');
  const [source, target] = [await seen(from), await seen(to)];
  for (const what of ['polls', 'latest', 'report'] as const) {
    if (source[what] === target[what]) continue;
    const difference =
      what === 'report' ? 'the reports differ' : `${what}: ${source[what]} in --from, ${target[what]} in --to`;
    throw new UserError(
      'conflict',
      `the copy differs from the original (${difference}); data may have been imported in the meantime`,
    );
  }
}

/** All stores, including deleted ones, since polls can belong to them. */
async function allStores(source: Snapshot): Promise<StoreRecord[]> {
  const stores: StoreRecord[] = [];
  for (;;) {
    const records = await source.storeRecords(stores.at(-1)?.id ?? '', BLOCK);
    stores.push(...records);
    if (records.length < BLOCK) return stores;
  }
}

function keyRange(stores: readonly StoreRecord[]): { base: number; end: number } {
  let [base, end] = [Number.POSITIVE_INFINITY, 0];
  for (const { key } of stores) {
    if (key < base) base = key;
    if (key >= end) end = key + 1;
  }
  return { base, end };
}

function idsByKey(stores: readonly StoreRecord[], base: number): string[] {
  const byKey: string[] = [];
  for (const { key, id } of stores) byKey[key - base] = id;
  return byKey;
}
