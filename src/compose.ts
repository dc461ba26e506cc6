import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import type { Config, DatabaseLocation } from './config.ts';
import { Freshness } from './freshness.ts';
import type { Authenticator } from './http/access.ts';
import { buildApp } from './http/app.ts';
import type { App } from './http/types.ts';
import { AddressGuard } from './poller/addresses.ts';
import { controlOf } from './poller/control.ts';
import { Exchanger } from './poller/exchange.ts';
import { StoredPolls } from './poller/history.ts';
import { Membership } from './poller/members.ts';
import { CONFIRM_AFTER, Poller } from './poller/poller.ts';
import { Prober } from './poller/probe.ts';
import { GuardedResolver, resolveBySystem } from './poller/resolver.ts';
import { PollAppender } from './polls/appender.ts';
import { PollService } from './polls/service.ts';
import { ResultsFolder } from './reports/results.ts';
import { ReportService } from './reports/service.ts';
import { DuckdbStorage } from './storage/duckdb/storage.ts';
import type { Storage } from './storage/ports.ts';
import { PostgresStorage } from './storage/postgres/storage.ts';
import { StoreDirectory } from './stores/directory.ts';
import { StoreService } from './stores/service.ts';
import { NobodyWatches, type StateSource } from './stores/states.ts';
import { hourly } from './sync/cadence.ts';
import { SyncService } from './sync/service.ts';

/** The only place that decides which part talks to which. */
export function openStorage(database: DatabaseLocation): Promise<Storage> {
  return database.engine === 'postgres' ? PostgresStorage.open(database.url) : DuckdbStorage.open(database.path);
}

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };

export interface Server {
  readonly app: App;
  readonly reports: ReportService;
  readonly syncs: SyncService;
  readonly log: Logger;
  /** Listens; returns the address, such as `http://127.0.0.1:5000`. */
  listen(): Promise<string>;
  /** Ends requests and reports, then closes the database. */
  close(): Promise<void>;
}

/** As long as there are no users. */
const EVERYBODY: Authenticator = {
  hasUsers: async () => false,
  principalOfSession: async () => undefined,
  principalOfKey: async () => undefined,
};

/** Parts that a test may have otherwise. */
export interface ServerParts {
  readonly authenticator?: Authenticator;
  readonly states?: StateSource;
  /** The clock, milliseconds. */
  readonly now?: () => number;
}

/** A server on an opened storage, which it takes over. */
export async function createServer(config: Config, storage: Storage, parts: ServerParts = {}): Promise<Server> {
  const now = parts.now ?? Date.now;
  const log = pino({ level: config.logLevel });
  const reports = new ReportService({ storage, results: new ResultsFolder(config.resultsDir), log, now });
  const directory = new StoreDirectory({ storage, now });
  const states = parts.states ?? new NobodyWatches(now);
  const stores = new StoreService({ storage, directory, now, audit: async () => {} });
  const polls = new PollService({ storage, directory, stores, now });
  const authenticator = parts.authenticator ?? EVERYBODY;
  const syncs = createSyncs(config, storage, log, now);
  const poller = config.poll.on ? createPoller(config, storage, directory, log, now) : undefined;
  const freshness = new Freshness({
    ...{ storage, syncs, now, interval: config.poll.interval },
    troubleSince: () => poller?.stats().troubleSince,
    live: config.poll.on || config.sync.sources.length > 0,
  });
  const app = await buildApp({ storage, reports, freshness, directory, states, stores, polls, authenticator, log });
  return {
    app,
    reports,
    syncs,
    log,
    listen: async () => {
      await reports.start();
      syncs.start();
      await poller?.start();
      return app.listen({ host: config.host, port: config.port });
    },
    close: async () => {
      await closeConnections(app);
      await Promise.all([reports.stop(), syncs.stop(), poller?.stop()]);
      await storage.close();
    },
  };
}

/** The sources that the configuration names, and when they are read. */
export function createSyncs(config: Config, storage: Storage, log: Logger, now: () => number): SyncService {
  const { sources, spread, timeout, maxBytes } = config.sync;
  const { database } = config;
  const place = database.engine === 'postgres' ? database.url : `${hostname()} ${resolve(database.path ?? '')}`;
  return new SyncService({
    ...{ storage, sources, log, now, wait: sleep, server: SERVER, limits: { timeout, maxBytes } },
    ...{ cadence: hourly(place, spread), rejectsDir: join('var', 'rejects') },
  });
}

/** This server among those on the same database. */
const SERVER = `${hostname()} ${process.pid} ${randomUUID().slice(0, 8)}`;

/** A poller of the stores that have a URL to probe. */
export function createPoller(
  config: Config,
  storage: Storage,
  directory: StoreDirectory,
  log: Logger,
  now: () => number,
): Poller {
  const { rule, allowPrivate, control, perHost } = config.poll;
  const exchanger = (guard: AddressGuard) => new Exchanger(new GuardedResolver(guard, resolveBySystem, now), perHost);
  // What else a member may have begun when another takes over its stores: a probe, its confirmation, its judgement.
  const handover = CONFIRM_AFTER + 4 * rule.timeout;
  const appender = new PollAppender(storage);
  return new Poller(
    {
      prober: new Prober(rule, exchanger(new AddressGuard(allowPrivate))),
      targets: async () => (await directory.current()).entries.map(({ id, probeUrl }) => ({ id, url: probeUrl })),
      history: new StoredPolls(storage),
      sink: appender,
      gaps: storage.gaps,
      membership: storage.members && new Membership(storage.members, SERVER, handover),
      control: controlOf(control, exchanger(new AddressGuard(EVERYWHERE)), rule.timeout),
      ...{ log, now },
    },
    { ...config.poll, server: SERVER },
  );
}

/** Whoever configures the server may name any address. */
const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** How long a request that is under way may take to end. */
const GRACE = 5_000;
const SWEEP_INTERVAL = 50;

/** A connection that falls idle while the server closes would hold it up for its whole keep-alive time. */
async function closeConnections(app: App): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_INTERVAL);
  const force = setTimeout(() => app.server.closeAllConnections(), GRACE);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(force);
  }
}
