import { offsetOf, slotAt } from '../../src/intake/prober/slots.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import type { Violation } from '../history/violations.ts';
import { appendToFeed, lookAtAll, requestReports, type Scene, sendPolls, uploadFiles } from './clients.ts';
import { SharedDatabase } from './database.ts';
import { MemoryDisk } from './disk.ts';
import { History } from './history.ts';
import { harm } from './nemesis.ts';
import { EPOCH, SimulatedProcess } from './process.ts';
import { Scheduler } from './scheduler.ts';
import { INTERVAL, SimulatedServer } from './server.ts';

const MINUTE = 60_000;
/** As far in the future as polls may lie. */
const TOLERANCE = 5 * MINUTE;
/** Things go wrong for so long … */
const TROUBLE = 2 * MINUTE;
/** … and then nothing does: outages, leases and the last wrong clock are over within the first part of this time. */
const CALM = 3 * MINUTE;
/** Slots that every store must have been polled in at the end. */
const SLOTS = 1;

export interface SimulationResult {
  readonly seed: number;
  /** What is wrong; empty: nothing. */
  readonly violations: readonly Violation[];
  /** What happened, in order. */
  readonly log: readonly string[];
  readonly counts: History['counts'] & { readonly commits: number; readonly events: number };
}

/** Two servers on one database, with clients, for some minutes of virtual time in which much goes wrong. */
export async function simulate(seed: number): Promise<SimulationResult> {
  const scheduler = new Scheduler(seed);
  const database = new SharedDatabase(scheduler);
  try {
    const servers = ['A', 'B'].map((name) => new SimulatedServer(name, scheduler, database));
    const history = new History(database.states, () => scheduler.time);
    const scene: Scene = { scheduler, servers, database, history, uploads: new Map(), end: TROUBLE };
    const clients = new SimulatedProcess(scheduler, { name: 'clients', disk: new MemoryDisk(), clockError: 0 });
    for (const server of servers) server.start();
    clients.do(
      'begin',
      () => {
        for (const client of [sendPolls, sendPolls, uploadFiles, appendToFeed, requestReports, lookAtAll, harm]) {
          inWorld(clients, () => client(scene)).catch((error: Error) =>
            history.violate('clients', `a client failed: ${error.stack}`),
          );
        }
      },
      1_000,
    );
    await scheduler.runUntil(TROUBLE);
    const known = await scheduler.outside(() => database.state());
    await scheduler.runUntil(TROUBLE + CALM);
    const stored = await scheduler.outside(() => database.state());
    const now = EPOCH + scheduler.time;
    await scheduler.outside(() => history.conclude(database.direct, { stored, now, tolerance: TOLERANCE }));
    for (const id of known.keys()) checkPolled(id, stored.get(id), now - 10_000, history);
    return {
      ...{ seed, violations: history.violations, log: scheduler.log },
      counts: { ...history.counts, commits: database.commits, events: scheduler.events },
    };
  } finally {
    await database.close();
  }
}

/** A store that existed when the trouble was over must have been polled in the last slots that are over. */
function checkPolled(id: string, polls: ReadonlyMap<number, boolean> | undefined, now: number, history: History): void {
  const slotOf = (instant: number) => slotAt(instant, offsetOf(id, INTERVAL), INTERVAL);
  const polled = new Set([...(polls?.keys() ?? [])].map(slotOf));
  const current = slotOf(now);
  const missed = Array.from({ length: SLOTS }, (_, i) => current - 1 - i).filter((slot) => !polled.has(slot));
  if (missed.length > 0)
    history.violate('stores are polled', `store ${id} was not polled in ${missed.length} of its last ${SLOTS} slots`);
}
