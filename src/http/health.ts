import { Type } from 'typebox';
import type { Freshness } from '../fleet/freshness.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { TimeZoneRules, timeZones } from './time-zones.ts';
import type { Routes } from './types.ts';

const Alive = Type.Object({ status: Type.Literal('ok') });
const Ready = Type.Object({
  status: Type.Literal('ready'),
  time_zones: TimeZoneRules,
  warnings: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Warnings, such as stale data in a live system, or stores with unknown hours.',
    }),
  ),
});

/** `/healthz`: the process answers. `/readyz`: so does the database; and what is not as it should be. */
export function healthRoutes(storage: Storage, freshness: Pick<Freshness, 'warnings'>): Routes {
  return async (app) => {
    app.get(
      '/healthz',
      {
        config: { access: 'public', rateLimit: false },
        logLevel: 'warn',
        schema: {
          operationId: 'checkHealth',
          summary: 'Check that the process is alive',
          tags: ['system'],
          response: { 200: Alive },
        },
      },
      async () => ({ status: 'ok' as const }),
    );
    app.get(
      '/readyz',
      {
        config: { access: 'public', rateLimit: false },
        logLevel: 'warn',
        schema: {
          operationId: 'checkReadiness',
          summary: 'Check that the database responds, too',
          description: '`503` while it does not respond.',
          tags: ['system'],
          response: { 200: Ready },
        },
      },
      async (request) => {
        try {
          await storage.check();
          const warnings = await freshness.warnings();
          return { status: 'ready' as const, time_zones: timeZones(), ...(warnings.length > 0 && { warnings }) };
        } catch (error) {
          request.log.warn({ reason: messageOf(error) }, 'not ready');
          if (error instanceof UserError && error.code === 'busy') throw error;
          throw new UserError('unavailable', 'the database does not answer', { cause: error });
        }
      },
    );
  };
}
