import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reading } from '../history/answers.ts';
import type { Chain, Change, Effect } from '../history/chains.ts';
import type { FinalCheck, RecordedHistory } from '../history/check.ts';
import { type AcceptedJob, hasEnded, type Sighting } from '../history/jobs.ts';
import type { AlertHistory } from '../history/messages.ts';
import type { Poll, PollWrite } from '../history/polls.ts';
import type { RequestedReport } from '../history/reports.ts';
import type { Invariant, Span, Violation } from '../history/violations.ts';
import type { FaultyServer } from './server.ts';

export interface Answer extends Span {
  /** `undefined`: there was none, so nobody knows whether the request had an effect. */
  readonly status: number | undefined;
  readonly body: Buffer;
}

/** Milliseconds after which a request is stuck: more than any fault lasts. */
const STUCK = 60_000;
/** Milliseconds for which a request is sent again to a server that does not listen. */
const LISTENS = 10_000;
/** Milliseconds after a clock was set right in which a server that stood still may still have it wrong. */
const CLOCK_LAG = 10_000;

/** Sends requests, and keeps all that was sent and seen. */
export class Recorder {
  readonly #log: (line: string) => void;
  readonly counts = { requests: 0, 'requests without an answer': 0, 'answers of 5xx': 0 };
  readonly violations: Violation[] = [];
  readonly writes: (PollWrite & { end: number })[] = [];
  readonly chains: RecordedChain[] = [];
  readonly jobs: (AcceptedJob & { readonly server: FaultyServer })[] = [];
  readonly reports: RequestedReport[] = [];
  readonly checks: FinalCheck[] = [];
  readonly stored: Poll[] = [];
  alerts: AlertHistory = {
    outages: new Map(),
    incidents: [],
    contactPoints: [],
    digests: [],
    logged: [],
    received: [],
  };
  readonly #sightings: Sighting[] = [];
  readonly #readings: Reading[] = [];
  readonly #csvs = new Map<string, string>();
  readonly #statuses = new Map<string, string>();
  readonly #wrongClocks: Span[] = [];

  /** @param log receives what happens */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  now(): number {
    return performance.now();
  }

  violate(invariant: Invariant, what: string): void {
    this.violations.push({ invariant, what });
  }

  /** Sends a request; for some seconds again, while the server does not listen. */
  async request(
    server: FaultyServer,
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
  ): Promise<Answer> {
    const start = this.now();
    for (;;) {
      this.counts.requests++;
      try {
        const answer = await fetch(`${server.url}${path}`, {
          method,
          signal: AbortSignal.timeout(STUCK),
          ...(body !== undefined && { body, headers: { 'content-type': type } }),
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        return this.#answered(`${method} ${path} on ${server.name}`, { status: answer.status, body: bytes, start });
      } catch (error) {
        if (isRefused(error) && this.now() - start < LISTENS) await sleep(100);
        else return this.#unanswered(`${method} ${path} on ${server.name}`, start, error as Error);
      }
    }
  }

  #answered(what: string, answer: Omit<Answer, 'end'>): Answer {
    const { status = 0, body } = answer;
    if (status >= 500) {
      this.counts['answers of 5xx']++;
      this.#log(`${what} got ${status}: ${body.toString().slice(0, 300)}`);
    }
    if (status === 500) this.violate('clients', `${what} got 500: ${body}`);
    return { ...answer, end: this.now() };
  }

  #unanswered(what: string, start: number, error: Error): Answer {
    this.counts['requests without an answer']++;
    if (!isRefused(error)) this.#log(`${what} had no answer: ${error.cause ?? error}`);
    if (error.name === 'TimeoutError') this.violate('everything ends', `${what} had no answer within ${STUCK} ms`);
    return { status: undefined, body: Buffer.alloc(0), start, end: this.now() };
  }

