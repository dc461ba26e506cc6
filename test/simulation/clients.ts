import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { OPEN, type Principal, type UserPrincipal } from '../../src/accounts/access.ts';
import type { Services } from '../../src/compose/services.ts';
import { sleep } from '../../src/lib/world/timers.ts';
import type { ReportRecord } from '../../src/storage/ports/report-catalog.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { Poll } from '../history/polls.ts';
import type { SharedDatabase } from './database.ts';
import type { History } from './history.ts';
import { EPOCH } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import { type SimulatedServer, SYNCED_FEED, WAITING_REPORTS } from './server.ts';

export interface Scene {
  readonly scheduler: Scheduler;
  readonly servers: readonly SimulatedServer[];
  readonly database: SharedDatabase;
  readonly history: History;
  /** The servers that have the files of imports. */
  readonly uploads: Map<string, SimulatedServer>;
  /** Milliseconds since the beginning, after which clients begin nothing new. */
  readonly end: number;
}

/** More reports and imports than there are. */
const MANY = 1_000;

const ANN: UserPrincipal = {
  ...{ kind: 'user', userId: '00000000-0000-4000-8000-000000000001', login: 'ann', name: 'Ann', role: 'admin' },
  ...{ via: 'key', keyId: undefined, provenAt: undefined, mustEnroll: false, scopes: new Set(), stores: 'all' },
};

/** A client sends polls, again until they are acknowledged, and corrects some. */
export async function sendPolls(scene: Scene): Promise<void> {
  const { scheduler, end } = scene;
  const { random } = scheduler;
  while (scheduler.time < end) {
    await sleep(random.between(4_000, 14_000));
    const instant = EPOCH + Math.floor(scheduler.time) - random.below(600_000);
    const polls = Array.from(
      { length: 1 + random.below(4) },
      (_, i) => [`api-${random.below(5)}`, instant + i] as const,
    );
    for (const active of random.chance(0.3) ? [true, false] : [random.chance(0.7)]) {
      await sendUntilAcknowledged(
        scene,
        polls.map(([id, at]) => [id, at, active]),
      );
    }
  }
}

async function sendUntilAcknowledged(scene: Scene, polls: readonly Poll[]): Promise<void> {
  const { random } = scene.scheduler;
  for (;;) {
    // An attempt that is not acknowledged may still arrive.
    const write = scene.history.sending(polls);
    try {
      await random.pick(scene.servers).request(`send ${polls.length} polls`, async ({ polls: service }) => {
        const rows = await service.rowsFor(OPEN);
        for (const [id, at, active] of polls) {
          rows.add(id, active ? 'active' : 'inactive', new Date(at).toISOString(), undefined);
        }
        for (const { reason } of rows.refused)
          scene.history.violate('polls are kept', `a good poll was refused: ${reason}`);
        return service.append(rows);
      });
      return write.acknowledge();
    } catch {
      await sleep(random.between(500, 4_000));
    }
  }
}

/** A client uploads polls files, and follows those that were accepted. */
export async function uploadFiles(scene: Scene): Promise<void> {
  const { scheduler, history, end, uploads } = scene;
  const { random } = scheduler;
  while (scheduler.time < end) {
    await sleep(random.between(4_000, 15_000));
    const start = EPOCH + Math.floor(scheduler.time) - 3_600_000 - random.below(3_600_000);
    const polls = Array.from(
      { length: 3 + random.below(8) },
      (_, i) => [`file-${random.below(4)}`, start + 1_000 * i, random.chance(0.7)] as const,
    );
    const server = random.pick(scene.servers);
    const write = history.sending(polls);
    try {
      const { id } = await server.request('upload', ({ imports }) =>
        imports.add(
          {
            ...{ feed: 'polls', fileName: 'polls.csv', strict: false, maxBadShare: undefined, dryRun: false },
            ...{ effectiveFrom: undefined, requestedBy: undefined, bytes: undefined },
          },
          Readable.from([Buffer.from(csvOf(polls))]),
        ),
      );
      history.accepted(id, write);
      uploads.set(id, server);
    } catch {
      // It was not accepted, or the client does not know; nothing was promised.
    }
  }
}

