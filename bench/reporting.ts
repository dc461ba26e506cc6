import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { OPEN } from '../src/accounts/access.ts';
import { loadConfig } from '../src/config/config.ts';
import type { Kernel } from '../src/reports/kernel.ts';
import { type ResultKind, type ResultName, ResultsFolder } from '../src/reports/results.ts';
import { type ReportRequest, ReportService } from '../src/reports/service.ts';
import { ThreadKernel } from '../src/reports/threads/kernel.ts';
import type { FileDigest } from '../src/storage/ports/report-catalog.ts';
import type { Snapshot } from '../src/storage/ports/snapshot.ts';
import type { Storage } from '../src/storage/ports/storage.ts';

/** The product's report service on a database, timed by stage. */
export class Reporting {
  readonly #service: ReportService;
  readonly #kernel: Kernel;
  readonly #stages: Stages;
  readonly #ends = new EventEmitter();
  #last = '';

  private constructor(storage: Storage, folder: string, kernel: Kernel) {
    this.#kernel = kernel;
    this.#stages = new Stages();
    this.#service = new ReportService({
      storage: timedStorage(storage, this.#stages),
      results: new TimedResults(join(folder, 'results'), this.#stages),
      kernel,
      log: pino({ level: 'silent' }),
      now: Date.now,
      onEnd: () => this.#ends.emit('end'),
    });
  }

  /** @param kernel that of a server, if not given */
  static async start(storage: Storage, folder: string, kernel = serverKernel()): Promise<Reporting> {
    const reporting = new Reporting(storage, folder, kernel);
    await reporting.#service.start();
    return reporting;
  }

  /** Milliseconds from the trigger until the record is complete and the file on disk. */
  async report(): Promise<number> {
    const took = await this.reportOf({});
    this.#stages.endRound(took);
    return took;
  }

  /** The same for another report, without counting its stages. */
  async reportOf(request: ReportRequest): Promise<number> {
    this.#stages.beginRound();
    const started = performance.now();
    const end = once(this.#ends, 'end');
    const { id } = await this.#service.trigger(OPEN, request);
    await end;
    const took = performance.now() - started;
    this.#last = id;
    const { status, reason } = await this.#service.find(OPEN, id);
    if (status !== 'complete') throw new Error(`the report ended as ${status}: ${reason}`);
    return took;
  }

  /** Milliseconds in each stage of each report so far. */
  get stages(): ReadonlyMap<string, readonly number[]> {
    return this.#stages.rounds;
  }

  /** The id of the last report. */
  get last(): string {
    return this.#last;
  }

  /** The CSV of the last report. */
  async file(): Promise<Buffer> {
    const { content } = await this.#service.reader.read(await this.#service.find(OPEN, this.#last), 'csv');
    return buffer(content);
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await this.#kernel.close();
  }
}

function serverKernel(): Kernel {
  return new ThreadKernel({ threads: loadConfig({}).workers });
}

/** Adds up milliseconds by stage; the rest of a round is the kernel and the sorting of IDs. */
class Stages {
  readonly rounds = new Map<string, number[]>();
  #current = new Map<string, number>();

  async in<T>(stage: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.#current.set(stage, (this.#current.get(stage) ?? 0) + performance.now() - started);
    }
  }

  beginRound(): void {
    this.#current = new Map();
  }

