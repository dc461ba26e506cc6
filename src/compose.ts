import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Accounts } from './accounts/service.ts';
import { checkListening } from './accounts/start.ts';
import { type BackupSource, createBackup } from './backup/create.ts';
import { zoneRelease, zoneWarning } from './calendar/tzdb.ts';
import { createProber, createSyncs, createWriteChecks, SERVER, type Sink, startClock } from './compose/background.ts';
import { type Config, type DatabaseLocation, isLive } from './config/config.ts';
import { endOfLifeWarning } from './config/node-releases.ts';
import { ControlListener } from './control/listener.ts';
import { duckdbLimits } from './duckdb/limits.ts';
import { Freshness } from './fleet/freshness.ts';
import { FleetService } from './fleet/service.ts';
import { Health } from './health/health.ts';
import { buildApp } from './http/app.ts';
import type { App, Authenticator } from './http/types.ts';
import { PollAppender } from './intake/api/appender.ts';
import { PollService } from './intake/api/service.ts';
import { pollsIn } from './intake/feeds/import.ts';
import { limitsWithin } from './intake/feeds/limits.ts';
import { FeedReader } from './intake/feeds/reader/reader.ts';
import { apiNameOf } from './intake/feeds/registry.ts';
import { healthWarnings } from './intake/prober/health.ts';
import type { Prober } from './intake/prober/prober.ts';
import type { ProberDependencies } from './intake/prober/prober-dependencies.ts';
import type { SyncDependencies, SyncService } from './intake/sync/service.ts';
import { ImportService } from './intake/uploads/service.ts';
import { UploadsFolder } from './intake/uploads/uploads.ts';
import { abortable } from './lib/abort.ts';
import { DEFAULT_BUDGETS } from './lib/budgets.ts';
import { clearTemporaryFolders } from './lib/temporary-folder.ts';
import { ClockWatch } from './lib/world/clock-watch.ts';
import { CLOCKS } from './lib/world/clocks.ts';
import { after, every } from './lib/world/timers.ts';
import { Outbox } from './mail/outbox.ts';
import { SmtpMailer } from './mail/smtp.ts';
import { Metrics } from './metrics.ts';
import type { OperationContext } from './operations/operation.ts';
import { ResultsFolder } from './reports/results.ts';
import { ReportService } from './reports/service.ts';
import { restoreFile } from './storage/duckdb/restore.ts';
import { DuckdbStorage } from './storage/duckdb/storage.ts';
import type { PollBatch, Storage, StorageAccess } from './storage/ports/storage.ts';
import { PostgresStorage } from './storage/postgres/storage.ts';
import { StoreDirectory } from './stores/directory.ts';
import { StoreService } from './stores/service.ts';
import type { StateSource } from './stores/states.ts';

/** The only place that decides which part talks to which. */
export function openStorage(
  database: DatabaseLocation,
  budgets = DEFAULT_BUDGETS,
  { folders, access = 'write' }: { readonly folders?: readonly string[]; readonly access?: StorageAccess } = {},
): Promise<Storage> {
  const duckdb = { ...duckdbLimits(budgets), folders };
  return database.engine === 'postgres'
    ? PostgresStorage.open(database.url, { maxStores: budgets.stores, staging: duckdb, access })
    : DuckdbStorage.open(database.path, { maxStores: budgets.stores, duckdb, access });
}

/** Where feeds that were read wait to be merged. */
function feedsFolder(config: Config): string {
  return join(config.uploadsDir, 'reading');
}

/** Where the copy of the database lies while a backup is sent. */
function backupsFolder(config: Config): string {
  return join(config.uploadsDir, 'backups');
}

/** Opens DuckDB files. */
export function openFile(budgets = DEFAULT_BUDGETS): BackupSource['openFile'] {
  return (path, access) => openStorage({ engine: 'duckdb', path }, budgets, { access });
}

/** What a backup of a database needs. */
export function backupSource(config: Config, storage: Storage, now = CLOCKS.now): BackupSource {
  return {
    storage,
    engine: config.database.engine,
    results: new ResultsFolder(config.resultsDir),
    workFolder: backupsFolder(config),
    openFile: openFile(config.budgets),
    now,
  };
}

export { restoreFile };