export function csvOf(polls: readonly Poll[]): string {
  const lines = polls.map(
    ([id, instant, active]) => `${id},${active ? 'active' : 'inactive'},${new Date(instant).toISOString()}\n`,
  );
  return `store_id,status,timestamp_utc\n${lines.join('')}`;
}

/** Appends to the feed that both servers sync. */
export async function appendToFeed({ scheduler, servers, history, end }: Scene): Promise<void> {
  const { random } = scheduler;
  const polls: Poll[] = [];
  while (scheduler.time < end) {
    const instant = EPOCH + Math.floor(scheduler.time) - 1_000;
    const poll: Poll = [`sync-${random.below(3)}`, instant, random.chance(0.7)];
    polls.push(poll);
    // It is on the disk, so a later sync has to bring it.
    history.sending([poll]).acknowledge();
    for (const { machine } of servers) machine.disk.put(SYNCED_FEED, csvOf(polls), EPOCH + Math.floor(scheduler.time));
    await sleep(random.between(10_000, 30_000));
  }
}

/** Requests reports, sometimes many at once. */
export async function requestReports(scene: Scene): Promise<void> {
  const { scheduler, end } = scene;
  const { random } = scheduler;
  while (scheduler.time < end) {
    await sleep(random.between(4_000, 20_000));
    if (random.chance(0.15)) await requestManyAtOnce(scene);
    else
      await request(
        scene,
        OPEN,
        random.chance(0.5) ? undefined : EPOCH + Math.floor(scheduler.time) - random.below(60_000),
      );
  }
}

async function request(
  { servers, scheduler, database, history }: Scene,
  principal: Principal,
  asOf?: number,
): Promise<void> {
  const before = database.present;
  try {
    const report = await scheduler.random
      .pick(servers)
      .request('request a report', ({ reports }) => reports.trigger(principal, { asOf }));
    history.requested(report.id, report.asOf, before);
  } catch {
    // Nothing was promised.
  }
}

/** No more reports of a user may wait than the budget says, however many are asked for at once. */
async function requestManyAtOnce(scene: Scene): Promise<void> {
  const { scheduler, database, history } = scene;
  const asOf = EPOCH + Math.floor(scheduler.time);
  const all = Array.from({ length: 3 * WAITING_REPORTS }, (_, i) => request(scene, ANN, asOf - i));
  await Promise.all(all);
  const waiting = await waitingOf(database.direct, ANN.userId, scheduler);
  // A report that ran on a server that failed returns to the queue without asking: one per server.
  if (waiting > WAITING_REPORTS + scene.servers.length) {
    history.violate(
      'reports wait within the budget',
      `${waiting} reports of a user wait, and the budget allows ${WAITING_REPORTS}`,
    );
  }
}

function waitingOf(storage: Storage, userId: string, scheduler: Scheduler): Promise<number> {
  return scheduler.outside(async () => (await storage.reports.countQueued(userId)).own);
}

/** Everyone looks at everything: whether states go back, and whether a report is the same everywhere and for ever. */
export async function lookAtAll({ scheduler, servers, history, database, uploads }: Scene): Promise<never> {
  const { random } = scheduler;
  for (;;) {
    await sleep(random.between(2_000, 8_000));
    const { reports, imports } = await scheduler.outside(async () => ({
      reports: await database.direct.reports.list({ limit: MANY }),
      imports: await database.direct.imports.list({ limit: MANY }),
    }));
    for (const one of imports) {
      const folder = uploads.get(one.id)?.machine.disk.files;
      history.sawImport(one.id, one.status, folder?.has(`/data/uploads/${one.id}.upload`));
    }
    for (const one of reports) history.sawReport(one.id, one.status);
    const complete = reports.filter(({ status }) => status === 'complete');
    if (complete.length === 0) continue;
    const report = random.chance(0.5) ? (complete[0] as ReportRecord) : random.pick(complete);
    for (const server of servers) {
      try {
        history.readCsv(
          report.id,
          server.name,
          await server.request('read a report', (services) => read(services, report)),
        );
      } catch {
        // The next look will tell.
      }
    }
  }
}

async function read({ reports }: Services, report: ReportRecord): Promise<string> {
  const { content } = await reports.reader.read(report, 'csv');
  return text(content);
}
