import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { InactiveReason } from './domain/reasons.ts';
import { STATES, type State } from './domain/state.ts';

/** What is told of the fleet. */
export interface FleetGauges {
  readonly states: Readonly<Record<State, number>>;
  /** Those that are offline by the reason of their last poll; `undefined`: it is not known. */
  readonly offlineReasons: ReadonlyMap<InactiveReason | undefined, number>;
  /** Seconds since the latest poll; `undefined`: there is none. */
  readonly pollAge: number | undefined;
  /** Stores whose hours, or zone, were given and could not be read. */
  readonly unknown: { readonly hours: number; readonly zones: number };
}

/** What is told of the poller of this server: how it is, and its running totals. */
export interface PollerFigures {
  readonly stores: number;
  readonly running: number;
  readonly waiting: number;
  readonly pending: number;
  readonly selfOutageSince: number | undefined;
  readonly probes: number;
  readonly active: number;
  readonly inactive: number;
  readonly inactiveReasons: ReadonlyMap<InactiveReason, number>;
  readonly unobserved: number;
  readonly skipped: number;
  readonly writeFailures: number;
}

/** What is told of the syncs, by whichever server. */
export interface SyncGauges {
  /** Sources that the last one could not read. */
  readonly failing: number;
  /** Bad rows in the present content of the sources, by feed. */
  readonly badRows: ReadonlyMap<string, number>;
  /** Seconds since one could read all its sources; `undefined`: none ever could. */
  readonly successAge: number | undefined;
}

/** What became of a source in a sync. */
export interface SyncedSource {
  readonly feed: string;
  readonly status: string;
  /** Its present content has some, whether it was read in this sync or before. */
  readonly hasBadRows: boolean;
}

const WAYS_IN = ['api', 'import', 'sync', 'poller'] as const;
/** How polls come in. */
export type WayIn = (typeof WAYS_IN)[number];

