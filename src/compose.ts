import type { Logger } from 'pino';
import { checkListening } from './accounts/start.ts';
import { createBackup } from './backup/create.ts';
import { zoneRelease, zoneWarning } from './calendar/tzdb.ts';
import { createControl, createReader } from './compose/parts.ts';
import { createServices, type ServiceParts, type Services } from './compose/services.ts';
import { closeConnections, stopWork } from './compose/stopping.ts';
import { backupSource } from './compose/storages.ts';
import type { Config } from './config/config.ts';
import { buildApp } from './http/app.ts';
import type { App, Authenticator } from './http/types.ts';
import { pollsIn } from './intake/feeds/import.ts';
import { abortable } from './lib/abort.ts';
import type { OperationContext } from './operations/operation.ts';
import type { Storage } from './storage/ports/storage.ts';
import type { StateSource } from './stores/states.ts';

export interface Server
  extends Pick<
    Services,
    | ('accounts' | 'alerts' | 'reports' | 'imports' | 'syncs' | 'prober' | 'notifications' | 'metrics' | 'log')
    | 'subscribing'
  > {
  readonly app: App;
  /** What the operations of the command line work on. */
  readonly operations: OperationContext;
  /** Listens; returns the address, such as `http://127.0.0.1:5000`. */
  listen(): Promise<string>;
  /** Ends requests, reports and imports, then closes the database. */
  close(): Promise<void>;
}

/** Parts that a test may have otherwise. */
export interface ServerParts extends ServiceParts {
  readonly authenticator?: Authenticator;
  readonly states?: StateSource;
  /** The folder of the built dashboard; by default that of this program. */
  readonly dashboard?: string;
}

/**
 * A server on an opened storage, which it takes over.
 *
 * @throws UserError `invalid_input` when others could reach it and there are no users; the storage stays the caller's
 */
export async function createServer(config: Config, storage: Storage, parts: ServerParts = {}): Promise<Server> {
  const services = createServices(config, storage, parts);
  const { accounts, alerts, clock, fleet, imports, log, metrics, notifications, prober, reports, syncs } = services;
  await checkListening(accounts, config.host);
  metrics.watchProcess();
  const backup = () => backupSource(config, storage, () => clock.now());
  const operations: OperationContext = {
    ...{ config, storage, accounts, adjustments: services.adjustments, now: () => clock.now() },
    analytics: services.analytics,
    ...{ reader: createReader(config, storage, log), kernel: services.kernel },
    // A run goes on when the command that asked for it goes away: others may wait for it, too.
    syncs: (signal) => ({ run: (...how) => abortable(syncs.run(...how), signal) }),
    backup: (onProgress) => createBackup({ ...backup(), onProgress }),
    onImported: (summaries) => {
      services.directory.changed();
      alerts.evaluator.anythingChanged();
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
    ...{ accounts, alerts, app, imports, log, metrics, notifications, operations, prober, reports, syncs },
    subscribing: services.subscribing,
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
