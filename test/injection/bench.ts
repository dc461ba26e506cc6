import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Accounts } from '../../src/accounts/service.ts';
import { Database } from '../../src/duckdb/database.ts';
import { DEFAULT_DUCKDB_LIMITS } from '../../src/duckdb/limits.ts';
import { NO_LIMITS } from '../../src/intake/feeds/limits.ts';
import type { Reject } from '../../src/intake/feeds/list-rejects.ts';
import { handOver, takeOver } from '../../src/intake/feeds/reader/handover.ts';
import type { FeedReader } from '../../src/intake/feeds/reader/reader.ts';
import { stage } from '../../src/intake/feeds/stage.ts';
import { StoredPolls } from '../../src/intake/prober/history.ts';
import { ImportService } from '../../src/intake/uploads/service.ts';
import { UploadsFolder } from '../../src/intake/uploads/uploads.ts';
import { DEFAULT_BUDGETS } from '../../src/lib/budgets.ts';
import { UserError } from '../../src/lib/errors.ts';
import { temporaryFolder } from '../../src/lib/temporary-folder.ts';
import type { Files, Timer, World } from '../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { ReportService } from '../../src/reports/service.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { Injector } from './injector.ts';
import type { Kept, PowerDisk } from './power.ts';

/** The wall clock of the services: a Sunday noon, after all polls. */
export const NOW = Date.UTC(2023, 0, 22, 12);

/** Milliseconds after which what did not happen never does. */
const NEVER = 120_000;

/** The services of a server process, which a power loss ends. */
interface Life {
  readonly storage: Storage;
  readonly world: World;
  readonly accounts: Accounts;
  readonly uploads: UploadsFolder;
  readonly imports: ImportService;
  readonly results: ResultsFolder;
  readonly reports: ReportService;
  readonly log: Logger;
  ended: boolean;
}

export interface BenchOptions {
  /** The files that a process has. */
  readonly files?: (process: { ended: boolean }) => Files;
  /** Makes the leases of the database expire, as time does. */
  readonly expire?: () => Promise<void>;
  /** Fails when a connection of the storage is still in a transaction. */
  readonly assertIdle?: () => Promise<void>;
  /** The disk of the server, which may lose its power. */
  readonly disk?: PowerDisk;
}

/** A server on a storage that outlives it, whose repeated work is done when a test says so. */
export class Bench {
  readonly engine: string;
  readonly injector: Injector;
  readonly folder: string;
  readonly reader: Pick<FeedReader, 'read'>;
  /** What failed for a reason that is no fault: the log lines of defects. */
  readonly defects: string[] = [];
  readonly #storage: Storage;
  readonly #options: BenchOptions;
  readonly #repeated = new Set<() => void>();
  #life: Life;

  constructor(engine: string, storage: Storage, injector: Injector, folder: string, options: BenchOptions = {}) {
    this.engine = engine;
    this.injector = injector;
    this.folder = folder;
    this.#storage = storage;
    this.#options = options;
    this.reader = { read: (source, reading) => injector.apart(() => read(this.folder, storage, source, reading)) };
    mkdirSync(join(folder, 'uploads'));
    this.#life = this.#begin();
  }

  /** The storage as the present process has it. */
  get storage(): Storage {
    return this.#life.storage;
  }

  get accounts(): Accounts {
    return this.#life.accounts;
  }

  get uploads(): UploadsFolder {
    return this.#life.uploads;
  }

  get imports(): ImportService {
    return this.#life.imports;
  }

  get results(): ResultsFolder {
    return this.#life.results;
  }

  get reports(): ReportService {
    return this.#life.reports;
  }

  get log(): Logger {
    return this.#life.log;
  }