/** What Prometheus is told, by its names. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #reports: Histogram<'outcome'>;
  readonly #polls: Counter<'source'>;
  readonly #syncRuns: Counter<'outcome'>;
  readonly #syncSources: Counter<'feed' | 'outcome'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: 'restaurant_monitor_request_duration_seconds',
      help: 'Requests by the pattern of their route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    this.#reports = new Histogram({
      name: 'restaurant_monitor_report_duration_seconds',
      help: 'Reports from the moment a worker takes them',
      labelNames: ['outcome'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.#polls = new Counter({
      name: 'restaurant_monitor_polls_received_total',
      help: 'Polls that this server has taken in, new or not',
      labelNames: ['source'],
      registers,
    });
    for (const source of WAYS_IN) this.polls(source, 0);
    this.#syncRuns = new Counter({
      name: 'restaurant_monitor_sync_runs_total',
      help: 'Syncs that this server made; failed: a source could not be read, or the sync was broken off; partial: all could, but a source has bad rows',
      labelNames: ['outcome'],
      registers,
    });
    this.#syncSources = new Counter({
      name: 'restaurant_monitor_sync_sources_total',
      help: 'Sources in the syncs that this server made, by feed and how they were found',
      labelNames: ['feed', 'outcome'],
      registers,
    });
  }

  /** @param route the pattern, such as `/api/v1/stores/:store_id`: paths themselves would be without number */
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  report(outcome: 'complete' | 'failed', seconds: number): void {
    this.#reports.observe({ outcome }, seconds);
  }

  polls(source: WayIn, count: number): void {
    this.#polls.inc({ source }, count);
  }

  /** @param sources what became of each source of a sync */
  sync(sources: readonly SyncedSource[], brokenOff: boolean): void {
    const failed = brokenOff || sources.some(({ status }) => status === 'failed');
    const partial = sources.some(({ hasBadRows }) => hasBadRows);
    this.#syncRuns.inc({ outcome: failed ? 'failed' : partial ? 'partial' : 'complete' });
    for (const { feed, status } of sources) this.#syncSources.inc({ feed, outcome: status });
  }

  /** @param look asked at every scrape, so it has to be cheap; when it fails, the fleet is not told of */
  watchFleet(look: () => Promise<FleetGauges>): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'restaurant_monitor_latest_poll_age_seconds',
      help: 'How long ago the latest poll of all stores was made; not there: there is none',
      registers,
      async collect() {
        this.remove();
        const age = await look().then(({ pollAge }) => pollAge, nothing);
        if (age !== undefined) this.set(age);
      },
    });
    new Gauge({
      name: 'restaurant_monitor_stores',
      help: 'Stores by their state',
      labelNames: ['state'],
      registers,
      async collect() {
        this.reset();
        const states = await look().then((fleet) => fleet.states, nothing);
        if (states !== undefined) for (const state of STATES) this.set({ state }, states[state]);
      },
    });
    new Gauge({
      name: 'restaurant_monitor_offline_stores',
      help: 'Stores that are offline by the reason of their last poll; none: it has no reason',
      labelNames: ['reason'],
      registers,
      async collect() {
        this.reset();
        const reasons = await look().then((fleet) => fleet.offlineReasons, nothing);
        for (const [reason = 'none', stores] of reasons ?? []) this.set({ reason }, stores);
      },
    });
    this.#watchUnknown(look);
  }

  #watchUnknown(look: () => Promise<FleetGauges>): void {
    new Gauge({
      name: 'restaurant_monitor_stores_unknown',
      help: 'Stores whose business hours, or time zone, were given and could not be read',
      labelNames: ['what'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        const unknown = await look().then((fleet) => fleet.unknown, nothing);
        if (unknown === undefined) return;
        this.set({ what: 'hours' }, unknown.hours);
        this.set({ what: 'zone' }, unknown.zones);
      },
    });
  }

  /** @param look asked at every scrape */
  watchPoller(look: () => PollerFigures): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: (poller: PollerFigures) => number) =>
      new Gauge({
        ...{ name: `restaurant_monitor_poller_${name}`, help, registers },
        collect() {
          this.set(value(look()));
        },
      });
    gauge('stores', 'Stores that this server polls', ({ stores }) => stores);
    gauge('probes_running', 'Probes under way', ({ running }) => running);
    gauge('probes_waiting', 'Probes that wait for their turn', ({ waiting }) => waiting);
    gauge('polls_pending', 'Polls that the database does not have yet', ({ pending }) => pending);
    gauge('trouble', '1 while the poller is in trouble itself and observes nothing', ({ selfOutageSince }) =>
      selfOutageSince === undefined ? 0 : 1,
    );
    const total = (name: string, help: string, value: (poller: PollerFigures) => number) =>
      new Counter({
        ...{ name: `restaurant_monitor_poller_${name}_total`, help, registers },
        collect() {
          this.reset();
          this.inc(value(look()));
        },
      });
    total('probes', 'Probes that were begun', ({ probes }) => probes);
    total('unobserved', 'Probes that taught nothing about the store', ({ unobserved }) => unobserved);
    total('skipped', "Slots that ended before the store's turn came", ({ skipped }) => skipped);
    total('write_failures', 'Times that the file or the database did not take polls', (poller) => poller.writeFailures);
    new Counter({
      name: 'restaurant_monitor_poller_polls_total',
      help: 'Polls made, by what they found',
      labelNames: ['status'],
      registers,
      collect() {
        this.reset();
        const { active, inactive } = look();
        this.inc({ status: 'active' }, active);
        this.inc({ status: 'inactive' }, inactive);
      },
    });
    new Counter({
      name: 'restaurant_monitor_poller_inactive_polls_total',
      help: 'Inactive polls made, by reason',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const [reason, polls] of look().inactiveReasons) this.inc({ reason }, polls);
      },
    });
  }

  /** @param look asked at every scrape; when it fails, the syncs are not told of */
  watchSyncs(look: () => Promise<SyncGauges>): void {
    for (const outcome of ['complete', 'partial', 'failed']) this.#syncRuns.inc({ outcome }, 0);
    const gauge = (name: string, help: string, value: (syncs: SyncGauges) => number | undefined) =>
      new Gauge({
        ...{ name: `restaurant_monitor_sync_${name}`, help, registers: [this.#registry] },
        async collect() {
          this.remove();
          const told = await look().then(value, nothing);
          if (told !== undefined) this.set(told);
        },
      });
    new Gauge({
      name: 'restaurant_monitor_sync_bad_rows',
      help: 'Bad rows in the present content of the sources, by feed',
      labelNames: ['feed'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        const badRows = await look().then((syncs) => syncs.badRows, nothing);
        for (const [feed, rows] of badRows ?? []) this.set({ feed }, rows);
      },
    });
    gauge('failing_sources', 'Sources that the last sync could not read', ({ failing }) => failing);
    gauge(
      'success_age_seconds',
      'How long ago a sync ended that could read all its sources; not there: none ever could',
      ({ successAge }) => successAge,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function nothing(): undefined {}
