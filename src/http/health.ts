import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { messageOf, UserError } from '../errors.ts';
import type { Freshness } from '../freshness.ts';
import type { Storage } from '../storage/ports.ts';

/** `/healthz`: the process answers. `/readyz`: so does the database; and what is not as it should be. */
export function healthRoutes(storage: Storage, freshness: Pick<Freshness, 'warnings'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/healthz', { config: { access: 'public' }, logLevel: 'warn' }, async () => ({ status: 'ok' }));
    app.get('/readyz', { config: { access: 'public' }, logLevel: 'warn' }, async (request) => {
      try {
        await storage.check();
        const warnings = await freshness.warnings();
        return { status: 'ready', ...(warnings.length > 0 && { warnings }) };
      } catch (error) {
        request.log.warn({ reason: messageOf(error) }, 'not ready');
        throw new UserError('unavailable', 'the database does not answer', { cause: error });
      }
    });
  };
}
