import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { InactiveReason } from './domain/reasons.ts';
import { STATES, type State } from './domain/state.ts';

/** Values about the fleet at a scrape. */
export interface FleetGauges {
  readonly states: Readonly<Record<State, number>>;
  /** Offline stores by the reason of their last poll; `undefined`: no reason. */
  readonly offlineReasons: ReadonlyMap<InactiveReason | undefined, number>;
  /** Seconds since the latest poll; `undefined`: there are no polls. */
  readonly pollAge: number | undefined;
  /** Stores with unknown hours or an unknown zone. */
  readonly unknown: { readonly hours: number; readonly zones: number };
}

/** State and running totals of the prober of this server. */
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

/** Values about the syncs of all servers. */
export interface SyncGauges {
  /** Sources that the last sync could not read. */
  readonly failing: number;
  /** Bad rows in the current content of the sources, by feed. */
  readonly badRows: ReadonlyMap<string, number>;
  /** Seconds since a sync last read all sources; `undefined`: none ever did. */
  readonly successAge: number | undefined;
}

/** Blocks of polls in ClickHouse. */
export interface PollBlocks {
  readonly pending: number;
  /** For how long the oldest pending one has been pending, seconds. */
  readonly pendingAge: number;
  readonly withdrawn: number;
  /** The servers; without figures, if they do not answer. */
  readonly replicas: readonly {
    readonly place: string;
    readonly shard: number;
    /** Parts of the table of polls. */
    readonly parts: number | undefined;
    /** For how long it has lacked polls that others have, seconds. */
    readonly delay: number | undefined;
  }[];
}

/** The last outcomes of something that this server writes. */
export interface WriterOutcomes {
  readonly name: string;
  readonly failing: boolean;
  /** When it last succeeded, milliseconds since 1970; `undefined`: not since the start. */
  readonly lastSuccess: number | undefined;
}

/** The result of a source in a sync. */
export interface SyncedSource {
  readonly feed: string;
  readonly status: string;
  /** Whether its current content has bad rows, read in this sync or earlier. */
  readonly hasBadRows: boolean;
}

const POLL_SOURCES = ['api', 'import', 'sync', 'poller'] as const;
/** Where polls come from. */
export type PollSource = (typeof POLL_SOURCES)[number];

