import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHistory } from '../history/check.ts';
import type { Poll } from '../history/polls.ts';
import type { Violation } from '../history/violations.ts';
import { SeededRandom } from '../simulation/random.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type Owner, run } from '../support/process.ts';
import { AlertClients } from './alert-clients.ts';
import { AlertReceiver } from './alert-receiver.ts';
import { SmallDisk } from './disk.ts';
import { type FaultyPostgres, Nemesis } from './nemesis.ts';
import { type Scene, sendAgainstOthers, sendInBulk, sendInOrder, sendOnce } from './poll-clients.ts';
import { Recorder } from './recorder.ts';
import { awaitJobs, readEverywhere, requestReport, requestReports, watchJobs } from './report-clients.ts';
import { changeSchedules, uploadSchedules } from './schedule-clients.ts';
import { FaultyServer } from './server.ts';
import { uploadPolls } from './upload-clients.ts';

export type Engine = 'duckdb' | 'postgres';

export interface FaultsOptions {
  readonly engine: Engine;
  /** How long things go wrong, milliseconds. */
  readonly duration: number;
  /** Decides what clients and faults do; not when. */
  readonly seed: number;
}

export interface FaultsResult {
  readonly engine: Engine;
  /** What is wrong; empty: nothing. */
  readonly violations: readonly Violation[];
  /** How often something was done or seen. */
  readonly counts: Readonly<Record<string, number>>;
  /** The file with everything that happened, if something is wrong. */
  readonly log: string | undefined;
}

/** Milliseconds for everything that is unfinished to end after the last fault: leases expire within half a minute. */
const CALM = 180_000;
const POSTGRES_MEGABYTES = 1_024;
/** The number of reports that are read again from every server at the end. */
const LAST_READS = 200;

/** Runs real servers on one engine under clients and faults, and compares what clients saw with what has to hold. */
export async function runFaults(options: FaultsOptions): Promise<FaultsResult> {
  const owner = new Cleanup();
  // It stays if this process does not come to its end.
  const file = join(tmpdir(), `faults-${options.engine}-${options.seed}.log`);
  writeFileSync(file, '');
  const log = (line: string) => appendFileSync(file, `${performance.now().toFixed(0)} ${line}\n`);
  try {
    const { recorder, faults } = await play(owner, options, log);
    const { history, counts } = recorder;
    const violations = checkHistory(history);
    if (violations.length > 0) log(JSON.stringify(plain(history)));
    else rmSync(file);
    return {
      engine: options.engine,
      violations,
      counts: { ...counts, ...recorder.totals, ...faults },
      log: violations.length > 0 ? file : undefined,
    };
  } finally {
    await owner.cleanUp();
  }
}

async function play(
  owner: Owner,
  { engine, duration, seed }: FaultsOptions,
  log: (line: string) => void,
): Promise<{ recorder: Recorder; faults: Readonly<Record<string, number>> }> {
  const folder = mkdtempSync(join(tmpdir(), 'restaurant-monitor-faults-'));
  // PostgreSQL runs as another user, if this is root.
  chmodSync(folder, 0o755);
  owner.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const postgres = engine === 'postgres' ? await startPostgres(owner, join(folder, 'postgres')) : undefined;
  const recorder = new Recorder(log);
  const names = postgres === undefined ? ['A'] : ['A', 'B'];
  const servers: FaultyServer[] = [];
  for (const name of names) {
    const settings = { name, folder: join(folder, name), database: postgres?.url, log };
    servers.push(await FaultyServer.start(owner, settings));
  }
  const until = recorder.now() + duration;
  const isOpen = () => recorder.now() < until;
  const scene: Scene = { servers, recorder, random: new SeededRandom(seed), isOpen };
  const receiver = await AlertReceiver.start(owner, {
    ...{ random: new SeededRandom(seed), now: () => recorder.now(), isOpen },
  });
  const alerts = await AlertClients.begin(scene, receiver, Math.max(1, Math.floor(duration / 60_000)));
  const nemesis = new Nemesis({ scene, seed, postgres, log, isOpen });
  await Promise.all([...clientsOf(scene), ...alerts.run(), nemesis.run()]);
  log('no more faults');
  await conclude(scene, alerts, log);
  return { recorder, faults: { ...nemesis.counts, starts: servers.reduce((sum, { starts }) => sum + starts, 0) } };
}

