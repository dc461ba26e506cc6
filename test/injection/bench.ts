import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
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
import { temporaryFolder } from '../../src/lib/temporary-folder.ts';
import type { Timer, World } from '../../src/lib/world/ports.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { ReportService } from '../../src/reports/service.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { Injector } from './injector.ts';

/** The wall clock of the services: a Sunday noon, after all polls. */
export const NOW = Date.UTC(2023, 0, 22, 12);

/** The services of a server on a storage, whose repeated work is done when a test says so. */
export class Bench {
  readonly engine: string;
  readonly storage: Storage;
  readonly injector: Injector;
  readonly folder: string;
  readonly reader: Pick<FeedReader, 'read'>;
  readonly accounts: Accounts;
  readonly uploads: UploadsFolder;
  readonly imports: ImportService;
  readonly results: ResultsFolder;
  readonly reports: ReportService;
  readonly world: World;
  /** What failed for a reason that is no fault: the log lines of defects. */
  readonly defects: string[] = [];
  readonly log = pino(
    { level: 'error' },
    {
      write: (line: string) => {
        const { err, msg } = JSON.parse(line);
        if (err !== undefined) this.defects.push(`${msg}: ${err.stack}`);
      },
    },
  );
  /** Runs a statement past the storage, if the engine allows it. */
  readonly #expire: () => Promise<void>;
  readonly #repeated = new Set<() => void>();

  /** @param expire makes the leases of the database expire, as time does */
  constructor(
    engine: string,
    storage: Storage,
    injector: Injector,
    folder: string,
    { files = REAL_WORLD.files, expire = async () => {} } = {},
  ) {
    this.engine = engine;
    this.storage = storage;
    this.injector = injector;
    this.folder = folder;
    this.#expire = expire;
    this.world = { ...REAL_WORLD, files, every: (_milliseconds, work) => this.#every(work) };
    this.reader = { read: (source, reading) => injector.apart(() => read(this.folder, storage, source, reading)) };
    const now = () => NOW;
    this.accounts = new Accounts({ catalog: storage.accounts, now });
    mkdirSync(join(this.folder, 'uploads'));
    this.results = new ResultsFolder(join(this.folder, 'results'));
    this.uploads = new UploadsFolder(join(this.folder, 'uploads'));
    const common = { storage, log: this.log, now, budgets: DEFAULT_BUDGETS };
    this.imports = new ImportService({
      ...{ ...common, uploads: this.uploads, reader: this.reader, maxBytes: 1e6, maxBadShare: 0.1 },
    });
    this.reports = new ReportService({
      ...{ ...common, results: this.results, onEnd: () => {} },
    });
  }

  /** Runs something as this server. */
  within<T>(work: () => Promise<T>): Promise<T> {
    return inWorld(this.world, work);
  }

  start(): Promise<void> {
    return this.within(async () => {
      await this.imports.start();
      await this.reports.start();
    });
  }

  /** Time goes on: leases expire, and everything that is done again and again is done. */
  async pass(): Promise<void> {
    await this.injector.apart(this.#expire);
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
    for (let i = 0; i < 500; i++) {
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
      await this.storage.close();
    });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #every(work: () => void): Timer {
    const run = () => inWorld(this.world, work);
    this.#repeated.add(run);
    const timer: Timer = { stop: () => void this.#repeated.delete(run), unref: () => timer };
    return timer;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
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