/** The Prometheus metrics. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #reports: Histogram<'outcome'>;
  readonly #polls: Counter<'source'>;
  readonly #mail: Counter<'kind' | 'outcome'>;
  readonly #syncRuns: Counter<'outcome'>;
  readonly #syncSources: Counter<'feed' | 'outcome'>;
  readonly #notifications: Counter<'channel' | 'outcome'>;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'restaurant_monitor_request_duration_seconds',
      help: 'Duration of HTTP requests by route pattern',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    });
    this.#reports = new Histogram({
      name: 'restaurant_monitor_report_duration_seconds',
      help: 'Duration of reports from the time a worker claims them',
      labelNames: ['outcome'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.#polls = new Counter({
      name: 'restaurant_monitor_polls_received_total',
      help: 'Polls that this server has received, new or not',
      labelNames: ['source'],
      registers,
    });
    for (const source of POLL_SOURCES) this.polls(source, 0);
    this.#mail = new Counter({
      name: 'restaurant_monitor_mail_messages_total',
      help: 'Attempts to send mail by this server; retried: it will try again; failed: given up; dropped: too many were waiting',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#syncRuns = new Counter({
      name: 'restaurant_monitor_sync_runs_total',
      help: 'Syncs on this server; failed: a source could not be read or the sync was interrupted; partial: a source has bad rows',
      labelNames: ['outcome'],
      registers,
    });
    this.#syncSources = new Counter({
      name: 'restaurant_monitor_sync_sources_total',
      help: 'Sources in the syncs of this server, by feed and outcome',
      labelNames: ['feed', 'outcome'],
      registers,
    });
    this.#notifications = new Counter({
      name: 'restaurant_monitor_notifications_total',
      help: 'Attempts of this server to send a message, by channel and outcome; retry: it will be tried again',
      labelNames: ['channel', 'outcome'],
      registers,
    });
  }

  /** Counts an attempt to send a message. */
  notification(channel: string, outcome: 'sent' | 'retry' | 'failed' | 'gone'): void {
    this.#notifications.inc({ channel, outcome });
  }

  /** @param route the pattern, such as `/api/v1/stores/:store_id`, since the number of paths is unlimited */
  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }

  report(outcome: 'complete' | 'failed', seconds: number): void {
    this.#reports.observe({ outcome }, seconds);
  }

  polls(source: PollSource, count: number): void {
    this.#polls.inc({ source }, count);
  }

  /** @param kind of the message, such as `password reset` */
  mail(kind: string, outcome: 'sent' | 'retried' | 'failed' | 'dropped'): void {
    this.#mail.inc({ kind: kind.replaceAll(' ', '_'), outcome });
  }

  /** @param look called at every scrape; the number of messages that wait */
  watchMail(look: () => number): void {
    new Gauge({
      name: 'restaurant_monitor_mail_waiting',
      help: 'Messages that this server is sending, or will try to send again',
      registers: [this.#registry],
      collect() {
        this.set(look());
      },
    });
  }

  /** @param sources the result of each source of a sync */
  sync(sources: readonly SyncedSource[], brokenOff: boolean): void {
    const failed = brokenOff || sources.some(({ status }) => status === 'failed');
    const partial = sources.some(({ hasBadRows }) => hasBadRows);
    this.#syncRuns.inc({ outcome: failed ? 'failed' : partial ? 'partial' : 'complete' });
    for (const { feed, status } of sources) this.#syncSources.inc({ feed, outcome: status });
  }

  /** @param look called at every scrape, so it must be cheap; if it fails, the metrics are omitted */
  watchFleet(look: () => Promise<FleetGauges>): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'restaurant_monitor_latest_poll_age_seconds',
      help: 'Age of the latest poll of all stores; absent if there are no polls',
      registers,
      async collect() {
        this.remove();
        const age = await look().then(({ pollAge }) => pollAge, nothing);
        if (age !== undefined) this.set(age);
      },
    });
    new Gauge({
      name: 'restaurant_monitor_stores',
      help: 'Stores by state',
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
      help: 'Offline stores by the reason of their last poll; none: no reason',
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
      help: 'Stores whose business hours or time zone could not be read',
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

  /** @param look called at every scrape */
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
    gauge('probes_running', 'Probes in progress', ({ running }) => running);
    gauge('probes_waiting', 'Probes waiting for a free slot', ({ waiting }) => waiting);
    gauge('polls_pending', 'Polls not yet stored in the database', ({ pending }) => pending);
    gauge('trouble', '1 during a self-outage, while the prober observes nothing', ({ selfOutageSince }) =>
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
    total('probes', 'Probes started', ({ probes }) => probes);
    total('unobserved', 'Probes without a result for the store', ({ unobserved }) => unobserved);
    total('skipped', 'Slots that ended without a poll and are in a coverage gap', ({ skipped }) => skipped);
    total('write_failures', 'Failed writes of polls to the day file or the database', (poller) => poller.writeFailures);
    new Counter({
      name: 'restaurant_monitor_poller_polls_total',
      help: 'Polls by status',
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
      help: 'Inactive polls by reason',
      labelNames: ['reason'],
      registers,
      collect() {
        this.reset();
        for (const [reason, polls] of look().inactiveReasons) this.inc({ reason }, polls);
      },
    });
  }

  /** @param look called at every scrape; if it fails, the metrics are omitted */
  watchSyncs(look: () => Promise<SyncGauges>): void {
    for (const outcome of ['complete', 'partial', 'failed']) this.#syncRuns.inc({ outcome }, 0);
    const { gauge, once } = this.#gaugesOf('sync_', look);
    new Gauge({
      name: 'restaurant_monitor_sync_bad_rows',
      help: 'Bad rows in the current content of the sources, by feed',
      labelNames: ['feed'],
      registers: [this.#registry],
      async collect() {
        this.reset();
        for (const [feed, rows] of (await once())?.badRows ?? []) this.set({ feed }, rows);
      },
    });
    gauge('failing_sources', 'Sources that the last sync could not read', ({ failing }) => failing);
    gauge(
      'success_age_seconds',
      'Time since a sync last read all its sources; absent if none ever did',
      ({ successAge }) => successAge,
    );
  }

  /** @param look asked at every scrape; if it fails, the metrics are omitted */
  watchPollBlocks(look: () => Promise<PollBlocks>): void {
    const { gauge, once } = this.#gaugesOf('', look);
    gauge('poll_blocks_pending', 'Blocks of polls that are being written to ClickHouse', ({ pending }) => pending);
    gauge(
      'poll_blocks_pending_age_seconds',
      'For how long the oldest pending block of polls has been pending; 0: none is',
      ({ pendingAge }) => pendingAge,
    );
    gauge('poll_blocks_withdrawn', 'Blocks of polls that failed and do not count', ({ withdrawn }) => withdrawn);
    type Replica = PollBlocks['replicas'][number];
    const ofReplicas = (name: string, help: string, value: (replica: Replica) => number | undefined) =>
      new Gauge({
        ...{ name: `restaurant_monitor_clickhouse_${name}`, help, registers: [this.#registry] },
        labelNames: ['shard', 'server'],
        async collect() {
          this.reset();
          for (const replica of (await once())?.replicas ?? []) {
            const current = value(replica);
            if (current !== undefined) this.set({ shard: replica.shard, server: replica.place }, current);
          }
        },
      });
    ofReplicas('up', 'Whether the ClickHouse server answers, and has its tables', ({ parts }) =>
      parts === undefined ? 0 : 1,
    );
    ofReplicas('parts', 'Active parts of the table of polls', ({ parts }) => parts);
    ofReplicas('replica_delay_seconds', 'For how long the server has lacked polls of its shard', ({ delay }) => delay);
  }

  /** Makes gauges of one answer for each scrape, which all of them await; without an answer, they are omitted. */
  #gaugesOf<T>(prefix: string, look: () => Promise<T>) {
    const registers = [this.#registry];
    let asked: Promise<T | undefined> | undefined;
    const once = () => {
      asked ??= look()
        .catch(nothing)
        .finally(() => {
          asked = undefined;
        });
      return asked;
    };
    const gauge = (name: string, help: string, value: (answer: T) => number | undefined) =>
      new Gauge({
        ...{ name: `restaurant_monitor_${prefix}${name}`, help, registers },
        async collect() {
          this.remove();
          const answer = await once();
          const current = answer && value(answer);
          if (current !== undefined) this.set(current);
        },
      });
    return { gauge, once };
  }

  /** @param look asked at every scrape */
  watchWriters(look: () => readonly WriterOutcomes[]): void {
    const registers = [this.#registry];
    new Gauge({
      name: 'restaurant_monitor_writer_failing',
      help: '1 while the last write of this kind failed on this server',
      labelNames: ['writer'],
      registers,
      collect() {
        this.reset();
        for (const { name, failing } of look()) this.set({ writer: name }, failing ? 1 : 0);
      },
    });
    new Gauge({
      name: 'restaurant_monitor_writer_success_timestamp_seconds',
      help: 'When the last write of this kind succeeded on this server; absent if none has since it started',
      labelNames: ['writer'],
      registers,
      collect() {
        this.reset();
        for (const { name, lastSuccess } of look()) {
          if (lastSuccess !== undefined) this.set({ writer: name }, lastSuccess / 1_000);
        }
      },
    });
  }

  /** Adds the values of this process: memory, processor time, delays of its event loop. They are measured from now on. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param look asked at every scrape; how often the wall clock was set since the start */
  watchClock(look: () => number): void {
    new Counter({
      name: 'restaurant_monitor_clock_steps_total',
      help: 'Times that the system clock was set by more than a second while this server was running',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(look());
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
