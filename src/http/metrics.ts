import type { Metrics } from '../metrics.ts';
import type { App, Routes } from './types.ts';

/** Counts every request. To be called before any route is added. */
export function countRequests(app: App, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
  });
}

/** `/metrics`, as Prometheus reads it. */
export function metricsRoutes(metrics: Metrics): Routes {
  return async (app) => {
    app.get(
      '/metrics',
      {
        config: { access: 'metrics:read' },
        logLevel: 'warn',
        schema: {
          operationId: 'getMetrics',
          tags: ['system'],
          summary: 'Get metrics for Prometheus',
          response: {
            200: {
              description: 'the text format of Prometheus',
              content: { 'text/plain': { schema: { type: 'string' } } },
            },
          },
        },
      },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
}
