import type { Logger } from 'pino';
import type { Accounts } from '../accounts/service.ts';
import { AdjustmentLog } from '../adjustments/log.ts';
import { AdjustmentService } from '../adjustments/service.ts';
import { silentRules } from '../alerts/unreached.ts';
import { currentCalendar, FiscalCalendars } from '../analytics/fiscal-calendars.ts';
import { SavedQuestions } from '../analytics/saved-questions.ts';
import { AnalyticsService } from '../analytics/service.ts';
import { UptimeTargets } from '../analytics/uptime-targets.ts';
import { zoneWarning } from '../calendar/tzdb.ts';
import { type Config, isLive } from '../config/config.ts';
import { Freshness } from '../fleet/freshness.ts';
import type { ReadPlanned } from '../fleet/planned.ts';
import { FleetService } from '../fleet/service.ts';
import { Health } from '../health/health.ts';
import { PollAppender } from '../intake/api/appender.ts';
import { PollService } from '../intake/api/service.ts';
import type { FeedReader } from '../intake/feeds/reader/reader.ts';
import { apiNameOf } from '../intake/feeds/registry.ts';
import { healthWarnings } from '../intake/prober/health.ts';
import type { Prober } from '../intake/prober/prober.ts';
import type { ProberDependencies } from '../intake/prober/prober-dependencies.ts';
import type { SyncDependencies, SyncService } from '../intake/sync/service.ts';
import { ImportService } from '../intake/uploads/service.ts';
import { UploadsFolder } from '../intake/uploads/uploads.ts';
import { clearTemporaryFolders } from '../lib/temporary-folder.ts';
import { ClockWatch } from '../lib/world/clock-watch.ts';
import { CLOCKS } from '../lib/world/clocks.ts';
import { Metrics } from '../metrics.ts';
import type { Kernel } from '../reports/kernel.ts';
import { ResultsFolder } from '../reports/results.ts';
import { ReportService } from '../reports/service.ts';
import { SalesBook } from '../sales/book.ts';
import { SalesSettings } from '../sales/settings.ts';
import type { PollBatch, Storage } from '../storage/ports/storage.ts';
import { StoreDirectory } from '../stores/directory.ts';
import { StoreService } from '../stores/service.ts';
import { type Alerts, createAlerts } from './alerts.ts';
import { createProber, createSyncs, createWriteChecks, SERVER, type Sink, startClock } from './background.ts';
import { createNotifications, type Notifications } from './notifications.ts';
import { createKernel, createOutbox, createReader, openAccounts, openLog } from './parts.ts';
import { stopWork } from './stopping.ts';
import { backupsFolder } from './storages.ts';
import { createSubscriptions, type SubscriptionServices } from './subscriptions.ts';

/** What a server does beside answering requests over HTTP. */
export interface Services {
  readonly accounts: Accounts;
  readonly alerts: Alerts;
  readonly analytics: AnalyticsService;
  readonly clock: ClockWatch;
  readonly directory: StoreDirectory;
  readonly fiscalCalendars: FiscalCalendars;
  readonly fleet: FleetService;
  readonly freshness: Freshness;
  readonly health: Health;
  readonly imports: ImportService;
  readonly adjustments: AdjustmentService;
  readonly kernel: Kernel;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly notifications: Notifications;
  readonly polls: PollService;
  /** `undefined`: this server does not poll. */
  readonly prober: Prober | undefined;
  readonly reports: ReportService;
  readonly savedQuestions: SavedQuestions;
  readonly stores: StoreService;
  readonly subscribing: SubscriptionServices;
  readonly syncs: SyncService;
  readonly uptimeTargets: UptimeTargets;
  readonly salesSettings: SalesSettings;
  /** Takes up what an earlier process left, and begins to work. */
  start(): Promise<void>;
  /** Ends reports, imports, syncs and probes. The storage stays open. */
  stop(): Promise<void>;
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
  /** Computes reports. */
  readonly kernel?: Kernel;
  /** Makes the requests of probes. */
  readonly client?: ProberDependencies['client'];
  /** This server among those on the same database. */
  readonly server?: string;
}

