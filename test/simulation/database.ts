import { Database } from '../../src/duckdb/database.ts';
import { DEFAULT_DUCKDB_LIMITS, type DuckdbLimits } from '../../src/duckdb/limits.ts';
import { UserError } from '../../src/lib/errors.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import type { ImportRecord } from '../../src/storage/ports/import-catalog.ts';
import type { Leases } from '../../src/storage/ports/leases.ts';
import { PEER_LEASE, type Peer, type PeerRegistry } from '../../src/storage/ports/peers.ts';
import type { ReportCatalog, ReportRecord } from '../../src/storage/ports/report-catalog.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import type { SharedResultKind, SharedResults, Storage } from '../../src/storage/ports/storage.ts';
import type { StoredPolls } from '../history/expected.ts';
import { IdleQueues } from './idle-queues.ts';
import { EPOCH, type SimulatedProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

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

interface Queues {
  /** `IdleQueues.changes` when they were read. */
  readonly changes: number;
  readonly reports: readonly ReportRecord[];
  readonly imports: readonly ImportRecord[];
}

/** More reports and imports than there are. */
const MANY = 1_000;

/** The calls that may change polls or stores. */
const CHANGING = new Set(['appendPolls', 'importing', 'changing']);

/**
 * The tables have a few hundred rows, so optimizing a statement or handing it to other threads takes longer than running
 * it.
 */
async function quickSettings(): Promise<DuckdbLimits> {
  const database = await Database.inMemory();
  try {
    const optimizers = await (await database.session()).rows('select name from duckdb_optimizers()');
    const disabled = optimizers.map(({ name }) => name).join(',');
    return { ...DEFAULT_DUCKDB_LIMITS, settings: { threads: '1', disabled_optimizers: disabled } };
  } finally {
    database.close();
  }
}

/** Milliseconds after which the driver gives up a call that is not answered. */
const GIVE_UP = 20_000;

/**
 * One database for all processes of a simulation: DuckDB in memory, with what an engine for several servers has beside
 * it. Each call is one event that runs alone to its end, so that the order of the calls is the scheduler's.
 */
export class SharedDatabase {
  readonly faults: DatabaseFaults = { ...NO_FAULTS };
  /**
   * What the database held whenever somebody looked after a commit; the first entry is the empty database. A state that
   * was gone before anybody looked is missing, since no report can show it.
   */
  readonly states: StoredPolls[] = [new Map()];
  readonly #scheduler: Scheduler;
  readonly #duckdb: DuckdbStorage;
  readonly #extras: Required<Pick<Storage, 'peers' | 'leases' | 'clock'>> & { readonly results: MemoryResults };
  readonly #idle = new IdleQueues();
  /** Something may have been committed since the last state was read. */
  #changed = false;
  #revision = 0;
  #stores: StoreNames | undefined;
  #queues: Queues | undefined;

  static readonly #settings = quickSettings();

  private constructor(scheduler: Scheduler, duckdb: DuckdbStorage) {
    this.#scheduler = scheduler;
    this.#duckdb = duckdb;
    const now = () => EPOCH + scheduler.time;
    this.#extras = {
      results: new MemoryResults(),
      peers: new MemoryPeers(now),
      leases: new MemoryLeases(now),
      clock: async () => now(),
    };
  }

  static async open(scheduler: Scheduler): Promise<SharedDatabase> {
    const clock = () => EPOCH + Math.floor(scheduler.time);
    return new SharedDatabase(
      scheduler,
      await DuckdbStorage.open(undefined, { clock, duckdb: await SharedDatabase.#settings }),
    );
  }

  /** The database for those who look at it from outside: no faults, no events. */
  get direct(): Storage {
    return this.#duckdb;
  }

  close(): Promise<void> {
    return this.#duckdb.close();
  }

  /** The database as a process reaches it. */
  storageFor(process: SimulatedProcess): Storage {
    const guarded = (target: object, path: string): object =>
      new Proxy(target, {
        get: (_, key) => {
          const extra = path === '' ? Reflect.get(this.#extras, key) : undefined;
          const value = extra ?? Reflect.get(target, key);
          const name = path === '' ? String(key) : `${path}.${String(key)}`;
          // The others use it on.
          if (name === 'close' || name === 'interrupt') return async () => {};
          if (name === 'reports.complete') {
            return (...args: Parameters<ReportCatalog['complete']>) =>
              this.#call(process, name, args, () => this.#complete(...args));
          }
          if (typeof value === 'function') {
            return (...args: unknown[]) => this.#call(process, name, args, () => value.apply(target, args));
          }
          return typeof value === 'object' && value !== null ? guarded(value, name) : value;
        },
      });
    return guarded(this.#duckdb, '') as Storage;
  }

  #call<T>(process: SimulatedProcess, name: string, args: unknown[], work: () => Promise<T>): Promise<T> {
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
          const known = this.#idle.answer(name, args);
          const result = known === undefined ? await this.#alone(process, name, work) : (known.value as T);
          this.#idle.note(name, args, result);
          if (lost) return refuse(fate === 'hanging' ? GIVE_UP : undefined);
          answer('ends', () => resolve(result), late);
        } catch (error) {
          answer('throws', () => reject(error), late);
        }
      };
      process.do(`${name}${fate === undefined ? '' : ` (${fate})`}`, run, random.between(1, 20));
    });
  }

  /** An engine for several servers keeps the figures in the same transaction. */
  async #complete(...args: Parameters<ReportCatalog['complete']>): Promise<string[] | undefined> {
    const sharing = await this.#duckdb.reports.complete(...args);
    const [id, , , , result] = args;
    if (sharing !== undefined && result !== undefined) await this.#extras.results.save(id, result.content());
    return sharing;
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
      this.states.push(await this.#duckdb.snapshot((snapshot) => this.#read(snapshot)));
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

  /** All reports and imports. */
  async queues(): Promise<Queues> {
    const { changes } = this.#idle;
    if (this.#queues?.changes !== changes) {
      const { reports, imports } = this.#duckdb;
      this.#queues = {
        changes,
        reports: await reports.list({ limit: MANY }),
        imports: await imports.list({ limit: MANY }),
      };
    }
    return this.#queues;
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

class MemoryResults implements SharedResults {
  readonly #results = new Map<string, Buffer>();

  async save(reportId: string, chunks: Iterable<Uint8Array>): Promise<void> {
    this.#results.set(reportId, Buffer.concat([...chunks]));
  }

  async read(reportId: string, kind: SharedResultKind): Promise<AsyncIterable<Buffer> | undefined> {
    const result = kind === 'figures' ? this.#results.get(reportId) : undefined;
    if (result === undefined) return undefined;
    return (async function* () {
      yield result;
    })();
  }
}

class MemoryPeers implements PeerRegistry {
  readonly #now: () => number;
  readonly #peers = new Map<string, Peer>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async heartbeat(id: string): Promise<Peer[]> {
    const now = this.#now();
    const alive = ({ seenAt }: Peer) => seenAt >= now - PEER_LEASE;
    const before = this.#peers.get(id);
    const joinedAt = before !== undefined && alive(before) ? before.joinedAt : now;
    this.#peers.set(id, { id, joinedAt, seenAt: now });
    return [...this.#peers.values()].filter(alive);
  }

  async leave(id: string): Promise<void> {
    this.#peers.delete(id);
  }
}

class MemoryLeases implements Leases {
  readonly #now: () => number;
  readonly #leases = new Map<string, { readonly holder: string; readonly until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async take(name: string, holder: string, milliseconds: number): Promise<boolean> {
    const lease = this.#leases.get(name);
    if (lease !== undefined && lease.holder !== holder && lease.until >= this.#now()) return false;
    this.#leases.set(name, { holder, until: this.#now() + milliseconds });
    return true;
  }

  async release(name: string, holder: string): Promise<void> {
    if (this.#leases.get(name)?.holder === holder) this.#leases.delete(name);
  }
}
