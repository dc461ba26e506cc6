import { HOUR } from '../../../src/domain/hours.ts';
import { DEFAULT_BUDGETS } from '../../../src/lib/budgets.ts';
import { UserError } from '../../../src/lib/errors.ts';
import { now } from '../../../src/lib/world/clocks.ts';
import { newId } from '../../../src/lib/world/random.ts';
import { yieldTurn } from '../../../src/lib/world/timers.ts';
import type { DatabaseContents } from '../../../src/storage/ports/contents.ts';
import type { ImportSession, MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { Invariant } from '../../../src/storage/ports/invariants.ts';
import type { Snapshot } from '../../../src/storage/ports/snapshot.ts';
import type { PollBatch, RestoreSession, SnapshotUse, Storage } from '../../../src/storage/ports/storage.ts';
import type { StoreWriter } from '../../../src/storage/ports/stores.ts';
import { WRITE_WAIT, WriteQueue } from '../../../src/storage/shared/write-queue.ts';
import { MemoryAccountCatalog } from './accounts.ts';
import { MemoryAdjustments } from './adjustments.ts';
import { MemoryAlertCatalog } from './alerts.ts';
import { Changes, newestPoll } from './changes.ts';
import { MemoryContactPointCatalog } from './contact-points.ts';
import { contentsOf, emptyFor } from './contents.ts';
import { ONLY, only } from './data.ts';
import { MemoryDeliveries } from './deliveries.ts';
import { MemoryIdempotencyKeys } from './idempotency.ts';
import { MemoryImportSession } from './import-session.ts';
import { MemoryImportCatalog } from './imports.ts';
import { invariantsOf } from './invariants.ts';
import { mergePolls } from './polls.ts';
import { MemoryReportCatalog } from './reports.ts';
import { MemoryResults, saveResult } from './results.ts';
import { MemorySalesRates } from './sales-rates.ts';
import { MemorySavedQuestions } from './saved-questions.ts';
import { MemoryLeases, MemoryPeers } from './servers.ts';
import { MemorySnapshot } from './snapshot.ts';
import { DuckdbStaging, type Staging, type StagingPlace } from './staging.ts';
import { MemoryStoreWriter } from './store-writer.ts';
import { MemorySubscriptions } from './subscriptions.ts';
import { MemorySyncLog } from './sync-log.ts';
import { MemoryDatabase, type Transaction } from './transaction.ts';
import { MemoryUptimeTargets } from './uptime-targets.ts';
import { MemoryCoverageGaps, MemoryDayFileCheckpoints, saveCheckpoint } from './watch.ts';

export interface MemoryStorageOptions {
  /** The clock of the database, milliseconds; that of the machine, if not given. */
  readonly clock?: () => number;
  /** How long a request waits for an import or other changes, milliseconds. */
  readonly writeWait?: number;
  /** Where feeds are staged; in DuckDB, if not given. */
  readonly staging?: StagingPlace;
}

/**
 * An engine for several servers in plain JavaScript, for simulations: everything is in memory, and nothing outlives the
 * process. A transaction reads one moment of the data, and replaces all of it at once when it commits.
 */
export class MemoryStorage implements Storage {
  readonly reports: MemoryReportCatalog;
  readonly accounts: MemoryAccountCatalog;
  readonly imports: MemoryImportCatalog;
  readonly alerts: MemoryAlertCatalog;
  readonly results: MemoryResults;
  readonly gaps: MemoryCoverageGaps;
  readonly adjustments: MemoryAdjustments;
  readonly savedQuestions: MemorySavedQuestions;
  readonly subscriptions: MemorySubscriptions;
  readonly uptimeTargets: MemoryUptimeTargets;
  readonly salesRates: MemorySalesRates;
  readonly dayFiles: MemoryDayFileCheckpoints;
  readonly syncs: MemorySyncLog;
  readonly idempotency: MemoryIdempotencyKeys;
  readonly contactPoints: MemoryContactPointCatalog;
  readonly deliveries: MemoryDeliveries;
  readonly peers: MemoryPeers;
  readonly leases: MemoryLeases;
  readonly #database = new MemoryDatabase(newId());
  readonly #queue: WriteQueue;
  readonly #clock: () => number;
  readonly #stagingPlace: StagingPlace;
  /** Ends each of the imports, background snapshots and restores that are running. */
  readonly #background = new Set<AbortController>();

  constructor({ clock = now, writeWait = WRITE_WAIT, staging = new DuckdbStaging() }: MemoryStorageOptions = {}) {
    this.#queue = new WriteQueue(writeWait);
    this.#clock = clock;
    this.#stagingPlace = staging;
    this.reports = new MemoryReportCatalog(this.#database, clock);
    this.accounts = new MemoryAccountCatalog(this.#database, writeWait);
    this.imports = new MemoryImportCatalog(this.#database);
    this.alerts = new MemoryAlertCatalog(this.#database, writeWait);
    this.results = new MemoryResults(this.#database);
    this.gaps = new MemoryCoverageGaps(this.#database);
    this.adjustments = new MemoryAdjustments(this.#database, writeWait);
    this.savedQuestions = new MemorySavedQuestions(this.#database, writeWait);
    this.subscriptions = new MemorySubscriptions(this.#database, writeWait);
    this.uptimeTargets = new MemoryUptimeTargets(this.#database, writeWait);
    this.salesRates = new MemorySalesRates(this.#database, writeWait);
    this.dayFiles = new MemoryDayFileCheckpoints(this.#database);
    this.syncs = new MemorySyncLog(this.#database);
    this.idempotency = new MemoryIdempotencyKeys(this.#database, clock);
    this.contactPoints = new MemoryContactPointCatalog(this.#database, writeWait);
    this.deliveries = new MemoryDeliveries(this.#database, clock);
    this.peers = new MemoryPeers(this.#database, clock);
    this.leases = new MemoryLeases(this.#database, clock);
  }

  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>, use: SnapshotUse = 'request'): Promise<T> {
    const read = (signal?: AbortSignal) => work(new MemorySnapshot(this.#database.begin(signal)));
    return use === 'request' ? read() : this.#inBackground(read);
  }

  importing<T>(work: (session: ImportSession) => Promise<T>): Promise<T> {
    return this.#queue.run(() =>
      this.#inBackground((signal) =>
        this.#staging(signal, (staging) =>
          this.#writing((transaction, changes) => work(new MemoryImportSession(staging, transaction, changes)), signal),
        ),
      ),
    );
  }

  restoring<T>(
    replace: boolean,
    work: (session: RestoreSession) => Promise<T>,
    check: (invariants: readonly Invariant[]) => void,
  ): Promise<T> {
    const restore = (staging: Staging) => (transaction: Transaction, changes: Changes) => {
      emptyFor(transaction, replace);
      return work({
        target: new MemoryImportSession(staging, transaction, changes),
        saveResult: async (id, kind, bytes) => saveResult(transaction, id, kind, [bytes]),
      });
    };
    return this.#queue.run(() =>
      this.#inBackground((signal) =>
        this.#staging(signal, (staging) =>
          this.#writing(restore(staging), signal, (transaction) => check(invariantsOf(transaction))),
        ),
      ),
    );
  }

  changing<T>(work: (writer: StoreWriter) => Promise<T>): Promise<T> {
    return this.#queue.runSoon(() =>
      this.#writing((transaction, changes) => work(new MemoryStoreWriter(transaction, changes))),
    );
  }

  appendPolls(batches: readonly PollBatch[]): Promise<MergeCounts[]> {
    return this.#queue.runSoon(() =>
      this.#writing(async (transaction, changes) => {
        for (const { step } of batches) if (step !== undefined) saveCheckpoint(transaction, step);
        return batches.map(({ ids, instants, active, reasons, restores }) =>
          mergePolls(
            transaction,
            ids.map((storeId, i) => ({
              ...{ storeId, instant: instants[i] as number, active: active[i] === 1 },
              reason: active[i] === 0 ? reasons?.get(i) : undefined,
            })),
            changes,
            restores,
          ),
        );
      }),
    );
  }

  prune(before: number): Promise<number> {
    return this.#queue.run(async () => {
      this.#database.change((transaction) => {
        for (const [key, polls] of transaction.table('polls')) {
          const left = polls.filter(({ instant }) => instant >= before);
          if (left.length < polls.length) transaction.set('polls', key, left);
        }
        for (const [key, sales] of transaction.table('sales')) {
          const left = sales.filter(({ hour }) => hour >= Math.floor(before / HOUR));
          if (left.length < sales.length) transaction.set('sales', key, left);
        }
        const revision = only(transaction, 'revision');
        transaction.set('revision', ONLY, { ...revision, latestPoll: newestPoll(transaction) });
      });
      return before;
    });
  }

  async contents(): Promise<DatabaseContents> {
    return contentsOf(this.#database);
  }

  async invariants(): Promise<Invariant[]> {
    return invariantsOf(this.#database);
  }

  async clock(): Promise<number> {
    return this.#clock();
  }

  async check(): Promise<void> {
    await yieldTurn();
  }

  async checkWrite(at: number): Promise<void> {
    this.#database.change((transaction) => transaction.set('write_checks', ONLY, at));
  }

  interrupt(): void {
    const reason = new UserError('unavailable', 'the database is being closed');
    for (const running of this.#background) running.abort(reason);
  }

  async close(): Promise<void> {
    await this.#queue.run(async () => {});
    await this.#stagingPlace.close();
  }

  /**
   * Runs `work` as the only write transaction, and raises the revisions if it changed anything.
   *
   * @param check called before the commit; throws to refuse it
   */
  async #writing<T>(
    work: (transaction: Transaction, changes: Changes) => Promise<T>,
    signal?: AbortSignal,
    check: (transaction: Transaction) => void = () => {},
  ): Promise<T> {
    const transaction = this.#database.begin(signal);
    const changes = new Changes(DEFAULT_BUDGETS.stores);
    const result = await work(transaction, changes);
    changes.count(transaction);
    check(transaction);
    this.#database.commit(transaction);
    return result;
  }

  /** Runs `work` on a place to stage feeds in, which is ended with the signal. */
  async #staging<T>(signal: AbortSignal, work: (staging: Staging) => Promise<T>): Promise<T> {
    const staging = await this.#stagingPlace.open();
    const end = () => staging.end();
    signal.addEventListener('abort', end);
    try {
      return await work(staging);
    } finally {
      signal.removeEventListener('abort', end);
      staging.close();
    }
  }

  async #inBackground<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = new AbortController();
    this.#background.add(running);
    try {
      return await work(running.signal);
    } finally {
      this.#background.delete(running);
    }
  }
}
