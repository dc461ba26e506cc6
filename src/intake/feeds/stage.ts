import type { Session } from '../../duckdb/session.ts';
import { literal } from '../../lib/sql.ts';
import { trimmed } from '../../lib/text.ts';
import { dropUnread, type UnreadLine, unreadLines } from './csv-rows.ts';
import type { FeedLimits } from './limits.ts';
import { listRejects, type Reject } from './list-rejects.ts';
import { readInto } from './read-into.ts';
import type { CsvFormat, Source } from './source.ts';
import { onlyNewId } from './sql-text.ts';

/** The content of a file. Its good rows are in `table`, in their order. */
export interface Staged {
  readonly table: string;
  /** Rows of the file, good and bad, without blank lines. */
  readonly read: number;
  readonly rejected: number;
  /** How many of the rejected rows `onReject` got: the first ones. */
  readonly listed: number;
  /** Good rows of stores with a bad row; they are not in `table`. */
  readonly setAside: number;
  /** A table of the `store_id`s of these stores; `undefined`: there are none. */
  readonly unreadStores: string | undefined;
}

export interface StageOptions {
  /** Later instants are bad, milliseconds. */
  readonly latest: number;
  readonly limits: FeedLimits;
  /** Returns those of the ids that existing stores have: they may look like formulas, new ones may not. */
  readonly storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Gets the listed bad rows, in the order of the file. */
  readonly onReject: (reject: Reject) => Promise<void>;
}

/**
 * Reads a file into a temporary table of the session and checks every row.
 *
 * @throws UserError `invalid_input` when the file as a whole cannot be read or exceeds the limits
 */
export async function stage(session: Session, source: Source, options: StageOptions): Promise<Staged> {
  const { latest, limits, storesAmong, onReject } = options;
  const table = `staged_${source.feed.name}`;
  await dropUnread(session);
  await readInto(session, table, source, latest, limits);
  await source.feed.review?.(session, table);
  await takeKnownIds(session, table, storesAmong);
  if (source.feed.ofKnownStores === true) await refuseUnknownIds(session, table, storesAmong);
  const bad = await session.row(
    `select count(*) filter (reason is not null) as rejected, count(*) filter (store_id is null and reason is null) as blank,
       count(*) as total
     from ${table}`,
  );
  const unread = await unreadLines(session);
  const rejected = Number(bad.rejected) + unread.length;
  const listed = rejected > 0 ? await listRejects(session, table, unread, source, limits, onReject) : 0;
  const unreadStores =
    rejected > 0 && source.feed.unread !== undefined ? await stageUnread(session, table, unread, source) : undefined;
  if (Number(bad.rejected) + Number(bad.blank) > 0) {
    await session.run(`delete from ${table} where reason is not null or store_id is null`);
  }
  const setAside =
    unreadStores === undefined
      ? 0
      : await session.run(`delete from ${table} where store_id in (select store_id from ${unreadStores})`);
  const read = Number(bad.total) - Number(bad.blank) + unread.length;
  return { table, read, rejected, listed, setAside, unreadStores };
}

/**
 * Creates a table of the stores that the bad rows concern. A row whose id cannot be read concerns none. The id of a row
 * that could not be split into columns counts if the id comes first, or if other rows have it, too.
 */
async function stageUnread(
  session: Session,
  table: string,
  unread: readonly UnreadLine[],
  { format, feed }: Source,
): Promise<string | undefined> {
  const unreadStores = `unread_${feed.name}`;
  const idFirst = format.kind === 'csv' && format.positions[0] === 0;
  const lines = format.kind === 'csv' ? unread.map(({ row }) => idIn(row, format)) : [];
  await session.run(`
    create or replace temp table ${unreadStores} as
    select distinct concerns as store_id from ${table}
    where reason is not null and concerns is not null
      and (not misplaced or ${idFirst} or concerns in (select store_id from ${table} where reason is null))
    union
    select store_id from ${table}
    where reason is null and store_id in (select unnest([${lines.map(literal).join(', ')}]::varchar[]))`);
  const { stores } = await session.row(`select count(*) as stores from ${unreadStores}`);
  return Number(stores) > 0 ? unreadStores : undefined;
}

/** The text in the place of the id, in a line that is not valid text. */
function idIn(line: string, { delimiter, positions }: CsvFormat): string {
  const field = line.split(delimiter)[positions[0] ?? 0] ?? '';
  return trimmed(trimmed(field).replace(/^"(.*)"$/, '$1'));
}

/** How many ids are looked up at a time: the server has other requests to serve. */
const IDS_AT_A_TIME = 5_000;

/** Accepts the rows whose id only a new store may not have, if the store exists. */
async function takeKnownIds(
  session: Session,
  table: string,
  storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const known = await knownIds(session, `select distinct store_id from ${table} where ${onlyNewId}`, storesAmong);
  if (known.length === 0) return;
  await session.run(
    `update ${table} set reason = null, line = null
     where ${onlyNewId} and store_id in (select unnest(from_json($ids::json, '["VARCHAR"]')))`,
    { ids: JSON.stringify(known) },
  );
}

/** Refuses the rows of stores that do not exist. */
async function refuseUnknownIds(
  session: Session,
  table: string,
  storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<void> {
  const known = await knownIds(session, `select distinct store_id from ${table} where reason is null`, storesAmong);
  await session.run(
    `update ${table} set reason = 'store_id "' || store_id || '" is not a store; the other feeds create stores'
     where reason is null and store_id not in (select unnest(from_json($ids::json, '["VARCHAR"]')))`,
    { ids: JSON.stringify(known) },
  );
}

/** Those of the selected ids that stores have. */
async function knownIds(
  session: Session,
  query: string,
  storesAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<string[]> {
  const ids = (await session.rows(query)).flatMap(({ store_id: id }) => (id === null ? [] : [String(id)]));
  const known: string[] = [];
  for (let first = 0; first < ids.length; first += IDS_AT_A_TIME) {
    known.push(...(await storesAmong(ids.slice(first, first + IDS_AT_A_TIME))));
  }
  return known;
}