/** A storage that reads no files but what `createReader` left for it. */
export function openServerStorage(config: Config): Promise<Storage> {
  return openStorage(config.database, config.budgets, { folders: [feedsFolder(config), backupsFolder(config)] });
}

/** Reads feeds for a storage in a process of its own. */
export function createReader(config: Config, storage: Storage, log: Logger): FeedReader {
  return new FeedReader({
    folder: feedsFolder(config),
    limits: limitsWithin(config.budgets),
    duckdb: duckdbLimits(config.budgets),
    storesAmong: async (ids) => new Set((await storage.snapshot((snapshot) => snapshot.storesNamed(ids))).ids),
    log,
  });
}

/**
 * Lets the commands of this machine reach the process that has a DuckDB file open; `undefined` where every process can
 * open the database, or none.
 */
export function createControl(config: Config, log: Logger, context: OperationContext): ControlListener | undefined {
  const { database, uploadsDir } = config;
  if (database.engine !== 'duckdb' || database.path === undefined) return undefined;
  return new ControlListener({ database: database.path, spoolFolder: join(uploadsDir, 'commands'), context, log });
}

/** A database that is gone with the process. */
export const IN_MEMORY: DatabaseLocation = { engine: 'duckdb', path: undefined };

/** What waits to be mailed; `undefined` without a mail server. */
export function createOutbox({ mail }: Pick<Config, 'mail'>, log: Logger): Outbox | undefined {
  return mail && new Outbox({ mailer: new SmtpMailer(mail), log });
}

/** The accounts in an opened storage. */
export function openAccounts(
  storage: Storage,
  { signIn, publicUrl }: Pick<Config, 'signIn' | 'publicUrl'>,
  outbox: Outbox | undefined,
  { now, elapsed } = CLOCKS,
): Accounts {
  return new Accounts({
    ...{ catalog: storage.accounts, now, elapsed, secretKey: signIn.secretKey, oidc: signIn.oidc },
    mail: outbox === undefined || publicUrl === undefined ? undefined : { outbox, publicUrl },
  });
}

/** What a server does beside answering requests over HTTP. */
export interface Services {
  readonly accounts: Accounts;
  readonly clock: ClockWatch;
  readonly directory: StoreDirectory;
  readonly fleet: FleetService;
  readonly freshness: Freshness;
  readonly health: Health;
  readonly imports: ImportService;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly polls: PollService;
  /** `undefined`: this server does not poll. */
  readonly prober: Prober | undefined;
  readonly reports: ReportService;
  readonly stores: StoreService;
  readonly syncs: SyncService;
  /** Takes up what an earlier process left, and begins to work. */
  start(): Promise<void>;
  /** Ends reports, imports, syncs and probes. The storage stays open. */
  stop(): Promise<void>;
}

export interface Server
  extends Pick<Services, 'accounts' | 'reports' | 'imports' | 'syncs' | 'prober' | 'metrics' | 'log'> {
  readonly app: App;
  /** What the operations of the command line work on. */
  readonly operations: OperationContext;
  /** Listens; returns the address, such as `http://127.0.0.1:5000`. */
  listen(): Promise<string>;
  /** Ends requests, reports and imports, then closes the database. */
  close(): Promise<void>;
}

/** Parts of the services that a test or a simulation may replace. */
export interface ServiceParts {
  /** The wall clock, milliseconds. */
  readonly now?: () => number;
  /** The monotonic clock, milliseconds; `now`, if only that is given. */
  readonly elapsed?: () => number;
  /** How a sync waits before it tries a source again. */
  readonly wait?: SyncDependencies['wait'];
  readonly log?: Logger;
  /** Reads the feeds that come in. */
  readonly reader?: Pick<FeedReader, 'read' | 'clear'>;
  /** Makes the requests of probes. */
  readonly client?: ProberDependencies['client'];
  /** This server among those on the same database. */
  readonly server?: string;
}

/** Parts that a test may have otherwise. */
export interface ServerParts extends ServiceParts {
  readonly authenticator?: Authenticator;
  readonly states?: StateSource;
  /** The folder of the built dashboard; by default that of this program. */
  readonly dashboard?: string;
}