/** The services of a server on an opened storage, not yet at work. */
export function createServices(config: Config, storage: Storage, parts: ServiceParts = {}): Services {
  const now = parts.now ?? CLOCKS.now;
  const elapsed = parts.elapsed ?? parts.now ?? CLOCKS.elapsed;
  const server = parts.server ?? SERVER;
  const log = parts.log ?? openLog(config.logLevel, now);
  const clock = new ClockWatch({ clocks: { now, elapsed }, log });
  const metrics = new Metrics();
  const outbox = createOutbox(config, log, (kind, outcome) => metrics.mail(kind, outcome));
  if (outbox !== undefined) metrics.watchMail(() => outbox.waiting);
  const accounts = openAccounts(storage, config, outbox, { now, elapsed });
  metrics.watchClock(() => clock.steps);
  const health = new Health({ now, elapsed });
  metrics.watchWriters(() => health.writers());
  if (storage.pollBlocks !== undefined) {
    const { pollBlocks } = storage;
    metrics.watchPollBlocks(() => pollBlocks());
  }
  const kernel = parts.kernel ?? createKernel(config, log);
  const reports = new ReportService({
    storage,
    budgets: config.budgets,
    results: new ResultsFolder(config.resultsDir),
    kernel,
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
  const onChanged = () => {
    directory.changed();
    alerts.evaluator.anythingChanged();
  };
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
    onChanged,
    onPolls: (count) => metrics.polls('import', count),
    writer: health.writer('import'),
  });
  const adjustmentLog = new AdjustmentLog({ storage, elapsed });
  const planned: ReadPlanned = async (schedules, from, to) => {
    const window = (await adjustmentLog.current()).times.planned.over(from, to);
    const { base, schedule } = schedules.over(from, to);
    return (store) => window.of(store, schedule.zonesOf(store.key - base));
  };
  const fleet = new FleetService({
    storage,
    directory,
    log,
    now,
    elapsed,
    pollInterval: config.poll.interval,
    planned,
    waitingPerRequester: config.budgets.waitingQuestionsPerUser,
  });
  metrics.watchFleet(() => fleet.gauges());
  const stores = new StoreService({ storage, directory, now, audit: accounts.audit });
  const adjustments = new AdjustmentService({
    ...{ storage, directory, now, audit: accounts.audit, log: adjustmentLog },
    schedules: () => fleet.schedules(),
  });
  const sales = new SalesBook({ storage, elapsed, pollInterval: config.poll.interval });
  const analytics = new AnalyticsService({
    ...{ storage, now, sales, pollInterval: config.poll.interval, adjustments: adjustmentLog },
    schedules: () => fleet.schedules(),
    fiscalCalendar: () => currentCalendar(storage),
    waitingPerRequester: config.budgets.waitingQuestionsPerUser,
  });
  const fiscalCalendars = new FiscalCalendars({ storage, now, audit: accounts.audit });
  const savedQuestions = new SavedQuestions({ storage, directory, now, audit: accounts.audit });
  const uptimeTargets = new UptimeTargets({ storage, directory, now, audit: accounts.audit });
  const salesSettings = new SalesSettings({ storage, now, audit: accounts.audit });
  const alerts = createAlerts(config, {
    ...{ storage, directory, fleet, log, clock, server, planned, audit: accounts.audit },
    onMessages: () => notifications.worker.wake(),
    deliveriesLookedAt: () => notifications.worker.lookedAt,
  });
  const appender = new PollAppender(storage);
  const append = async (batch: PollBatch, signal?: AbortSignal) => {
    const counts = await appender.append(batch, signal);
    alerts.evaluator.pollsStored(batch);
    return counts;
  };
  const polls = new PollService({
    storage,
    appender: {
      append: health.watching('append', append),
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
    ...{ storage, reader, log, now, server, wait: parts.wait, onChanged },
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
      const counts = await append(batch);
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
  const subscribing = createSubscriptions(config, {
    ...{ storage, analytics, directory, log, server, questions: savedQuestions, audit: accounts.audit },
    ...{ now: () => clock.now(), trusted: () => clock.trusted, onMessages: () => notifications.worker.wake() },
  });
  const notifications = createNotifications(config, {
    ...{ storage, log, metrics, audit: accounts.audit, now: () => clock.now(), trusted: () => clock.trusted },
    acknowledgeLinks: (delivery) => alerts.linkTo(delivery),
    subscriptionMails: subscribing.mails,
  });
  const freshness = new Freshness({
    ...{ storage, syncs, directory, clock, interval: config.poll.interval },
    troubleSince: () => prober?.stats().selfOutageSince,
    proberWarnings: () => (prober === undefined ? [] : healthWarnings(prober.health())),
    alertWarnings: () => silentRules(storage, directory),
    live: isLive(config),
    zoneWarning,
  });
  clock.onStep(({ by }) => {
    if (by < 0) notifications.worker.clockSetBack();
    fleet.drop();
    freshness.drop();
    syncs.reschedule();
  });
  return {
    ...{
      accounts,
      alerts,
      analytics,
      clock,
      directory,
      fiscalCalendars,
      fleet,
      freshness,
      health,
      imports,
      adjustments,
      kernel,
      log,
    },
    ...{ metrics, notifications, polls, prober, reports, savedQuestions, stores, subscribing, syncs },
    uptimeTargets,
    salesSettings,
    start: async () => {
      await reader.clear();
      await clearTemporaryFolders(backupsFolder(config));
      await startClock(clock, storage);
      checks.start();
      await reports.start();
      await imports.start();
      syncs.start();
      alerts.start();
      subscribing.sender.start();
      notifications.start();
      await prober?.start();
    },
    stop: async () => {
      clock.stop();
      const optional = [prober, outbox].filter((one) => one !== undefined);
      const work = [alerts, reports, imports, syncs, checks, notifications, subscribing.sender];
      await stopWork(storage, [...work, ...optional]);
      await kernel.close();
    },
  };
}
