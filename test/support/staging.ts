import type { Session } from '../../src/duckdb/session.ts';
import { literal } from '../../src/lib/sql.ts';
import type { MergeCounts } from '../../src/storage/ports/import-session.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';

/** `[store_id, instant in milliseconds, active, reason]` */
export type StagedPoll = readonly [string, number, boolean, string?];
/** `[store_id, day, start, end]`, times of day in milliseconds */
export type StagedHours = readonly [string, number, number, number];
/** `[store_id, zone]` */
export type StagedZone = readonly [string, string];

/** `[store_id, date, start, end]`, times of day in milliseconds; without times: closed */
export type StagedSpecialHours = readonly [string, string, number?, number?];

/** What a row of the stores feed says; absent fields are blank. */
export interface StagedStore {
  readonly id: string;
  readonly name?: string;
  readonly zone?: string;
  readonly probeUrl?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** `[store_id, hour in milliseconds, amount in minor units, currency, whether the hour is local, orders]` */
export type StagedSales = readonly [string, number, number, string, boolean?, number?];

export interface StagedFeeds {
  readonly stores?: readonly StagedStore[];
  readonly polls?: readonly StagedPoll[];
  readonly hours?: readonly StagedHours[];
  readonly zones?: readonly StagedZone[];
  readonly specialHours?: readonly StagedSpecialHours[];
  readonly sales?: readonly StagedSales[];
}

/** The default effective time of hours and zones that are not the first of their store. */
export const CHANGED_AT = Date.parse('2023-01-25T00:00:00Z');

/** Merges rows like an import, without reading files. */
export function merge(
  storage: Pick<Storage, 'importing'>,
  feeds: StagedFeeds,
  effectiveFrom = CHANGED_AT,
): Promise<Partial<Record<keyof StagedFeeds, MergeCounts>>> {
  return storage.importing(async (session) => {
    const counts: Partial<Record<keyof StagedFeeds, MergeCounts>> = {};
    if (feeds.stores !== undefined) {
      const texts = 'store_id varchar, name varchar, zone varchar, probe_url varchar';
      const rows = feeds.stores.map(({ id, name = null, zone = null, probeUrl = null, labels = {} }) => [
        ...[id, name, zone, probeUrl],
        JSON.stringify(Object.entries(labels).map(([k, v]) => ({ k, v }))),
      ]);
      await table(session.staging, 'texts', `${texts}, entries varchar`, rows);
      await session.staging.run(`
        create or replace temp table d as
        select * exclude (entries),
          map_from_entries(from_json(entries::json, '[{"k": "VARCHAR", "v": "VARCHAR"}]')) as labels
        from texts`);
      counts.stores = await session.replaceStores('d', effectiveFrom);
    }
    if (feeds.polls !== undefined) {
      const withReasons = feeds.polls.some(({ length }) => length > 3);
      const columns = `store_id varchar, instant bigint, active boolean${withReasons ? ', inactive_reason varchar' : ''}`;
      const rows = feeds.polls.map(([id, at, active, reason = null]) =>
        withReasons ? [id, at, active, reason] : [id, at, active],
      );
      await table(session.staging, 'p', columns, rows);
      counts.polls = await session.mergePolls('p');
    }
    if (feeds.hours !== undefined) {
      await table(
        session.staging,
        'h',
        'store_id varchar, day utinyint, start_ms integer, end_ms integer',
        feeds.hours,
      );
      counts.hours = await session.replaceHours('h', effectiveFrom);
    }
    if (feeds.zones !== undefined) {
      await table(session.staging, 'z', 'store_id varchar, zone varchar', feeds.zones);
      counts.zones = await session.replaceZones('z', effectiveFrom);
    }
    if (feeds.specialHours !== undefined) {
      const rows = feeds.specialHours.map(([id, date, start = null, end = null]) => [id, date, start, end]);
      await table(session.staging, 's', 'store_id varchar, date date, start_ms integer, end_ms integer', rows);
      counts.specialHours = await session.replaceSpecialHours('s');
    }
    if (feeds.sales !== undefined) {
      const columns =
        'store_id varchar, hour bigint, amount bigint, currency varchar, is_local boolean, orders integer';
      const rows = feeds.sales.map(([id, hour, amount, currency, isLocal = false, orders = null]) => [
        ...[id, hour, amount, currency, isLocal, orders],
      ]);
      await table(session.staging, 'sold', columns, rows);
      counts.sales = await session.mergeSales('sold');
    }
    return counts;
  });
}

async function table(
  session: Session,
  name: string,
  columns: string,
  rows: readonly (readonly (string | number | boolean | null)[])[],
): Promise<void> {
  await session.run(`create or replace temp table ${name} (${columns})`);
  const values = rows.map(
    (row) => `(${row.map((value) => (typeof value === 'string' ? literal(value) : String(value)))})`,
  );
  if (values.length > 0) await session.run(`insert into ${name} values ${values.join(', ')}`);
}
