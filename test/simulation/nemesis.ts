import { sleep } from '../../src/lib/world/timers.ts';
import type { Scene } from './clients.ts';
import { NO_FAULTS } from './database.ts';
import type { SimulatedServer } from './server.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
/** A clock that is wrong for less than a minute leaves nothing behind. */
const LONGEST_WRONG = 45 * SECOND;

/** The last fault begins so long before the clients end that it ends soon after them. */
const LAST_FAULT = 30 * SECOND;

type Fault = (server: SimulatedServer, scene: Scene) => Promise<void>;

const FAULTS: Readonly<Record<string, Fault>> = {
  restart: async (server) => server.restart(),
  kill: async (server) => server.kill(),
  powerLoss: async (server) => server.kill({ power: true }),
  stop: async ({ process }, { scheduler }) => {
    process.stop();
    await sleep(scheduler.random.between(2 * SECOND, 50 * SECOND));
    process.resume();
  },
  clock: async ({ machine }, { scheduler: { random } }) => {
    const direction = random.chance(0.6) ? 1 : -1;
    machine.clockError = direction * Math.floor(random.between(0.5 * HOUR, 30 * HOUR));
    await sleep(random.between(SECOND, LONGEST_WRONG));
    machine.clockError = 0;
  },
  smallStep: async ({ machine }, { scheduler: { random } }) => {
    machine.clockError = Math.floor(random.between(-20 * SECOND, 20 * SECOND));
    await sleep(random.between(SECOND, 20 * SECOND));
    machine.clockError = 0;
  },
  fullDisk: async ({ machine }, { scheduler }) => {
    machine.disk.full = true;
    await sleep(scheduler.random.between(5 * SECOND, 30 * SECOND));
    machine.disk.full = false;
  },
  unreliableDatabase: async (_server, { database, scheduler }) => {
    Object.assign(database.faults, { refused: 0.08, lost: 0.08, slow: 0.08, hanging: 0.02 });
    await sleep(scheduler.random.between(5 * SECOND, 30 * SECOND));
    Object.assign(database.faults, NO_FAULTS);
  },
  databaseAway: async (_server, { database, scheduler }) => {
    Object.assign(database.faults, { ...NO_FAULTS, refused: 1 });
    await sleep(scheduler.random.between(2 * SECOND, 20 * SECOND));
    Object.assign(database.faults, NO_FAULTS);
  },
  fullDatabase: async (_server, { database, scheduler }) => {
    Object.assign(database.faults, { ...NO_FAULTS, strange: 0.25 });
    await sleep(scheduler.random.between(5 * SECOND, 20 * SECOND));
    Object.assign(database.faults, NO_FAULTS);
  },
};

/** Lets one thing go wrong after the other, sometimes several at a time, until the end of the clients. */
export async function harm(scene: Scene): Promise<void> {
  const { scheduler, servers, end } = scene;
  const { random } = scheduler;
  const running: Promise<void>[] = [];
  while (scheduler.time < end - LAST_FAULT) {
    await sleep(random.between(SECOND, 20 * SECOND));
    const name = random.pick(Object.keys(FAULTS));
    const server = random.pick(servers);
    scheduler.note(server.name, `FAULT ${name}`);
    running.push((FAULTS[name] as Fault)(server, scene).then(() => scheduler.note(server.name, `end of ${name}`)));
  }
  await Promise.all(running);
}
