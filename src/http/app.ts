import accepts from '@fastify/accepts';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import type { ReportService } from '../reports/service.ts';
import type { Storage } from '../storage/ports.ts';
import { acceptJsonOrNothing, BODY_LIMIT } from './bodies.ts';
import { healthRoutes } from './health.ts';
import { handleError, sendProblem } from './problems.ts';
import { reportRoutes } from './reports.ts';
import type { App } from './types.ts';

export interface AppParts {
  readonly storage: Storage;
  readonly reports: ReportService;
  readonly log: FastifyBaseLogger;
}

/** Milliseconds in which a client must have sent its request. */
const REQUEST_TIMEOUT = 30_000;

/** The HTTP side of the product, not yet listening. */
export async function buildApp({ storage, reports, log }: AppParts): Promise<App> {
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    frameworkErrors: handleError,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  acceptJsonOrNothing(app);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = (['GET', 'POST'] as const).filter((method) => app.hasRoute({ method, url: pathOf(request.url) }));
    if (allowed.length === 0) return sendProblem(reply, 404, `there is nothing at ${pathOf(request.url)}`);
    reply.header('allow', allowed.join(', '));
    return sendProblem(reply, 405, `${pathOf(request.url)} takes ${allowed.join(', ')}, not ${request.method}`);
  });
  await app.register(accepts);
  await app.register(reportRoutes(reports));
  await app.register(healthRoutes(storage));
  return app;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}
