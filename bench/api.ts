import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { TestPostgres } from '../test/support/postgres.ts';
import { atLeast, atMost, count, type Figure, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { reportsBackToBack, type Served, serve } from './server.ts';

const CONNECTIONS = 20;
const SECONDS = 8;
const BATCH = 1_000;
/** So many stores are asked for one after the other. */
const ASKED = 500;
const LATEST = 'as_of=latest';

/** Requests a second and their 99th percentile, alone and while reports are being computed; and polls appended. */
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
      `The server on loop-2023 in a process of its own, asked by ${CONNECTIONS} connections for ${SECONDS} s each, for the ` +
      'instant of the latest poll: the first page of the store list (50 stores, offline ones first), single stores and ' +
      `their timelines of a week (${ASKED} different ones in turn), and the fleet. Each once alone and once with one ` +
      `report after the other. Then polls are appended, in batches of ${count(BATCH)} as JSON, each batch for other instants.`,
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
  const ids = await storeIds(url);
  const pages: Readonly<Record<string, readonly string[]>> = {
    'store list': [`/api/v1/stores?${LATEST}`],
    store: ids.map((id) => `/api/v1/stores/${id}?${LATEST}`),
    'timeline of a week': ids.map((id) => `/api/v1/stores/${id}/timeline?${LATEST}`),
    fleet: [`/api/v1/fleet?${LATEST}`],
  };
  const figures: Figure[] = [];
  for (const [what, paths] of Object.entries(pages)) {
    const alone = await asked(url, paths);
    const reports = reportsBackToBack(url);
    const busy = await asked(url, paths);
    await reports.stop();
    const ratio = busy.p99 / alone.p99;
    figures.push(
      { what: `${what}: requests a second`, value: count(alone.rate) },
      { what: `**${what}: 99 of 100 within**`, value: ms(alone.p99), target: atMost(alone.p99, 100, ' ms') },
      { what: `${what}: 99 of 100 within, under reports`, value: ms(busy.p99) },
      { what: `**${what}: under reports ÷ alone**`, value: times(ratio), target: atMost(ratio, 2, ' ×') },
    );
  }
  return figures;
}

async function storeIds(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/v1/stores?limit=${ASKED}&sort=id`);
  const { items } = (await answer.json()) as { items: { store_id: string }[] };
  return items.map(({ store_id }) => encodeURIComponent(store_id));
}

interface Load {
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

async function asked(url: string, paths: readonly string[]): Promise<Load> {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: paths.map((path) => ({ path })),
  });
  refuseFailures(result);
  return { rate: result.requests.average, p99: result.latency.p99 };
}

/** Polls a second over the whole time, in batches that each speak of an instant of their own. */
async function appending(url: string): Promise<number> {
  const ids = await storeIds(url);
  const start = Math.floor(Date.now() / 60_000) * 60_000 - 7 * 86_400_000;
  let batch = 0;
  const result = await autocannon({
    url: `${url}/api/v1/polls`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: [{ setupRequest: (request) => ({ ...request, body: batchBody(ids, start + 1_000 * batch++) }) }],
  });
  refuseFailures(result);
  return (result['2xx'] * BATCH) / result.duration;
}

function batchBody(ids: readonly string[], instant: number): string {
  const polls = Array.from({ length: BATCH }, (_, i) => ({
    store_id: decodeURIComponent(ids[i % ids.length] as string),
    status: i % 9 === 0 ? 'inactive' : 'active',
    timestamp_utc: new Date(instant + Math.floor(i / ids.length)).toISOString(),
  }));
  return JSON.stringify({ polls });
}

function refuseFailures(result: autocannon.Result): void {
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${failed} of ${result.requests.total} requests to ${result.url} failed`);
}
