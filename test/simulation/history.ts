import type { Storage } from '../../src/storage/ports/storage.ts';
import { judgeReadings, type Reading } from '../history/answers.ts';
import { expectedFigures, type StoredPolls, says } from '../history/expected.ts';
import { type AcceptedJob, judgeJobs, type Sighting } from '../history/jobs.ts';
import { judgePolls, type Poll, type PollWrite } from '../history/polls.ts';
import type { Invariant, Violation } from '../history/violations.ts';

/** A report as a client saw it. */
interface SeenReport {
  readonly asOf: number;
  /** The places of the states of the database when it was asked for, and when it was first seen complete. */
  readonly from: number;
  to: number | undefined;
  isRead: boolean;
}

/** A write that is not acknowledged yet. */
export interface OpenWrite {
  acknowledge(): void;
}

/** What clients sent and saw, compared with what has to hold. */
export class History {
  /** What is wrong, complete once the history is concluded. */
  readonly violations: Violation[] = [];
  readonly #now: () => number;
  readonly #states: readonly StoredPolls[];
  readonly #writes: (PollWrite & { end: number })[] = [];
  readonly #jobs: AcceptedJob[] = [];
  readonly #sightings: Sighting[] = [];
  readonly #readings: Reading[] = [];
  readonly #reports = new Map<string, SeenReport>();
  readonly #imports = new Map<string, OpenWrite>();

  /**
   * @param states what the database held, in order; grows
   * @param now the time of the history
   */
  constructor(states: readonly StoredPolls[], now: () => number) {
    this.#states = states;
    this.#now = now;
  }

  get counts() {
    const acknowledged = this.#writes.filter(({ end }) => Number.isFinite(end)).flatMap(({ polls }) => polls);
    const count = (kind: AcceptedJob['kind']) => this.#jobs.filter((job) => job.kind === kind).length;
    return {
      polls: new Set(acknowledged.map(([store, instant]) => `${store} ${instant}`)).size,
      reports: count('report'),
      imports: count('import'),
      reads: this.#readings.length,
    };
  }

  violate(invariant: Invariant, what: string): void {
    this.violations.push({ invariant, what });
  }

  /** A client sends polls; until they are acknowledged, they may be there or not. */
  sending(polls: readonly Poll[]): OpenWrite {
    const write = { polls, start: this.#now(), end: Number.POSITIVE_INFINITY };
    this.#writes.push(write);
    return {
      acknowledge: () => {
        write.end = Math.min(write.end, this.#now());
      },
    };
  }

  /** @param from the place of the state that the database had when the request was sent */
  requested(reportId: string, asOf: number, from: number): void {
    this.#jobs.push({ kind: 'report', id: reportId, at: this.#now() });
    this.#reports.set(reportId, { asOf, from, to: undefined, isRead: false });
  }

  sawReport(id: string, status: string): void {
    this.#saw({ id, status });
    const report = this.#reports.get(id);
    if (report !== undefined && status === 'complete') report.to ??= this.#states.length - 1;
  }

  readCsv(id: string, server: string, csv: string): void {
    const report = this.#reports.get(id);
    if (report === undefined) return;
    this.#readings.push({ id, format: 'csv', server, bytes: csv });
    if (report.isRead) return;
    report.isRead = true;
    const states = this.#states.slice(report.from, (report.to ?? this.#states.length - 1) + 1);
    if (!states.some((state) => says(csv, expectedFigures(state, report.asOf)))) {
      this.violate('reports show a state', `report ${id} shows no state that the database had while it was computed`);
    }
  }

  accepted(importId: string, write: OpenWrite): void {
    this.#jobs.push({ kind: 'import', id: importId, at: this.#now() });
    this.#imports.set(importId, write);
  }

  /** @param hasFile `undefined`: the client does not know yet which server has it, if any */
  sawImport(id: string, status: string, hasFile: boolean | undefined): void {
    this.#saw({ id, status, ...(hasFile !== undefined && { hasFile }) });
    if (status === 'complete') this.#imports.get(id)?.acknowledge();
  }

  #saw(sighting: Omit<Sighting, 'start' | 'end'>): void {
    const now = this.#now();
    this.#sightings.push({ ...sighting, start: now, end: now });
  }

  /** Checks what has to hold in the end, when nothing was wrong for a while and the database holds `stored`. */
  async conclude(
    storage: Storage,
    { stored, now, tolerance }: { readonly stored: StoredPolls; readonly now: number; readonly tolerance: number },
  ): Promise<void> {
    const polls = [...stored].flatMap(([id, byInstant]) =>
      [...byInstant].map(([instant, active]): Poll => [id, instant, active]),
    );
    // The others are the prober's.
    const sent = new Set(this.#writes.flatMap((write) => write.polls.map(([id, instant]) => `${id} ${instant}`)));
    this.violations.push(
      ...judgePolls(
        this.#writes,
        polls.filter(([id, instant]) => sent.has(`${id} ${instant}`)),
      ),
      ...judgeJobs(this.#jobs, this.#sightings),
      ...judgeReadings(this.#readings),
    );
    for (const [id, instant] of polls) {
      if (instant > now + tolerance)
        this.violate(
          'polls are not in the future',
          `store ${id} has a poll in the future: ${new Date(instant).toISOString()}`,
        );
    }
    const twice = await storage.snapshot(async (snapshot) => {
      const { keys } = await snapshot.stores();
      return keys.length !== stored.size || (await snapshot.countPolls(0, now * 2)) !== polls.length;
    });
    if (twice) this.violate('polls are once', 'the database has polls or stores twice');
  }
}
