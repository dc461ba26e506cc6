import { type Logger, pino } from 'pino';
import { Accounts } from './accounts/service.ts';
import { checkListening } from './accounts/start.ts';
import type { Config, DatabaseLocation } from './config.ts';
import { writeParquet } from './duckdb/parquet.ts';
import { FleetService } from './fleet/service.ts';
import type { Authenticator } from './http/access.ts';
import { buildApp } from './http/app.ts';
import type { App } from './http/types.ts';
import { ImportService } from './imports/service.ts';
import { UploadsFolder } from './imports/uploads.ts';
import { Metrics } from './metrics.ts';
import { PollService } from './polls/service.ts';
import { ResultsFolder } from './reports/results.ts';
import { ReportService } from './reports/service.ts';
import { DuckdbStorage } from './storage/duckdb/storage.ts';
import type { Storage } from './storage/ports.ts';
import { PostgresStorage } from './storage/postgres/storage.ts';
import { StoreDirectory } from './stores/directory.ts';
import { StoreService } from './stores/service.ts';
import type { StateSource } from './stores/states.ts';

/** The only place that decides which part talks to which. */
export function openStorage(database: DatabaseLocation): Promise<Storage> {
  return database.engine === 'postgres' ? PostgresStorage.open(database.url) : DuckdbStorage.open(database.path);
}

export { writeParquet };

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };

/** The accounts in an opened storage. */
export function openAccounts(storage: Storage, now = Date.now): Accounts {
  return new Accounts({ catalog: storage.accounts, now });
}

export interface Server {
  readonly app: App;
  readonly accounts: Accounts;
  readonly reports: ReportService;
  readonly imports: ImportService;
  readonly log: Logger;
  /** Listens; returns the address, such as `http://127.0.0.1:5000`. */
  listen(): Promise<string>;
  /** Ends requests, reports and imports, then closes the database. */
  close(): Promise<void>;
}

/** Parts that a test may have otherwise. */
export interface ServerParts {
  readonly authenticator?: Authenticator;
  readonly states?: StateSource;
  /** The clock, milliseconds. */
  readonly now?: () => number;
}

/**
 * A server on an opened storage, which it takes over.
 *
 * @throws UserError `conflict` when others could reach it and there are no users; the storage stays the caller's
 */
export async function createServer(config: Config, storage: Storage, parts: ServerParts = {}): Promise<Server> {
  const now = parts.now ?? Date.now;
  const accounts = openAccounts(storage, now);
  await checkListening(accounts, config.host);
  const log = pino({ level: config.logLevel });
  const metrics = new Metrics();
  const reports = new ReportService({
    storage,
    results: new ResultsFolder(config.resultsDir),
    writeParquet,
    estimator: config.estimator,
    keep: config.reportRetention,
    log,
    now,
    onEnd: (outcome, seconds) => metrics.report(outcome, seconds),
  });
  const directory = new StoreDirectory({ storage, now });
  const imports = new ImportService({
    storage,
    uploads: new UploadsFolder(config.uploadsDir),
    maxBytes: config.maxUploadBytes,
    keep: config.reportRetention,
    log,
    now,
    onChanged: () => directory.changed(),
  });
  const fleet = new FleetService({ storage, directory, log, now, pollInterval: config.pollInterval });
  metrics.watchFleet(() => fleet.gauges());
  const states = parts.states ?? fleet;
  const stores = new StoreService({ storage, directory, now, audit: accounts.audit });
  const polls = new PollService({
    storage,
    directory,
    stores,
    now,
    onReceived: (count) => metrics.polls('api', count),
  });
  const authenticator = parts.authenticator ?? accounts;
  const app = await buildApp({
    storage,
    reports,
    imports,
    directory,
    states,
    stores,
    polls,
    fleet,
    metrics,
    accounts,
    authenticator,
    rateLimit: config.rateLimit,
    log,
  });
  return {
    app,
    accounts,
    reports,
    imports,
    log,
    listen: async () => {
      await reports.start();
      await imports.start();
      return app.listen({ host: config.host, port: config.port });
    },
    close: async () => {
      await closeConnections(app);
      await reports.stop();
      await imports.stop();
      await storage.close();
    },
  };
}

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