/** The log of a program that goes on running; begins with what is wrong with the Node that it runs on. */
export function openLog(level: string, now: () => number): Logger {
  const log = pino({ level });
  const warning = endOfLifeWarning(process.versions.node, now());
  if (warning !== undefined) log.warn(warning);
  return log;
}

/** The services of a server on an opened storage, not yet at work. */
export function createServices(config: Config, storage: Storage, parts: ServiceParts = {}): Services {
  const now = parts.now ?? CLOCKS.now;
  const elapsed = parts.elapsed ?? parts.now ?? CLOCKS.elapsed;
  const server = parts.server ?? SERVER;
  const log = parts.log ?? openLog(config.logLevel, now);
  const clock = new ClockWatch({ clocks: { now, elapsed }, log });
  const outbox = createOutbox(config, log);
  const accounts = openAccounts(storage, config, outbox, { now, elapsed });
  const metrics = new Metrics();
  metrics.watchClock(() => clock.steps);
  const health = new Health({ now, elapsed });
  metrics.watchWriters(() => health.writers());
  const reports = new ReportService({
    storage,
    budgets: config.budgets,
    results: new ResultsFolder(config.resultsDir),
    estimator: config.estimator,
    pollInterval: config.poll.interval,
    live: isLive(config),
    keep: config.reportRetention,
    log,
    now,
    trusted: () => clock.trusted,
    onEnd: (outcome, seconds) => metrics.report(outcome, seconds),
    writer: health.writer('report'),
  });
  const directory = new StoreDirectory({ storage, elapsed });
  const reader = parts.reader ?? createReader(config, storage, log);
  const imports = new ImportService({
    storage,
    budgets: config.budgets,
    uploads: new UploadsFolder(config.uploadsDir),
    reader,
    maxBytes: config.maxUploadBytes,
    maxBadShare: config.maxBadShare,
    keep: config.reportRetention,
    log,
    now,
    trusted: () => clock.trusted,
    onChanged: () => directory.changed(),
    onPolls: (count) => metrics.polls('import', count),
    writer: health.writer('import'),
  });
  const fleet = new FleetService({
    storage,
    directory,
    log,
    now,
    elapsed,
    pollInterval: config.poll.interval,
    waitingPerRequester: config.budgets.waitingQuestionsPerUser,
  });
  metrics.watchFleet(() => fleet.gauges());
  const stores = new StoreService({ storage, directory, now, audit: accounts.audit });
  const appender = new PollAppender(storage);
  const polls = new PollService({
    storage,
    appender: {
      append: health.watching('append', (batch: PollBatch, signal?: AbortSignal) => appender.append(batch, signal)),
    },
    directory,
    stores,
    budgets: config.budgets,
    now,
    trusted: () => clock.trusted,
    onReceived: (count) => metrics.polls('api', count),
  });
  const syncing = config.sync.sources.length > 0 ? health.writer('sync') : undefined;
  const syncs = createSyncs(config, {
    ...{ storage, reader, log, now, server, wait: parts.wait, onChanged: () => directory.changed() },
    trusted: () => clock.trusted,
    onPolls: (count) => metrics.polls('sync', count),
    onEnd: (results, error) => {
      if (error === undefined) syncing?.worked();
      else syncing?.failed(error);
      metrics.sync(
        results.map(({ feed, status, standing }) => ({
          feed: apiNameOf(feed),
          status,
          hasBadRows: standing !== undefined,
        })),
        error !== undefined,
      );
    },
  });
  const sink = (): Sink => ({
    append: health.watching('poller', async (batch: PollBatch) => {
      const counts = await appender.append(batch);
      metrics.polls('poller', batch.ids.length);
      return counts;
    }),
  });
  const prober = config.poll.on
    ? createProber(config, { storage, sink: sink(), directory, log, clock, server, client: parts.client })
    : undefined;
  const checks = createWriteChecks(config, { storage, health, log, now });
  if (config.sync.sources.length > 0) {
    metrics.watchSyncs(async () => {
      const { badRows, ...gauges } = await syncs.gauges();
      return { ...gauges, badRows: new Map([...badRows].map(([feed, rows]) => [apiNameOf(feed), rows])) };
    });
  }
  if (prober !== undefined) metrics.watchPoller(() => prober.stats());
  const freshness = new Freshness({
    ...{ storage, syncs, directory, clock, interval: config.poll.interval },
    troubleSince: () => prober?.stats().selfOutageSince,
    proberWarnings: () => (prober === undefined ? [] : healthWarnings(prober.health())),
    live: isLive(config),
    zoneWarning,
  });
  clock.onStep(() => {
    fleet.drop();
    freshness.drop();
    syncs.reschedule();
  });
  return {
    ...{ accounts, clock, directory, fleet, freshness, health, imports, log, metrics, polls, prober, reports, stores },
    syncs,
    start: async () => {
      await reader.clear();
      await clearTemporaryFolders(backupsFolder(config));
      await startClock(clock, storage);
      checks.start();
      await reports.start();
      await imports.start();
      syncs.start();
      await prober?.start();
    },
    stop: async () => {
      clock.stop();
      const optional = [prober, outbox].filter((one) => one !== undefined);
      await stopWork(storage, [reports, imports, syncs, checks, ...optional]);
    },
  };
}

