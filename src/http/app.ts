import accepts from '@fastify/accepts';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { Accounts } from '../accounts/service.ts';
import type { AdjustmentService } from '../adjustments/service.ts';
import type { FiscalCalendars } from '../analytics/fiscal-calendars.ts';
import type { SavedQuestions } from '../analytics/saved-questions.ts';
import type { AnalyticsService } from '../analytics/service.ts';
import type { UptimeTargets } from '../analytics/uptime-targets.ts';
import type { Freshness } from '../fleet/freshness.ts';
import type { FleetService } from '../fleet/service.ts';
import type { Health } from '../health/health.ts';
import type { SyncService } from '../intake/sync/service.ts';
import type { ImportService } from '../intake/uploads/service.ts';
import { type Budgets, LIMITS } from '../lib/budgets.ts';
import type { Metrics } from '../metrics.ts';
import type { ReportService } from '../reports/service.ts';
import type { SalesSettings } from '../sales/settings.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { Subscriptions } from '../subscriptions/service.ts';
import type { UnsubscribeLinks } from '../subscriptions/unsubscribe-links.ts';
import { accountRoutes } from './accounts/routes.ts';
import { adjustmentRoutes } from './adjustments/routes.ts';
import { withoutOldRoot } from './adjustments/schemas.ts';
import { type AlertApiParts, alertRoutes } from './alerts/routes.ts';
import { fiscalCalendarRoutes } from './analytics/fiscal-calendar.ts';
import { analyticsRoutes } from './analytics/routes.ts';
import { salesRateRoutes } from './analytics/sales-rates.ts';
import { savedQuestionRoutes } from './analytics/saved-questions.ts';
import { subscriptionRoutes } from './analytics/subscriptions.ts';
import { unsubscribeRoutes } from './analytics/unsubscribe.ts';
import { uptimeTargetRoutes } from './analytics/uptime-targets.ts';
import { backupRoutes } from './backups.ts';
import { acceptJsonOrNothing } from './bodies.ts';
import { classicRoutes, withoutClassicSlash } from './classic.ts';
import { type NotificationParts, notificationRoutes } from './contact-points/routes.ts';
import { dashboardRoutes, unknownPages } from './dashboard.ts';
import { docsRoutes } from './docs/routes.ts';
import { documentRoutes, keepDocument } from './document/openapi.ts';
import { answerNotModified, refuseUnusedIfMatch } from './etags.ts';
import { fleetRoutes } from './fleet/routes.ts';
import { timelineRoutes } from './fleet/timeline.ts';
import { guardRoutes } from './guards/access.ts';
import { compressJson } from './guards/compression.ts';
import { CorsOrigins } from './guards/cors.ts';
import { limitRequestTime } from './guards/deadlines.ts';
import { decompressBodies } from './guards/decompression.ts';
import { answerExpectations } from './guards/expect.ts';
import { sendHeaders } from './guards/headers.ts';
import { keepIdempotency } from './guards/idempotency.ts';
import { TrustedProxies } from './guards/proxies.ts';
import { limitPerUser } from './guards/quotas.ts';
import { limitRequests } from './guards/rate-limit.ts';
import { limitResponseTime } from './guards/response-deadline.ts';
import { enforceTransferRate } from './guards/transfer-rate.ts';
import { healthRoutes } from './health.ts';
import { importRoutes } from './intake/imports.ts';
import { syncRoutes } from './intake/sync.ts';
import { countRequests, metricsRoutes } from './metrics.ts';
import { answerUnknownPaths } from './not-found.ts';
import { handleConnectionError, handleError } from './problems.ts';
import { reportRoutes } from './reports/routes.ts';
import { keepRouteTable } from './route-table.ts';
import { securityTxtRoutes } from './security-txt.ts';
import { keepEvents } from './sse.ts';
import { type StoreApiParts, storeApiRoutes } from './stores/routes.ts';
import type { App, Authenticator } from './types.ts';
import { compileValidator, serializerCompiler } from './validation.ts';
import { zoneRoutes } from './zones.ts';

