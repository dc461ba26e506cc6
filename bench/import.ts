import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database } from '../src/duckdb/database.ts';
import { literal } from '../src/lib/sql.ts';
import type { Storage } from '../src/storage/ports/storage.ts';
import { atMost, count, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { interleaved, median, timed } from './measure.ts';

const ROUNDS = 3;
export const APPENDED = 14_000;

/** Imports the polls from CSV into the durable database, compared with DuckDB's CSV reader alone. */
export async function measureImport(fleets: Fleets): Promise<Section> {
  const { polls } = await fleets.feeds();
  const rows = { bare: 0, product: 0 };
  const { bare, product, again } = await interleaved(ROUNDS, {
    bare: () => bareImport(join(fleets.folder, 'bare.duckdb'), polls, rows),
    product: () => freshImport(join(fleets.folder, 'import.duckdb'), polls, rows),
    again: () =>
      withStorage(join(fleets.folder, 'import.duckdb'), (storage) =>
        timed(() => importFeeds(storage, { polls: [polls] })),
      ),
  });
  if (rows.bare !== rows.product) throw new Error(`DuckDB reads ${rows.bare} rows, the product ${rows.product}`);
  const append = await withStorage(join(fleets.folder, 'import.duckdb'), (storage) => appends(storage, fleets.folder));
  return {
    title: 'Import',
    text:
      'The first import of the polls from plain CSV into an empty database file: reading, checking every row, ' +
      'creating stores, merging, sorting and committing. The baseline is one `create table … as select … from ' +
      'read_csv(…) order by store_id, instant` into a new file, with the same casts and no checks. Then the same file ' +
      "again, and an additional hour's polls.",
    figures: [
      { what: 'bare DuckDB', value: ms(bare) },
      { what: 'first import', value: ms(product) },
      {
        what: '**first import ÷ bare DuckDB**',
        value: times(product / bare),
        target: atMost(product / bare, 1.3, ' ×'),
      },
      { what: 'the same file again ÷ bare DuckDB', value: times(again / bare) },
      { what: `${count(APPENDED)} polls more ÷ first import`, value: times(append / product) },
      { what: `${count(APPENDED)} polls more`, value: ms(append) },
    ],
  };
}

interface Rows {
  bare: number;
  product: number;
}

async function bareImport(path: string, polls: string, rows: Rows): Promise<number> {
  await removeDatabase(path);
  const database = await Database.open(path);
  const session = await database.session();
  try {
    const took = await timed(() =>
      session.run(`
        create table polls as
        select store_id, timestamp_utc::timestamp as instant,
          case status when 'active' then true when 'inactive' then false end as active
        from read_csv(${literal(polls)}, auto_detect = false, header = true, delim = ',', quote = '"',
          columns = {'store_id': 'varchar', 'status': 'varchar', 'timestamp_utc': 'varchar'})
        order by store_id, instant`),
    );
    rows.bare = Number((await session.row('select count(*) as rows from polls')).rows);
    return took;
  } finally {
    session.close();
    database.close();
  }
}

async function freshImport(path: string, polls: string, rows: Rows): Promise<number> {
  await removeDatabase(path);
  return withStorage(path, (storage) =>
    timed(async () => {
      const [summary] = await importFeeds(storage, { polls: [polls] });
      rows.product = summary?.read ?? 0;
    }),
  );
}

/** One poll of each of 14,000 stores, an hour after the latest one; each call an hour later. */
export async function appends(storage: Storage, folder: string): Promise<number> {
  const { ids, latest } = await storage.snapshot(async (snapshot) => ({
    ids: (await snapshot.stores()).ids.slice(0, APPENDED),
    latest: (await snapshot.latestPoll()) ?? 0,
  }));
  const file = join(folder, 'hour.csv');
  const runs: number[] = [];
  for (let hour = 1; hour <= 5; hour++) {
    const rows = ids.map((id, i) => `${id},active,${feedInstant(latest + hour * 3_600_000 + i * 200)}\n`);
    await writeFile(file, `store_id,status,timestamp_utc\n${rows.join('')}`);
    runs.push(await timed(() => importFeeds(storage, { polls: [file] })));
  }
  return median(runs);
}

export function feedInstant(instant: number): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

async function removeDatabase(path: string): Promise<void> {
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
}
