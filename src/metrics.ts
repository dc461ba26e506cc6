import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { STATES, type State } from './domain/state.ts';

/** What is told of the fleet. */
export interface FleetGauges {
  readonly states: Readonly<Record<State, number>>;
  /** Seconds since the latest poll; `undefined`: there is none. */
  readonly pollAge: number | undefined;
}

/** What is told of the poller of this server. */
export interface PollerGauges {
  readonly stores: number;
  readonly running: number;
  readonly waiting: number;
  readonly pending: number;
  readonly troubleSince: number | undefined;
}

/** What Prometheus is told, by its names. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #reports: Histogram<'outcome'>;
  readonly #polls: Counter<'source'>;

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
      help: 'Polls that this server has taken in',
      labelNames: ['source'],
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

  /** @param source how they came: `api`, `import` … */
  polls(source: string, count: number): void {
    this.#polls.inc({ source }, count);
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
  }

  /** @param look asked at every scrape */
  watchPoller(look: () => PollerGauges): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, value: (poller: PollerGauges) => number) =>
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
    gauge('trouble', '1 while the poller is in trouble itself and observes nothing', ({ troubleSince }) =>
      troubleSince === undefined ? 0 : 1,
    );
  }

  /** @param look asked at every scrape: how many sources the last run could not read */
  watchSyncs(look: () => Promise<number>): void {
    new Gauge({
      name: 'restaurant_monitor_sync_failing_sources',
      help: 'Sources that the last sync could not read; not there: the database is away',
      registers: [this.#registry],
      async collect() {
        this.remove();
        const failing = await look().catch(nothing);
        if (failing !== undefined) this.set(failing);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function nothing(): undefined {}