/**
 * A server on an opened storage, which it takes over.
 *
 * @throws UserError `conflict` when others could reach it and there are no users; the storage stays the caller's
 */
export async function createServer(config: Config, storage: Storage, parts: ServerParts = {}): Promise<Server> {
  const services = createServices(config, storage, parts);
  const { accounts, clock, fleet, imports, log, metrics, prober, reports, syncs } = services;
  await checkListening(accounts, config.host);
  metrics.watchProcess();
  const backup = () => backupSource(config, storage, () => clock.now());
  const operations: OperationContext = {
    ...{ config, storage, accounts, now: () => clock.now() },
    reader: createReader(config, storage, log),
    // A run goes on when the command that asked for it goes away: others may wait for it, too.
    syncs: (signal) => ({ run: (...how) => abortable(syncs.run(...how), signal) }),
    backup: (onProgress) => createBackup({ ...backup(), onProgress }),
    onImported: (summaries) => {
      services.directory.changed();
      metrics.polls('import', pollsIn(summaries));
    },
  };
  const control = createControl(config, log, operations);
  const app = await buildApp({
    ...services,
    storage,
    states: parts.states ?? fleet,
    authenticator: parts.authenticator ?? accounts,
    rateLimit: config.rateLimit,
    trustedProxies: config.trustedProxies,
    corsOrigins: config.corsOrigins,
    budgets: config.budgets,
    publicUrl: config.publicUrl,
    securityContact: config.securityContact,
    createBackup: () => createBackup(backup()),
    dashboard: parts.dashboard,
  });
  return {
    ...{ accounts, app, imports, log, metrics, operations, prober, reports, syncs },
    listen: async () => {
      logZones(log, clock.now());
      await services.start();
      const address = await app.listen({ host: config.host, port: config.port });
      await control?.open();
      return address;
    },
    close: async () => {
      const commands = stopWork(storage, control === undefined ? [] : [control]);
      await Promise.all([commands, closeConnections(app), services.stop()]);
      await storage.close();
    },
  };
}

/** Which rules hold decides every figure. */
function logZones(log: Logger, now: number): void {
  const { version, kind, place } = zoneRelease();
  log.info({ version, source: kind, place }, 'time zone rules');
  const aged = zoneWarning(now);
  if (aged !== undefined) log.warn(aged);
}

/** How long requests and other work that is under way may take to end, milliseconds. */
const GRACE = 5_000;
const SWEEP_INTERVAL = 50;

/** Stops work. What has not ended after some seconds is cut off from the database, which rolls it back. */
export async function stopWork(
  storage: Pick<Storage, 'interrupt'>,
  work: readonly { stop(): Promise<void> }[],
): Promise<void> {
  const interrupt = after(GRACE, () => storage.interrupt());
  try {
    await Promise.all(work.map((one) => one.stop()));
  } finally {
    interrupt.stop();
  }
}

/** A connection that falls idle while the server closes would hold it up for its whole keep-alive time. */
async function closeConnections(app: App): Promise<void> {
  const sweep = every(SWEEP_INTERVAL, () => app.server.closeIdleConnections());
  const force = after(GRACE, () => app.server.closeAllConnections());
  try {
    await app.close();
  } finally {
    sweep.stop();
    force.stop();
  }
}
