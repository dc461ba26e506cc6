import { UserError } from '../../src/lib/errors.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { StoredPolls } from '../history/expected.ts';
import { MemoryStorage } from '../storage/memory/storage.ts';
import { EPOCH, type SimulatedProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import { STAGED_LISTS } from './staged-lists.ts';

/** The probabilities that a call goes wrong. */
export interface DatabaseFaults {
  /** It is refused. */
  refused: number;
  /** It is done, and the acknowledgement is lost. */
  lost: number;
  /** It is answered late. */
  slow: number;
  /** It is not answered at all, whether it was done or not. */
  hanging: number;
  /** It is refused for a reason that the program does not know, such as a full disk of the database's machine. */
  strange: number;
}

export const NO_FAULTS: DatabaseFaults = { refused: 0, lost: 0, slow: 0, hanging: 0, strange: 0 };

interface StoreNames {
  readonly revision: number;
  /** By key. */
  readonly ids: ReadonlyMap<number, string>;
}

/** The calls that may change polls or stores. */
const CHANGING = new Set(['appendPolls', 'importing', 'changing']);

/** Milliseconds after which the driver gives up a call that is not answered. */
const GIVE_UP = 20_000;

/**
 * One database for all processes of a simulation: the engine in memory, with a clock that is right. Each call is one event
 * that runs alone to its end, so that the order of the calls is the scheduler's.
 */
export class SharedDatabase {
  readonly faults: DatabaseFaults = { ...NO_FAULTS };
  /**
   * What the database held whenever somebody looked after a commit; the first entry is the empty database. A state that
   * was gone before anybody looked is missing, since no report can show it.
   */
  readonly states: StoredPolls[] = [new Map()];
  readonly #scheduler: Scheduler;
  readonly #engine: MemoryStorage;
  /** Something may have been committed since the last state was read. */
  #changed = false;
  #revision = 0;
  #stores: StoreNames | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#engine = new MemoryStorage({ clock: () => EPOCH + Math.floor(scheduler.time), staging: STAGED_LISTS });
  }

  /** The database for those who look at it from outside: no faults, no events. */
  get direct(): Storage {
    return this.#engine;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** The database as a process reaches it. */
  storageFor(process: SimulatedProcess): Storage {
    const guarded = (target: object, path: string): object =>
      new Proxy(target, {
        get: (_, key) => {
          const value = Reflect.get(target, key);
          const name = path === '' ? String(key) : `${path}.${String(key)}`;
          // The others use it on.
          if (name === 'close' || name === 'interrupt') return async () => {};
          if (typeof value === 'function') {
            return (...args: unknown[]) => this.#call(process, name, () => value.apply(target, args));
          }
          return typeof value === 'object' && value !== null ? guarded(value, name) : value;
        },
      });
    return guarded(this.#engine, '') as Storage;
  }

  #call<T>(process: SimulatedProcess, name: string, work: () => Promise<T>): Promise<T> {
    const { random } = this.#scheduler;
    const fate = this.#fate();
    return new Promise((resolve, reject) => {
      const answer = (how: string, give: () => void, delay = random.between(1, 20)) =>
        process.do(`${name} ${how}`, give, delay);
      const refuse = (delay?: number) => answer('is refused', () => reject(unavailable()), delay);
      const run = async () => {
        if (fate === 'refused') return refuse();
        if (fate === 'strange') return answer('fails', () => reject(diskFull()));
        if (fate === 'hanging' && random.chance(0.5)) return refuse(GIVE_UP);
        const late = fate === 'slow' ? random.between(1_000, 8_000) : undefined;
        const lost = fate === 'lost' || fate === 'hanging';
        try {
          const result = await this.#alone(process, name, work);
          if (lost) return refuse(fate === 'hanging' ? GIVE_UP : undefined);
          answer('ends', () => resolve(result), late);
        } catch (error) {
          answer('throws', () => reject(error), late);
        }
      };
      process.do(`${name}${fate === undefined ? '' : ` (${fate})`}`, run, random.between(1, 20));
    });
  }

  async #alone<T>(process: SimulatedProcess, name: string, work: () => Promise<T>): Promise<T> {
    this.#scheduler.exclusive = true;
    try {
      if (name === 'snapshot') await this.state();
      return await inWorld(process, work);
    } finally {
      if (CHANGING.has(name)) this.#changed = true;
      this.#scheduler.exclusive = false;
    }
  }

  /** The place in `states` of what a snapshot would show now. */
  get present(): number {
    return this.states.length - (this.#changed ? 0 : 1);
  }

  /** How many commits there were up to the last state that was read. */
  get commits(): number {
    return this.#revision;
  }

  /** What the database holds. */
  async state(): Promise<StoredPolls> {
    if (this.#changed) {
      this.states.push(await this.#engine.snapshot((snapshot) => this.#read(snapshot)));
      this.#changed = false;
    }
    return this.states.at(-1) as StoredPolls;
  }

  async #read(snapshot: Snapshot): Promise<StoredPolls> {
    const revision = await snapshot.revision();
    if (revision === this.#revision) return this.states.at(-1) as StoredPolls;
    this.#revision = revision;
    const storesRevision = await snapshot.storesRevision();
    if (this.#stores?.revision !== storesRevision) {
      const { keys, ids } = await snapshot.stores();
      this.#stores = { revision: storesRevision, ids: new Map(ids.map((id, i) => [keys[i] as number, id])) };
    }
    const { ids } = this.#stores;
    const stored = new Map([...ids.values()].map((id) => [id, new Map<number, boolean>()]));
    const { length, store, instant, active } = await snapshot.polls(0, Math.max(0, ...ids.keys()) + 1, 0, EPOCH * 2);
    for (let i = 0; i < length; i++) {
      stored.get(ids.get(store[i] as number) ?? '')?.set(instant[i] as number, active[i] === 1);
    }
    return stored;
  }

  #fate(): keyof DatabaseFaults | undefined {
    const { random } = this.#scheduler;
    let left = random.next();
    for (const name of ['refused', 'lost', 'slow', 'hanging', 'strange'] as const) {
      left -= this.faults[name];
      if (left < 0) return name;
    }
    return undefined;
  }
}

function unavailable(): UserError {
  return new UserError('unavailable', 'the database does not answer', { retryAfter: 1 });
}

/** As PostgreSQL says it. */
function diskFull(): Error {
  return Object.assign(new Error('could not extend file "base/5/16412": No space left on device'), { code: '53100' });
}
