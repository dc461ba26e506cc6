import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { openStorage } from '../src/compose/storages.ts';
import { databaseLocation } from '../src/config/config.ts';
import { Database } from '../src/duckdb/database.ts';
import { type FeedFiles, type FileSummary, importSources, inspectFeeds } from '../src/intake/feeds/import.ts';
import { simulate } from '../src/simulate/simulate.ts';
import type { Storage } from '../src/storage/ports/storage.ts';

export interface Feeds {
  readonly polls: string;
  readonly hours: string;
  readonly zones: string;
}

const DEFAULT_DATA = fileURLToPath(new URL('../../shared/data/loop-2023/', import.meta.url));
const SIMULATED = { stores: 14_226, days: 8, seed: 1, end: Date.UTC(2023, 0, 25, 18), parquet: false };

/** A fleet with one poll per store and hour, the last one in the hour before `end`. */
export interface HourlyFleet {
  readonly stores: number;
  readonly hours: number;
  readonly end: number;
}

export const LARGE: HourlyFleet = { stores: 100_000, hours: 168, end: Date.UTC(2023, 0, 25, 18) };
export const LARGEST: HourlyFleet = { stores: 1_000_000, hours: 204, end: Date.UTC(2023, 0, 25, 18) };

/** January with the eight days before and after it. */
export const MONTH: HourlyFleet = { stores: 14_000, hours: 47 * 24, end: Date.UTC(2023, 1, 9) };

/** The brands of these stores. */
const BRANDS = 12;

/** The benchmark data in one temporary folder, each created on first use. */
export class Fleets {
  readonly folder: string;
  readonly #made = new Map<string, Promise<string>>();
  #feeds: Promise<Feeds> | undefined;
  #name = '';

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The name of the data in the document, once `feeds` exists. */
  get name(): string {
    return this.#name;
  }

  /** The three feeds as plain CSV. */
  feeds(): Promise<Feeds> {
    this.#feeds ??= this.#makeFeeds();
    return this.#feeds;
  }

  /** A database with the three feeds imported. */
  database(): Promise<string> {
    return this.#once('fleet.duckdb', async (path) => {
      const { polls, hours, zones } = await this.feeds();
      await withStorage(path, (storage) =>
        importFeeds(storage, { polls: [polls], hours: [hours], zones: [zones] }).then(() => {}),
      );
    });
  }

  /** A copy of the database: a file has one owner at a time, and services on one database share their work. */
  databaseCopy(name = 'fleet-copy'): Promise<string> {
    return this.#once(`${name}.duckdb`, async (path) => copyFile(await this.database(), path));
  }

  /** 100,000 stores, each polled once an hour for a week. */
  largeDatabase(): Promise<string> {
    return this.#hourly('large.duckdb', LARGE);
  }

  /** A million stores, each polled once an hour for eight and a half days. */
  largestDatabase(): Promise<string> {
    return this.#hourly('largest.duckdb', LARGEST);
  }

  /** 14,000 stores of twelve brands, each polled once an hour for 47 days. */
  monthDatabase(): Promise<string> {
    return this.#hourly('month.duckdb', MONTH);
  }

  #hourly(file: string, fleet: HourlyFleet): Promise<string> {
    return this.#once(file, async (path) => {
      await withStorage(path, async () => {});
      await fillHourly(path, fleet);
    });
  }

  #once(file: string, make: (path: string) => Promise<void>): Promise<string> {
    const path = join(this.folder, file);
    const making = this.#made.get(file) ?? make(path).then(() => path);
    this.#made.set(file, making);
    return making;
  }

  async #makeFeeds(): Promise<Feeds> {
    const source = process.env.BENCH_DATA || DEFAULT_DATA;
    const out = join(this.folder, 'feeds');
    await mkdir(out);
    if (existsSync(join(source, 'store_status.csv.gz'))) {
      this.#name = 'loop-2023 (real hours and zones of 14,226 stores, 1.82 M reconstructed polls)';
      for (const feed of ['store_status.csv', 'menu_hours.csv', 'timezones.csv']) {
        await pipeline(
          createReadStream(join(source, `${feed}.gz`)),
          createGunzip(),
          createWriteStream(join(out, feed)),
        );
      }
    } else {
      const { stores, polls } = await simulate({ ...SIMULATED, out });
      this.#name = `simulated fleet (${stores.toLocaleString('en-US')} stores, ${polls.toLocaleString('en-US')} polls)`;
    }
    return {
      polls: join(out, 'store_status.csv'),
      hours: join(out, 'menu_hours.csv'),
      zones: join(out, 'timezones.csv'),
    };
  }
}

/** @param database a path, or `postgres://…` */
export async function withStorage<T>(database: string, work: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStorage(databaseLocation({ name: 'the database', value: database }));
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
}

export async function importFeeds(storage: Storage, files: FeedFiles): Promise<FileSummary[]> {
  return importSources(storage, await inspectFeeds(files), {
    now: Date.now(),
    strict: true,
    onReject: async () => {},
  });
}

/** Inserts directly, in the order of an import: reading 1 GB of CSV is not measured here. */
async function fillHourly(path: string, { stores, hours, end }: HourlyFleet): Promise<void> {
  const database = await Database.open(path);
  const session = await database.session();
  await session.run(`
    insert into stores (store_key, store_id, labels, zone)
    select i + 1, (1000000000 + i * 7919)::varchar, json_object('brand', 'Brand ' || (i % ${BRANDS}))::varchar,
      ['America/New_York', 'America/Chicago', 'America/Los_Angeles', 'Europe/Berlin', null][1 + i % 5]
    from range(${stores}) t(i)`);
  await session.run(`
    insert into business_hours (store_key, day, start_ms, end_ms)
    select i + 1, day, (6 + i % 5) * 3600000,
      case when i % 7 = 0 then 2 * 3600000 when i % 11 = 0 then 86399000 else (20 + i % 3) * 3600000 end
    from range(${stores}) t(i), range(7) d(day)
    where i % 5 > 0
    order by i, day`);
  await session.run(`
    insert into polls (store_key, instant, active)
    select i // ${hours} + 1,
      make_timestamp_ms(${end} - 3600000 * (${hours} - i % ${hours}) + (hash(i) % 3600000)::bigint),
      hash(i // 6) % 20 > 0
    from range(${stores * hours}) t(i)`);
  await session.run('update revision set latest_poll_ms = (select epoch_ms(max(instant)) from polls)');
  session.close();
  database.close();
}