export interface AppParts extends StoreApiParts {
  readonly storage: Storage;
  readonly reports: ReportService;
  readonly accounts: Accounts;
  readonly alerts: AlertApiParts;
  readonly analytics: AnalyticsService;
  readonly fiscalCalendars: FiscalCalendars;
  readonly savedQuestions: SavedQuestions;
  readonly subscribing: { readonly subscriptions: Subscriptions; readonly links: UnsubscribeLinks };
  readonly uptimeTargets: UptimeTargets;
  readonly salesSettings: SalesSettings;
  readonly fleet: FleetService;
  readonly adjustments: AdjustmentService;
  readonly metrics: Metrics;
  readonly imports: ImportService;
  readonly syncs: SyncService;
  readonly notifications: NotificationParts;
  readonly freshness: Pick<Freshness, 'warnings'>;
  readonly health: Health;
  readonly authenticator: Authenticator;
  /** Requests a minute that a user, or else an address, may send; 0: any number. */
  readonly rateLimit: number;
  /** Networks of the proxies that are believed. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may use the API with a key. */
  readonly corsOrigins: readonly string[];
  readonly budgets: Budgets;
  /** Where to report a weakness, a URI; `undefined`: nowhere. */
  /** Where people reach the dashboard; `undefined`: not configured. */
  readonly publicUrl: string | undefined;
  readonly securityContact: string | undefined;
  /** A backup of everything as a tar archive. */
  readonly createBackup: () => AsyncGenerator<Uint8Array>;
  /** The folder of the built dashboard; by default that of this program. */
  readonly dashboard?: string | undefined;
  readonly log: FastifyBaseLogger;
}

/** Of an id of 200 characters in a path: each may take up twelve bytes there. */
const PATH_PARAMETER = 2_400;

/** The HTTP side of the product, not yet listening. */
export async function buildApp(parts: AppParts): Promise<App> {
  const proxies = new TrustedProxies(parts.trustedProxies);
  const origins = new CorsOrigins(parts.corsOrigins);
  const sendUnknownPage = unknownPages(parts.dashboard);
  const app = Fastify({
    loggerInstance: parts.log,
    bodyLimit: LIMITS.bodyBytes,
    // Of a connection with a request under way: nothing came in and nothing was taken for so long.
    connectionTimeout: parts.budgets.stall,
    routerOptions: { maxParamLength: PATH_PARAMETER },
    rewriteUrl: ({ url = '/' }) => withoutOldRoot(withoutClassicSlash(url)),
    frameworkErrors: (error, request, reply) =>
      (error.code === 'FST_ERR_BAD_URL' ? sendUnknownPage(request, reply) : undefined) ??
      handleError(error, request, reply),
    clientErrorHandler: handleConnectionError,
    schemaController: { compilersFactory: { buildSerializer: serializerCompiler } },
    trustProxy: (address) => proxies.trusts(address),
  }).withTypeProvider<TypeBoxTypeProvider>();
  limitRequestTime(app);
  keepIdempotency(app, parts.storage.idempotency);
  limitResponseTime(app);
  proxies.warnOfOthers(app);
  app.setValidatorCompiler(compileValidator);
  decompressBodies(app);
  acceptJsonOrNothing(app);
  app.setErrorHandler(handleError);
  answerUnknownPaths(app, { origins, sendUnknownPage });
  sendHeaders(app);
  origins.shareResponses(app);
  await app.register(accepts);
  answerNotModified(app);
  refuseUnusedIfMatch(app);
  answerExpectations(app);
  compressJson(app);
  await app.register(cookie);
  keepRouteTable(app);
  keepEvents(app, { most: parts.budgets.streams, authenticator: parts.authenticator, log: parts.log });
  countRequests(app, parts.metrics);
  await keepDocument(app);
  const limit = await limitRequests(app, parts.rateLimit, parts.authenticator);
  guardRoutes(app, { authenticator: parts.authenticator, proxies, origins, limit });
  limitPerUser(app, parts.budgets);
  enforceTransferRate(app, parts.budgets);
  await app.register(classicRoutes(parts.reports));
  await app.register(storeApiRoutes(parts), { prefix: '/api/v1' });
  await app.register(reportRoutes(parts));
  await app.register(analyticsRoutes(parts.analytics));
  await app.register(fiscalCalendarRoutes(parts.fiscalCalendars));
  await app.register(savedQuestionRoutes(parts.savedQuestions));
  await app.register(subscriptionRoutes(parts.subscribing.subscriptions));
  await app.register(unsubscribeRoutes(parts.subscribing.links));
  await app.register(uptimeTargetRoutes(parts.uptimeTargets));
  await app.register(salesRateRoutes(parts.salesSettings));
  await app.register(importRoutes(parts.imports, parts.accounts));
  await app.register(syncRoutes(parts.syncs));
  await app.register(healthRoutes(parts));
  await app.register(accountRoutes(parts.accounts, parts.publicUrl));
  await app.register(notificationRoutes(parts.notifications));
  await app.register(timelineRoutes(parts.fleet, parts.adjustments));
  await app.register(fleetRoutes(parts.fleet, parts.storage.gaps));
  await app.register(adjustmentRoutes(parts.adjustments));
  await app.register(alertRoutes(parts.alerts));
  await app.register(zoneRoutes);
  await app.register(metricsRoutes(parts.metrics));
  await app.register(backupRoutes(parts.createBackup, parts.accounts));
  await app.register(securityTxtRoutes(parts.securityContact, () => parts.fleet.now()));
  await app.register(documentRoutes);
  await app.register(docsRoutes);
  await app.register(dashboardRoutes(parts.dashboard));
  return app;
}
