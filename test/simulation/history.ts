import type { Storage } from '../../src/storage/ports/storage.ts';
import type { StoredPolls } from './database.ts';
import { expectedFigures, says } from './expected.ts';

/** A report as a client saw it. */
interface SeenReport {
  readonly asOf: number;
  /** How many commits there were when it was asked for, and when it was first seen complete. */
  readonly from: number;
  to: number | undefined;
  status: string;
  csv: string | undefined;
}

interface SeenImport {
  status: string;
  /** The polls in the file. */
  readonly polls: readonly (readonly [id: string, instant: number, active: boolean])[];
}

const ENDED = new Set(['complete', 'failed', 'cancelled']);

/** What has to hold, by name. */
export type Invariant =
  | 'clients'
  | 'polls are kept'
  | 'polls are once'
  | 'polls are not in the future'
  | 'reports show a state'
  | 'reports have one answer'
  | 'states do not go back'
  | 'everything ends'
  | 'imports keep their file'
  | 'reports wait within the budget'
  | 'stores are polled';

export interface Violation {
  readonly invariant: Invariant;
  /** What was seen instead. */
  readonly what: string;
}

/** What clients sent and saw, compared with what has to hold. */
export class History {
  /** What is wrong, the first thing first. */
  readonly violations: Violation[] = [];
  readonly counts = { polls: 0, reports: 0, imports: 0, reads: 0 };
  /** By `store instant`: the states that it may have, and whether one is acknowledged. */
  readonly #polls = new Map<string, { states: Set<boolean>; acknowledged: boolean }>();
  readonly #reports = new Map<string, SeenReport>();
  readonly #imports = new Map<string, SeenImport>();
  readonly #commits: readonly StoredPolls[];

  /** @param commits what the database held after each of its commits; grows */
  constructor(commits: readonly StoredPolls[]) {
    this.#commits = commits;
  }

  violate(invariant: Invariant, what: string): void {
    this.violations.push({ invariant, what });
  }

  /** A client sends a poll; until it is acknowledged, it may be there or not. */
  sending(id: string, instant: number, active: boolean): void {
    const entry = this.#polls.get(`${id} ${instant}`) ?? { states: new Set(), acknowledged: false };
    entry.states.add(active);
    this.#polls.set(`${id} ${instant}`, entry);
  }

  /** @param certain no other attempt to send something about this instant may still arrive */
  acknowledged(id: string, instant: number, active: boolean, certain: boolean): void {
    const entry = this.#polls.get(`${id} ${instant}`);
    if (entry === undefined) return;
    if (!entry.acknowledged) this.counts.polls++;
    entry.acknowledged = true;
    if (certain) entry.states = new Set([active]);
  }

  /** How many commits there were so far. */
  get commits(): number {
    return this.#commits.length - 1;
  }

  /** @param from how many commits there were when the request was sent */
  requested(reportId: string, asOf: number, from: number): void {
    this.counts.reports++;
    this.#reports.set(reportId, { asOf, from, to: undefined, status: 'queued', csv: undefined });
  }

  sawReport(id: string, status: string): void {
    const report = this.#reports.get(id);
    if (report === undefined) return;
    if (ENDED.has(report.status) && status !== report.status) {
      this.violate('states do not go back', `report ${id} was ${report.status} and is ${status}`);
    }
    if (status === 'complete') report.to ??= this.#commits.length - 1;
    report.status = status;
  }

  readCsv(id: string, server: string, csv: string): void {
    const report = this.#reports.get(id);
    if (report === undefined) return;
    this.counts.reads++;
    if (report.csv !== undefined && report.csv !== csv) {
      this.violate('reports have one answer', `report ${id} has other bytes on ${server} than it was read with before`);
    }
    if (report.csv !== undefined) return;
    report.csv = csv;
    const states = this.#commits.slice(report.from, (report.to ?? this.#commits.length - 1) + 1);
    if (!states.some((state) => says(csv, expectedFigures(state, report.asOf)))) {
      this.violate('reports show a state', `report ${id} shows no state that the database had while it was computed`);
    }
  }

  accepted(importId: string, polls: SeenImport['polls']): void {
    this.counts.imports++;
    this.#imports.set(importId, { status: 'queued', polls });
    for (const [id, instant, active] of polls) this.sending(id, instant, active);
  }

  sawImport(id: string, status: string, hasFile: boolean): void {
    const seen = this.#imports.get(id);
    if (seen === undefined) return;
    if (ENDED.has(seen.status) && status !== seen.status) {
      this.violate('states do not go back', `import ${id} was ${seen.status} and is ${status}`);
    }
    if (status === 'complete' && seen.status !== 'complete') {
      for (const [store, instant, active] of seen.polls) this.acknowledged(store, instant, active, true);
    }
    if (status === 'failed' && !hasFile && seen.status !== 'failed') {
      this.violate('imports keep their file', `import ${id} was accepted, failed, and its file is deleted`);
    }
    seen.status = status;
  }

  /** Checks what has to hold in the end, when nothing was wrong for a while. */
  async conclude(
    storage: Storage,
    { now, tolerance }: { readonly now: number; readonly tolerance: number },
  ): Promise<void> {
    const stored = this.#commits.at(-1) ?? new Map();
    for (const [key, { states, acknowledged }] of this.#polls) {
      const [id = '', instant = ''] = key.split(' ');
      const state = stored.get(id)?.get(Number(instant));
      if (acknowledged && state === undefined) this.violate('polls are kept', `the acknowledged poll ${key} is lost`);
      if (state !== undefined && !states.has(state))
        this.violate('polls are kept', `the poll ${key} is ${state}, expected ${[...states]}`);
    }
    for (const [id, polls] of stored) {
      for (const instant of polls.keys()) {
        if (instant > now + tolerance)
          this.violate(
            'polls are not in the future',
            `store ${id} has a poll in the future: ${new Date(instant).toISOString()}`,
          );
      }
    }
    for (const [id, { status }] of this.#reports) {
      if (!ENDED.has(status)) this.violate('everything ends', `report ${id} is still ${status}`);
    }
    for (const [id, { status }] of this.#imports) {
      if (status !== 'complete' && status !== 'failed')
        this.violate('everything ends', `import ${id} is still ${status}`);
    }
    const twice = await storage.snapshot(async (snapshot) => {
      const { keys } = await snapshot.stores();
      const polls = await snapshot.countPolls(0, now * 2);
      const distinct = [...stored.values()].reduce((sum, { size }) => sum + size, 0);
      return keys.length !== stored.size || polls !== distinct;
    });
    if (twice) this.violate('polls are once', 'the database has polls or stores twice');
  }
}