async function startPostgres(owner: Owner, folder: string): Promise<FaultyPostgres> {
  const disk = SmallDisk.mount(owner, folder, POSTGRES_MEGABYTES);
  const settings = ['max_wal_size=128MB', 'min_wal_size=32MB'];
  const server = await TestPostgres.start({ durable: true, own: true, below: folder, settings });
  owner.after(() => server.stop());
  return { server, url: await server.createDatabase(), disk };
}

function clientsOf(scene: Scene): Promise<void>[] {
  const { random, isOpen } = scene;
  const old = Date.now() - 3 * 3_600_000;
  const instants = Array.from({ length: 60 }, (_, i) => old - i * 60_000);
  return [
    ...['api-a', 'api-b', 'api-c'].map((name) => sendInOrder(scene, name)),
    ...[1, 2].map(() => sendAgainstOthers(scene, instants)),
    sendInBulk(scene),
    ...['file-a', 'file-b'].map((name) => uploadPolls(scene, name)),
    changeSchedules(scene, 'hours'),
    uploadSchedules(scene, 'plan'),
    ...[1, 2].map(() => requestReports(scene)),
    // Until the end of the other clients.
    ...[1, 2, 3].map(() => watchJobs({ ...scene, random, isOpen })),
  ];
}

/** Everything works again: all that was accepted has to end, and the database has to be sound. */
async function conclude(scene: Scene, alerts: AlertClients, log: (line: string) => void): Promise<void> {
  const { recorder, servers, random } = scene;
  const check = (name: string, ok: boolean, output: string) => recorder.checks.push({ name, ok, output });
  for (const server of servers) {
    server.shiftClock(0);
    server.limitFiles(undefined);
    check(`readiness of ${server.name}`, await server.ready(), 'it is not ready after a minute without faults');
  }
  check('a poll in the end', await sendOnce(scene, 'last'), 'it is not acknowledged');
  const last = await Promise.all([requestReport(scene, undefined), requestReport(scene, Date.now())]);
  check('reports in the end', !last.includes(undefined), 'a report is not accepted');
  await awaitJobs(scene, CALM);
  log('all jobs have ended, or will not');
  const reports = recorder.jobs.filter(({ kind, id }) => kind === 'report' && recorder.hasCsv(id));
  for (let i = 0; i < LAST_READS && reports.length > 0; i++) await readEverywhere(scene, random.pick(reports).id);
  recorder.alerts = await alerts.conclude();
  await readPolls(scene);
  for (const server of servers) {
    const end = await server.end();
    check(`stop of ${server.name}`, end?.by === 0, `ended with ${end?.by}: ${end?.output}`);
  }
  const [server] = servers as [FaultyServer];
  const { code, stdout, stderr } = await run(server.folder, ['check', '--database', server.database]);
  check('check', code === 0, stdout + stderr);
}

/** Reads everything that the database holds. */
async function readPolls({ recorder, servers }: Scene): Promise<void> {
  const [server] = servers as [FaultyServer];
  const get = async (path: string) => {
    const answer = await recorder.request(server, 'GET', path);
    if (answer.status !== 200) recorder.unexpected(path, answer);
    return answer.status === 200 ? JSON.parse(answer.body.toString()) : { items: [], next_cursor: null };
  };
  const stores: string[] = [];
  for (let cursor = ''; ; ) {
    const { items, next_cursor } = await get(`/api/v1/stores?sort=id&limit=500${cursor}`);
    stores.push(...items.map(({ store_id }: { store_id: string }) => store_id));
    if (next_cursor === null) break;
    cursor = `&cursor=${next_cursor}`;
  }
  for (const store of stores) {
    for (let cursor = ''; ; ) {
      const { items, next_cursor } = await get(`/api/v1/stores/${store}/polls?limit=500${cursor}`);
      recorder.stored.push(
        ...items.map((poll: { at: { utc: string }; status: string }): Poll => {
          return [store, Date.parse(poll.at.utc), poll.status === 'active'];
        }),
      );
      if (next_cursor === null) break;
      cursor = `&cursor=${next_cursor}`;
    }
  }
}

/** As JSON can say it. */
function plain({ csvs, ...history }: Recorder['history']): object {
  return {
    ...history,
    jobs: history.jobs.map(({ kind, id, at }) => ({ kind, id, at })),
    csvs: Object.fromEntries(csvs),
    // Too many to look at.
    stored: history.stored.length,
  };
}

/** Runs what was left to do, the last thing first. */
class Cleanup implements Owner {
  readonly #works: (() => unknown)[] = [];

  after(work: () => unknown): void {
    this.#works.push(work);
  }

  async cleanUp(): Promise<void> {
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) await work();
  }
}
