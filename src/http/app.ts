import accepts from '@fastify/accepts';
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { Freshness } from '../freshness.ts';
import type { ReportService } from '../reports/service.ts';
import type { Storage } from '../storage/ports.ts';
import { type Authenticator, guardRoutes } from './access.ts';
import { type StoreApiParts, storeApiRoutes } from './api/routes.ts';
import { acceptJsonOrNothing, BODY_LIMIT } from './bodies.ts';
import { classicRoutes } from './classic.ts';
import { healthRoutes } from './health.ts';
import { documentRoutes, keepDocument } from './openapi.ts';
import { handleError, sendProblem } from './problems.ts';
import { keepRouteTable, methodsAt } from './route-table.ts';
import type { App } from './types.ts';
import { compileValidator } from './validation.ts';

export interface AppParts extends StoreApiParts {
  readonly storage: Storage;
  readonly reports: ReportService;
  readonly freshness: Pick<Freshness, 'warnings'>;
  readonly authenticator: Authenticator;
  readonly log: FastifyBaseLogger;
}

/** Of an id of 200 characters in a path: each may take up twelve bytes there. */
const PATH_PARAMETER = 2_400;

/** Milliseconds in which a client must have sent its request. */
const REQUEST_TIMEOUT = 30_000;

/** The HTTP side of the product, not yet listening. */
export async function buildApp(parts: AppParts): Promise<App> {
  const app = Fastify({
    loggerInstance: parts.log,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    routerOptions: { maxParamLength: PATH_PARAMETER },
    frameworkErrors: handleError,
    // A proxy on this machine says for whom it asks.
    trustProxy: 'loopback',
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  acceptJsonOrNothing(app);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    const allowed = methodsAt(app.routeTable, path);
    if (allowed.length === 0) return sendProblem(reply, 404, `there is nothing at ${path}`);
    reply.header('allow', allowed.join(', '));
    return sendProblem(reply, 405, `${path} takes ${allowed.join(', ')}, not ${request.method}`);
  });
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
  await app.register(accepts);
  await app.register(cookie);
  keepRouteTable(app);
  await keepDocument(app);
  guardRoutes(app, parts.authenticator);
  await app.register(classicRoutes(parts.reports));
  await app.register(storeApiRoutes(parts), { prefix: '/api/v1' });
  await app.register(healthRoutes(parts.storage, parts.freshness));
  await app.register(documentRoutes);
  return app;
}