  endRound(total: number): void {
    let rest = total;
    for (const value of this.#current.values()) rest -= value;
    this.#current.set(REST, rest);
    // What a report needs no more, since the one before has kept it, took no time.
    for (const stage of new Set([...this.rounds.keys(), ...this.#current.keys()])) {
      this.rounds.set(stage, [...(this.rounds.get(stage) ?? []), this.#current.get(stage) ?? 0]);
    }
  }
}

export const REST = 'kernel with expansion of hours, order of ids, waiting';

function timedStorage(storage: Storage, stages: Stages): Storage {
  const rows = <T>(work: () => Promise<T>) => stages.in('database rows (add, claim, complete)', work);
  const { reports, accounts, imports, results, idempotency } = storage;
  return {
    accounts,
    imports,
    idempotency,
    snapshot: (work) => storage.snapshot((snapshot) => work(timedSnapshot(snapshot, stages))),
    importing: (work) => storage.importing(work),
    appendPolls: (batches) => storage.appendPolls(batches),
    changing: (work) => storage.changing(work),
    prune: (before) => storage.prune(before),
    contents: () => storage.contents(),
    invariants: () => storage.invariants(),
    check: () => storage.check(),
    interrupt: () => storage.interrupt(),
    checkWrite: (now) => storage.checkWrite(now),
    close: () => storage.close(),
    contactPoints: storage.contactPoints,
    deliveries: storage.deliveries,
    alerts: storage.alerts,
    gaps: storage.gaps,
    adjustments: storage.adjustments,
    savedQuestions: storage.savedQuestions,
    subscriptions: storage.subscriptions,
    uptimeTargets: storage.uptimeTargets,
    salesRates: storage.salesRates,
    dayFiles: storage.dayFiles,
    syncs: storage.syncs,
    ...(results && { results }),
    reports: {
      add: (report, admit) => rows(() => reports.add(report, admit)),
      find: (id) => reports.find(id),
      list: (query) => reports.list(query),
      countQueued: (userId) => rows(() => reports.countQueued(userId)),
      filter: (id) => reports.filter(id),
      claim: (attempt, at) => rows(() => reports.claim(attempt, at)),
      progress: (id, attempt, progress) => reports.progress(id, attempt, progress),
      complete: (...given) => rows(() => reports.complete(...given)),
      attempts: (id) => reports.attempts(id),
      fail: (id, attempt, reason, finishedAt) => reports.fail(id, attempt, reason, finishedAt),
      release: (id, attempt) => reports.release(id, attempt),
      cancel: (id, at) => reports.cancel(id, at),
      remove: (id, at) => reports.remove(id, at),
      endedBefore: (instant, limit) => reports.endedBefore(instant, limit),
    },
  };
}

function timedSnapshot(snapshot: Snapshot, stages: Stages): Snapshot {
  return {
    records: (table) => snapshot.records(table),
    salesRevision: () => snapshot.salesRevision(),
    sales: (...given) => snapshot.sales(...given),
    salesRange: () => snapshot.salesRange(),
    revision: () => snapshot.revision(),
    storesRevision: () => snapshot.storesRevision(),
    census: () => snapshot.census(),
    earliestPoll: () => snapshot.earliestPoll(),
    latestPoll: () => stages.in('latest poll, count of polls', () => snapshot.latestPoll()),
    latestPollOf: (ids) => stages.in('latest poll, count of polls', () => snapshot.latestPollOf(ids)),
    countPolls: (from, to) => stages.in('latest poll, count of polls', () => snapshot.countPolls(from, to)),
    storesNamed: (ids) => stages.in('read stores', () => snapshot.storesNamed(ids)),
    stores: () => stages.in('read stores', () => snapshot.stores()),
    storeRecords: (after, limit) => snapshot.storeRecords(after, limit),
    hours: (first, end, from, to) => stages.in('read hours', () => snapshot.hours(first, end, from, to)),
    specialHours: (first, end, firstDate, lastDate) =>
      stages.in('read hours', () => snapshot.specialHours(first, end, firstDate, lastDate)),
    zoneChanges: (first, end) => stages.in('read hours', () => snapshot.zoneChanges(first, end)),
    hoursVersions: (key) => snapshot.hoursVersions(key),
    zoneVersions: (key) => snapshot.zoneVersions(key),
    specialDates: (key, from, to) => snapshot.specialDates(key, from, to),
    firstPolls: (first, end) => stages.in('read stores', () => snapshot.firstPolls(first, end)),
    polls: (...given) => snapshot.polls(...given),
    packedPolls: (...given) => stages.in('read polls', () => snapshot.packedPolls(...given)),
    pollReasons: (first, end, from, to) => snapshot.pollReasons(first, end, from, to),
    inactiveKeys: (from, to) => snapshot.inactiveKeys(from, to),
    lastPolls: (key, from, to, limit) => snapshot.lastPolls(key, from, to, limit),
  };
}

class TimedResults extends ResultsFolder {
  readonly #stages: Stages;

  constructor(path: string, stages: Stages) {
    super(path);
    this.#stages = stages;
  }

  /** Both files are written together, so only the CSV is timed. */
  override write(name: ResultName, kind: ResultKind, chunks: Iterable<string | Uint8Array>): Promise<FileDigest> {
    if (kind !== 'csv') return super.write(name, kind, chunks);
    return this.#stages.in('CSV and figures to the disk, with sync', () => super.write(name, kind, chunks));
  }
}
