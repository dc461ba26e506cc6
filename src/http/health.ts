import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Storage } from '../storage/ports.ts';
import { sendProblem } from './problems.ts';

/** `/healthz`: the process answers. `/readyz`: so does the database. */
export function healthRoutes(storage: Storage): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'ok' }));
    app.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
      try {
        await storage.check();
        return { status: 'ready' };
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        return sendProblem(reply, 503, 'the database does not answer');
      }
    });
  };
}