  /** A part of the server that is made again after a power loss. */
  perLife<T>(make: () => T): () => T {
    let made: { readonly life: Life; readonly part: T } | undefined;
    return () => {
      if (made?.life !== this.#life) made = { life: this.#life, part: make() };
      return made.part;
    };
  }

  /** Runs something as this server. */
  within<T>(work: () => Promise<T>): Promise<T> {
    return inWorld(this.#life.world, work);
  }

  start(): Promise<void> {
    return this.within(async () => {
      await this.imports.start();
      await this.reports.start();
    });
  }

  /** Before a run: everything so far is on the disk. */
  settle(): void {
    this.#options.disk?.settle();
  }

  /** The machine loses its power, if it has not yet, and starts again with what its disk kept. */
  async losePower(kept: Kept): Promise<void> {
    await this.injector.apart(async () => {
      this.#life.ended = true;
      this.#repeated.clear();
      const { imports, reports } = this.#life;
      await Promise.allSettled([imports.stop(), reports.stop()]);
      this.#options.disk?.losePower(kept);
      this.#life = this.#begin();
      await this.start();
    });
  }

  assertIdle(): Promise<void> {
    return this.injector.apart(async () => this.#options.assertIdle?.());
  }

  /** Time goes on: leases expire, and everything that is done again and again is done. */
  async pass(): Promise<void> {
    await this.injector.apart(async () => this.#options.expire?.());
    for (const work of [...this.#repeated]) work();
    await pause(5);
  }

  /** Waits until there is something, or until a fault may have prevented it. */
  async unlessFault<T>(find: () => Promise<T | undefined>): Promise<void> {
    while (this.injector.hit === undefined && (await this.injector.apart(find)) === undefined) await pause(2);
    await pause(20);
  }

  /** Lets time pass until there is something; fails when there never is. */
  async until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
    for (const end = performance.now() + NEVER; performance.now() < end; ) {
      const found = await this.injector.apart(find);
      if (found !== undefined) return found;
      await this.pass();
    }
    assert.fail(`${what} never happens`);
  }

  /** The stored polls of some stores: `[instant, active]` by id. */
  async polls(ids: readonly string[]): Promise<Record<string, [number, boolean][]>> {
    const found: Record<string, [number, boolean][]> = Object.fromEntries(ids.map((id) => [id, []]));
    await new StoredPolls(this.storage).forEach(0, (id, instant, active) => found[id]?.push([instant, active]));
    return found;
  }

  async close(): Promise<void> {
    await this.within(async () => {
      await this.imports.stop();
      await this.reports.stop();
      await this.#storage.close();
    });
    this.#options.disk?.close();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #begin(): Life {
    const life = { ended: false };
    const storage = whileAlive(this.#storage, () => life.ended);
    const world: World = {
      ...REAL_WORLD,
      files: this.#options.files?.(life) ?? REAL_WORLD.files,
      every: (_milliseconds, work) => this.#every(() => inWorld(world, work)),
    };
    const log = pino(
      { level: 'error' },
      {
        write: (line: string) => {
          const { err, msg } = JSON.parse(line);
          if (err !== undefined && !life.ended) this.defects.push(`${msg}: ${err.stack}`);
        },
      },
    );
    const now = () => NOW;
    const common = { storage, log, now, budgets: DEFAULT_BUDGETS };
    const uploads = new UploadsFolder(join(this.folder, 'uploads'));
    const results = new ResultsFolder(join(this.folder, 'results'));
    return Object.assign(life, {
      ...{ storage, world, log, uploads, results },
      accounts: new Accounts({ catalog: storage.accounts, now }),
      imports: new ImportService({ ...common, uploads, reader: this.reader, maxBytes: 1e6, maxBadShare: 0.5 }),
      reports: new ReportService({ ...common, results, onEnd: () => {} }),
    });
  }

  #every(work: () => void): Timer {
    this.#repeated.add(work);
    const timer: Timer = { stop: () => void this.#repeated.delete(work), unref: () => timer };
    return timer;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A storage that does nothing for a process that has ended. */
function whileAlive<T extends object>(part: T, ended: () => boolean): T {
  return new Proxy(part, {
    get: (_, key) => {
      const value: unknown = Reflect.get(part, key);
      if (typeof value !== 'function') {
        return typeof value === 'object' && value !== null ? whileAlive(value, ended) : value;
      }
      return (...args: unknown[]) => {
        if (!ended()) return value.apply(part, args);
        return Promise.reject(new UserError('unavailable', 'the process has ended'));
      };
    },
  });
}

/** Reads a feed as the reader process does, in this process. */
const read = async (
  parent: string,
  storage: Storage,
  source: Parameters<FeedReader['read']>[0],
  { latest }: Parameters<FeedReader['read']>[1],
) => {
  const folder = await inWorld(REAL_WORLD, () => temporaryFolder(parent));
  const database = await Database.inMemory(DEFAULT_DUCKDB_LIMITS);
  const session = await database.session();
  try {
    const rejects: Reject[] = [];
    const storesAmong = async (ids: readonly string[]) =>
      new Set((await storage.snapshot((snapshot) => snapshot.storesNamed(ids))).ids);
    const onReject = async (reject: Reject) => void rejects.push(reject);
    const staged = await stage(session, source, { latest, limits: NO_LIMITS, storesAmong, onReject });
    await handOver(session, staged, folder.path);
    return {
      staged,
      rejects: async function* () {
        yield* rejects;
      },
      stage: (into: typeof session) => takeOver(into, staged, folder.path),
      remove: folder.remove,
    };
  } finally {
    session.close();
    database.close();
  }
};