  /** A request that nobody should refuse got an answer that nobody should give. */
  unexpected(what: string, { status, body }: Answer): void {
    this.violate('clients', `${what} got ${status}: ${body.toString().slice(0, 300)}`);
  }

  wrote(polls: readonly Poll[], { start, end }: Span): PollWrite & { end: number } {
    const write = { polls, start, end };
    this.writes.push(write);
    return write;
  }

  chain(name: string): RecordedChain {
    const chain = new RecordedChain(name);
    this.chains.push(chain);
    return chain;
  }

  accepted(kind: AcceptedJob['kind'], id: string, server: FaultyServer): void {
    this.jobs.push({ kind, id, at: this.now(), server });
  }

  requested(report: RequestedReport, server: FaultyServer): void {
    this.accepted('report', report.id, server);
    this.reports.push(report);
  }

  saw(sighting: Sighting): void {
    this.#sightings.push(sighting);
    if (!hasEnded(this.#statuses.get(sighting.id) ?? '')) this.#statuses.set(sighting.id, sighting.status);
  }

  /** The jobs that nobody saw end. */
  get unfinished(): (AcceptedJob & { readonly server: FaultyServer })[] {
    return this.jobs.filter(({ id }) => !hasEnded(this.#statuses.get(id) ?? ''));
  }

  read(id: string, format: string, server: FaultyServer, body: Buffer): void {
    const bytes = createHash('sha256').update(body).digest('base64');
    this.#readings.push({ id, format, server: server.name, bytes });
    if (format === 'csv' && !this.#csvs.has(id)) this.#csvs.set(id, body.toString());
  }

  hasCsv(id: string): boolean {
    return this.#csvs.has(id);
  }

  clockWasWrong({ start, end }: Span): void {
    this.#wrongClocks.push({ start, end: end + CLOCK_LAG });
  }

  /** What was promised and seen. */
  get totals(): Readonly<Record<string, number>> {
    const count = (kind: AcceptedJob['kind'], status: string) =>
      this.jobs.filter((job) => job.kind === kind && this.#statuses.get(job.id) === status).length;
    const acknowledged = new Set<string>();
    for (const { polls, end } of this.writes) {
      if (Number.isFinite(end)) for (const [store, instant] of polls) acknowledged.add(`${store} ${instant}`);
    }
    return {
      'acknowledged polls': acknowledged.size,
      'complete reports': count('report', 'complete'),
      'failed reports': count('report', 'failed'),
      'complete imports': count('import', 'complete'),
      'failed imports': count('import', 'failed'),
      'read results': this.#readings.length,
      incidents: this.alerts.incidents.length,
      messages: this.alerts.logged.length,
      digests: this.alerts.digests.length,
      'attempts to send a message': this.alerts.received.length,
      'messages accepted again': repeated(this.alerts),
      'changes of schedules': this.chains.flatMap(({ changes }) => changes).filter(({ schedule }) => schedule).length,
    };
  }

  get history(): RecordedHistory {
    const { violations, writes, chains, jobs, reports, stored, checks, alerts } = this;
    return {
      ...{ violations, writes, chains, jobs, reports, stored, checks, alerts },
      ...{ sightings: this.#sightings, readings: this.#readings, csvs: this.#csvs, wrongClocks: this.#wrongClocks },
    };
  }
}

/** How often a message was accepted that had been accepted before. */
function repeated({ received }: AlertHistory): number {
  const accepted = received.filter((one) => one.accepted).map(({ id }) => id);
  return accepted.length - new Set(accepted).size;
}

function isRefused(error: unknown): boolean {
  return ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
}

/** The changes of one client to stores of its own. */
export class RecordedChain implements Chain {
  readonly name: string;
  readonly changes: (Change & { end: number })[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Begins a change. It has no end until that is set. */
  begin(effect: Effect, start: number): { end: number } {
    const change = { ...effect, start, end: Number.POSITIVE_INFINITY };
    this.changes.push(change);
    return change;
  }
}
