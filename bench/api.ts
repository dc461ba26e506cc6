import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { DAY, MINUTE } from '../src/domain/hours.ts';
import { TestPostgres } from '../test/support/postgres.ts';
import { ASKED, asked, CONNECTIONS, pagesOf, refuseFailures, storeIds } from './asking.ts';
import { atLeast, atMost, count, type Figure, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { reportsBackToBack, type Served, serve } from './server.ts';

const SECONDS = 8;
const BATCH = 1_000;
const LATEST = '?as_of=latest';

/** Requests per second and their 99th percentile, alone and during reports; and polls appended per second. */
export async function measureApi(fleets: Fleets): Promise<Section> {
  const database = join(fleets.folder, 'api.duckdb');
  await copyFile(await fleets.database(), database);
  const duckdb = await withServer(database, join(fleets.folder, 'api-results'), async (server) => ({
    reading: await reading(server.url),
    appended: await appending(server.url),
  }));
  const postgres = await onPostgres(fleets);
  return {
    title: 'API',
    text:
      `The server on loop-2023 in a separate process. ${CONNECTIONS} connections request for ${SECONDS} s each, as of the latest ` +
      'poll: the first page of the store list (50 stores, offline ones first), single stores and their timelines of a ' +
      `week (${ASKED} different ones in turn), and the fleet; each once alone and once during consecutive reports. Then ` +
      `polls are appended as JSON, in batches of ${count(BATCH)}, each with other stores and instants.`,
    figures: [
      ...duckdb.reading,
      {
        what: '**polls appended a second, DuckDB**',
        value: count(duckdb.appended),
        target: atLeast(duckdb.appended, 100_000, ''),
      },
      {
        what: '**polls appended a second, PostgreSQL**',
        value: count(postgres),
        target: atLeast(postgres, 30_000, ''),
      },
    ],
  };
}

async function withServer<T>(database: string, results: string, work: (server: Served) => Promise<T>): Promise<T> {
  const server = await serve(database, results, { LOG_LEVEL: 'warn' });
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}

async function onPostgres(fleets: Fleets): Promise<number> {
  const server = await TestPostgres.start({ durable: true });
  try {
    const url = await server.createDatabase();
    const { polls, hours, zones } = await fleets.feeds();
    await withStorage(url, (storage) => importFeeds(storage, { polls: [polls], hours: [hours], zones: [zones] }));
    return await withServer(url, join(fleets.folder, 'api-postgres'), ({ url: address }) => appending(address));
  } finally {
    await server.stop();
  }
}

async function reading(url: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, paths] of Object.entries(await pagesOf(url, LATEST))) {
    const alone = await asked(url, paths, SECONDS);
    const reports = reportsBackToBack(url);
    const busy = await asked(url, paths, SECONDS);
    await reports.stop();
    const ratio = busy.p99 / alone.p99;
    figures.push(
      { what: `${what}: requests a second`, value: count(alone.rate) },
      { what: `**${what}: 99 of 100 within**`, value: ms(alone.p99), target: atMost(alone.p99, 100, ' ms') },
      { what: `${what}: 99 of 100 within, under reports`, value: ms(busy.p99) },
      { what: `**${what}: under reports ÷ alone**`, value: times(ratio), target: atMost(ratio, 1.5, ' ×') },
    );
  }
  return figures;
}

/** Polls per second over the whole time; each batch has other stores than the previous one. */
async function appending(url: string): Promise<number> {
  const batches = new Batches(await storeIds(url, 14 * BATCH));
  const result = await autocannon({
    url: `${url}/api/v1/polls`,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        setupRequest: (request) => ({ ...request, body: batches.next() }),
      },
    ],
  });
  refuseFailures(result);
  return (result['2xx'] * BATCH) / result.duration;
}

/** Bodies with one poll of each of a thousand stores; after all stores, again a minute later. */
class Batches {
  /** For each batch of stores, the JSON around the instant of each poll. */
  readonly #around: readonly (readonly string[])[];
  readonly #start = Math.floor(Date.now() / DAY) * DAY - 7 * DAY;
  #made = 0;

  constructor(ids: readonly string[]) {
    const batches = Array.from({ length: Math.floor(ids.length / BATCH) }, (_, i) =>
      ids.slice(i * BATCH, (i + 1) * BATCH),
    );
    this.#around = batches.map((batch) => [
      ...batch.map((id, i) => {
        const status = i % 9 === 0 ? 'inactive' : 'active';
        return `${i === 0 ? '{"polls":[' : '"},'}{"store_id":"${id}","status":"${status}","timestamp_utc":"`;
      }),
      '"}]}',
    ]);
  }

  next(): string {
    const around = this.#around[this.#made % this.#around.length] as readonly string[];
    const round = Math.floor(this.#made++ / this.#around.length);
    return around.join(new Date(this.#start + round * MINUTE).toISOString());
  }
}
