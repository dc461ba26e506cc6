import { type Logger, pino } from 'pino';
import type { Config, DatabaseLocation } from './config.ts';
import type { Authenticator } from './http/access.ts';
import { buildApp } from './http/app.ts';
import type { App } from './http/types.ts';
import { PollService } from './polls/service.ts';
import { ResultsFolder } from './reports/results.ts';
import { ReportService } from './reports/service.ts';
import { DuckdbStorage } from './storage/duckdb/storage.ts';
import type { Storage } from './storage/ports.ts';
import { PostgresStorage } from './storage/postgres/storage.ts';
import { StoreDirectory } from './stores/directory.ts';
import { StoreService } from './stores/service.ts';
import { NobodyWatches, type StateSource } from './stores/states.ts';

/** The only place that decides which part talks to which. */
export function openStorage(database: DatabaseLocation): Promise<Storage> {
  return database.engine === 'postgres' ? PostgresStorage.open(database.url) : DuckdbStorage.open(database.path);
}

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };

export interface Server {
  readonly app: App;
  readonly reports: ReportService;
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
  const app = await buildApp({ storage, reports, directory, states, stores, polls, authenticator, log });
  return {
    app,
    reports,
    log,
    listen: async () => {
      await reports.start();
      return app.listen({ host: config.host, port: config.port });
    },
    close: async () => {
      await closeConnections(app);
      await reports.stop();
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
