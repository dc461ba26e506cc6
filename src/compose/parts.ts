import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Accounts } from '../accounts/service.ts';
import { AdjustmentLog } from '../adjustments/log.ts';
import { AdjustmentService } from '../adjustments/service.ts';
import { currentCalendar } from '../analytics/fiscal-calendars.ts';
import { AnalyticsService } from '../analytics/service.ts';
import type { Config } from '../config/config.ts';
import { endOfLifeWarning } from '../config/node-releases.ts';
import { ControlListener } from '../control/listener.ts';
import { duckdbLimits } from '../duckdb/limits.ts';
import { Schedules } from '../fleet/schedules.ts';
import { limitsWithin } from '../intake/feeds/limits.ts';
import { FeedReader } from '../intake/feeds/reader/reader.ts';
import { CLOCKS } from '../lib/world/clocks.ts';
import { type MailOutcome, Outbox } from '../mail/outbox.ts';
import { SmtpMailer } from '../mail/smtp.ts';
import type { OperationContext } from '../operations/operation.ts';
import { ThreadKernel } from '../reports/threads/kernel.ts';
import { SalesBook } from '../sales/book.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { StoreDirectory } from '../stores/directory.ts';
import { feedsFolder } from './storages.ts';

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

/** Computes reports in threads of this process. */
export function createKernel({ workers }: Pick<Config, 'workers'>, log: Logger): ThreadKernel {
  return new ThreadKernel({
    threads: workers,
    onDeath: (reason) => log.warn({ reason }, 'a computing thread ended unexpectedly; another one takes over'),
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

/** What waits to be mailed; `undefined` without a mail server. */
export function createOutbox(
  { mail }: Pick<Config, 'mail'>,
  log: Logger,
  onOutcome?: (kind: string, outcome: MailOutcome) => void,
): Outbox | undefined {
  return mail && new Outbox({ mailer: new SmtpMailer(mail), log, ...(onOutcome && { onOutcome }) });
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

/** Planned downtime in an opened storage, without the services of a server. */
export function openAdjustments(
  storage: Storage,
  { audit }: Pick<Accounts, 'audit'>,
  { now, elapsed } = CLOCKS,
): AdjustmentService {
  const directory = new StoreDirectory({ storage, elapsed });
  const schedules = new Schedules(storage, directory);
  return new AdjustmentService({
    ...{ storage, directory, now, audit, log: new AdjustmentLog({ storage, elapsed }) },
    schedules: () => schedules.current(),
  });
}

/** The same for analytics. */
export function openAnalytics(storage: Storage, config: Config, { now, elapsed } = CLOCKS): AnalyticsService {
  const schedules = new Schedules(storage, new StoreDirectory({ storage, elapsed }));
  const sales = new SalesBook({ storage, elapsed, pollInterval: config.poll.interval });
  return new AnalyticsService({
    ...{
      storage,
      now,
      sales,
      pollInterval: config.poll.interval,
      adjustments: new AdjustmentLog({ storage, elapsed }),
    },
    schedules: () => schedules.current(),
    fiscalCalendar: () => currentCalendar(storage),
    waitingPerRequester: config.budgets.waitingQuestionsPerUser,
  });
}

/** The log of a long-running program. It begins with a warning if its version of Node gets no security fixes. */
export function openLog(level: string, now: () => number): Logger {
  const log = pino({ level });
  const warning = endOfLifeWarning(process.versions.node, now());
  if (warning !== undefined) log.warn(warning);
  return log;
}
