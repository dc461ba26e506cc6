import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE } from '../src/domain/hours.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { ASKED, asked, CONNECTIONS, pagesOf } from './asking.ts';
import { atMost, count, type Figure, ms, type Section, times } from './figures.ts';
import { type Fleets, importFeeds, withStorage } from './fleets.ts';
import { median } from './measure.ts';
import { answering } from './poller.ts';
import { serve } from './server.ts';

const STORES = 14_000;
const ROUNDS = 3;
const SECONDS = 5;
/** Milliseconds in which a new poller takes up its stores. */
const WARM = 3_000;
/** More than one interval, so that every store is overdue. */
const BEHIND = 90 * MINUTE;

const MODES = ['alone', 'polled', 'catching up'] as const;
type Mode = (typeof MODES)[number];

interface Round {
  /** The 99th percentile by page, milliseconds. */
  readonly p99: ReadonlyMap<string, number>;
  readonly pollsPerSecond: number;
}

/** Response times while the same server polls its stores, and while it catches up with all of them. */
export async function measureLive(fleets: Fleets): Promise<Section> {
  const databases = await databasesOf(fleets);
  const stores = await answering();
  const rounds = new Map<Mode, Round[]>(MODES.map((mode) => [mode, []]));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const mode of MODES) {
        const folder = join(fleets.folder, `live-${mode}-${round}`);
        rounds.get(mode)?.push(await measured(databases[mode], folder, mode === 'alone' ? undefined : stores.port));
      }
    }
  } finally {
    stores.end();
  }
  return {
    title: 'API while stores are polled',
    text:
      `The server (\`serve\`) with ${count(STORES)} simulated stores, whose polls reach the present, in a separate process on a ` +
      `DuckDB file. ${CONNECTIONS} connections request for ${SECONDS} s each the first page of the store list, single stores and ` +
      `their timelines of a week (${ASKED} different ones in turn), and the fleet, as of now. Three cases in turn: without ` +
      'the poller; with the poller, which probes each store once an hour over loopback; and right after a long pause, ' +
      'when it catches up with all stores at its full rate. The simulated stores, the clients and the server share the ' +
      'machine.',
    figures: [
      { what: 'polls a second, each store once an hour', value: pace(rounds.get('polled')) },
      { what: 'polls a second, catching up', value: pace(rounds.get('catching up')) },
      ...[...(rounds.get('alone')?.[0]?.p99.keys() ?? [])].flatMap((page) => figuresOf(page, rounds)),
    ],
  };
}

function figuresOf(page: string, rounds: ReadonlyMap<Mode, readonly Round[]>): Figure[] {
  const p99 = (mode: Mode) => (rounds.get(mode) ?? []).map((round) => round.p99.get(page) ?? Number.NaN);
  const alone = p99('alone');
  // Ratios compare measurements of the same round.
  const ratio = (mode: Mode) => median(p99(mode).map((value, round) => value / (alone[round] ?? Number.NaN)));
  const polled = ratio('polled');
  return [
    { what: `${page}: 99 of 100 within, alone`, value: ms(median(alone)) },
    { what: `${page}: 99 of 100 within, polled`, value: ms(median(p99('polled'))) },
    { what: `**${page}: polled ÷ alone**`, value: times(polled), target: atMost(polled, 1.25, ' ×') },
    { what: `${page}: catching up ÷ alone`, value: times(ratio('catching up')) },
  ];
}

function pace(rounds: readonly Round[] | undefined): string {
  return median((rounds ?? []).map(({ pollsPerSecond }) => pollsPerSecond)).toFixed(1);
}

/** Two databases of the same fleet: one just polled, and one not polled for a while. */
async function databasesOf(fleets: Fleets): Promise<Readonly<Record<Mode, string>>> {
  const [now, behind] = [join(fleets.folder, 'live.duckdb'), join(fleets.folder, 'live-behind.duckdb')];
  const out = join(fleets.folder, 'live-feeds');
  await simulate({ stores: STORES, days: 8, seed: 1, end: Date.now() - BEHIND, out, parquet: false });
  const feed = (name: string) => [join(out, name)];
  const files = { polls: feed('store_status.csv'), hours: feed('menu_hours.csv'), zones: feed('timezones.csv') };
  await withStorage(now, (storage) => importFeeds(storage, files));
  await copyFile(now, behind);
  await withStorage(now, async (storage) => {
    const { ids } = await storage.snapshot((snapshot) => snapshot.stores());
    const instants = Float64Array.from(ids, () => Date.now());
    await storage.appendPolls([{ ids, instants, active: new Uint8Array(ids.length).fill(1) }]);
  });
  return { alone: now, polled: now, 'catching up': behind };
}

/** @param stores the port at which stores answer; `undefined`: no polling */
async function measured(database: string, folder: string, stores: number | undefined): Promise<Round> {
  const polls = join(folder, 'polls');
  const server = await serve(database, join(folder, 'results'), {
    LOG_LEVEL: 'warn',
    ...(stores !== undefined && {
      ...{ POLL: 'on', POLLS_DIR: polls, PROBE_URL: `http://127.0.0.1:${stores}/{store_id}` },
      ...{ PROBE_ALLOW_PRIVATE: '127.0.0.0/8', PROBE_POINTER: '/status', PROBE_ACTIVE: 'ONLINE' },
    }),
  });
  try {
    await sleep(WARM);
    const pages = await pagesOf(server.url, '');
    for (const paths of Object.values(pages)) await asked(server.url, paths, 1);
    const [before, started] = [await linesIn(polls), performance.now()];
    const p99 = new Map<string, number>();
    for (const [page, paths] of Object.entries(pages)) p99.set(page, (await asked(server.url, paths, SECONDS)).p99);
    const seconds = (performance.now() - started) / 1_000;
    return { p99, pollsPerSecond: ((await linesIn(polls)) - before) / seconds };
  } finally {
    await server.end();
  }
}

/** The number of polls in the day files, which do not exist without polling. */
async function linesIn(folder: string): Promise<number> {
  let lines = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.endsWith('.csv')) lines += (await readFile(join(folder, name), 'utf8')).split('\n').length - 2;
  }
  return lines;
}
