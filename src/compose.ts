import { type Logger, pino } from 'pino';
import type { Config, DatabaseLocation } from './config.ts';
import { writeParquet } from './duckdb/parquet.ts';
import type { Authenticator } from './http/access.ts';
import { buildApp } from './http/app.ts';
import type { App } from './http/types.ts';
import { ImportService } from './imports/service.ts';
import { UploadsFolder } from './imports/uploads.ts';
import { ResultsFolder } from './reports/results.ts';
import { ReportService } from './reports/service.ts';
import { DuckdbStorage } from './storage/duckdb/storage.ts';
import type { Storage } from './storage/ports.ts';
import { PostgresStorage } from './storage/postgres/storage.ts';

/** The only place that decides which part talks to which. */
export function openStorage(database: DatabaseLocation): Promise<Storage> {
  return database.engine === 'postgres' ? PostgresStorage.open(database.url) : DuckdbStorage.open(database.path);
}

export { writeParquet };

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };

export interface Server {
  readonly app: App;
  readonly reports: ReportService;
  readonly imports: ImportService;
  readonly log: Logger;
  /** Listens; returns the address, such as `http://127.0.0.1:5000`. */
  listen(): Promise<string>;
  /** Ends requests, reports and imports, then closes the database. */
  close(): Promise<void>;
}

/** As long as there are no users. */
const EVERYBODY: Authenticator = {
  hasUsers: async () => false,
  principalOfSession: async () => undefined,
  principalOfKey: async () => undefined,
};

/** What may be put in the place of the usual. */
export interface ServerParts {
  readonly authenticator?: Authenticator;
  /** Is told when an import over HTTP has changed something. */
  readonly onChanged?: () => void;
}

/** A server on an opened storage, which it takes over. */
export async function createServer(
  config: Config,
  storage: Storage,
  { authenticator = EVERYBODY, onChanged = () => {} }: ServerParts = {},
): Promise<Server> {
  const log = pino({ level: config.logLevel });
  const now = Date.now;
  const results = new ResultsFolder(config.resultsDir);
  const reports = new ReportService({ storage, results, writeParquet, keep: config.reportRetention, log, now });
  const imports = new ImportService({
    ...{ storage, uploads: new UploadsFolder(config.uploadsDir), maxBytes: config.maxUploadBytes },
    ...{ keep: config.reportRetention, log, now, onChanged },
  });
  const app = await buildApp({ storage, reports, imports, authenticator, log });
  return {
    app,
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
