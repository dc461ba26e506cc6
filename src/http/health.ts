import { Type } from 'typebox';
import { formatInstant } from '../calendar/instant.ts';
import type { Freshness } from '../fleet/freshness.ts';
import { failureOf } from '../health/failure.ts';
import { type Health, WRITER_NAMES, type WriterHealth } from '../health/health.ts';
import { isTemporary, messageOf, UserError } from '../lib/errors.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { Instant, Nullable, OneOf } from './schemas.ts';
import { TimeZoneRules, timeZones } from './time-zones.ts';
import type { Routes } from './types.ts';

const Alive = Type.Object({ status: Type.Literal('ok') });
/** Everyone may read it: when a write last succeeded would tell what others do, so only the metrics have that. */
const WriterStatus = Type.Object(
  {
    name: OneOf(WRITER_NAMES, 'what is written; `append`: polls from the API; the last four: a small write every 30 s'),
    failing: Type.Boolean({ description: 'whether the last write failed and nothing has succeeded since' }),
    last_failure: Nullable(
      Type.Object({
        at: Instant,
        code: Type.String({ description: 'the error code of the system or the database', examples: ['ENOSPC'] }),
        message: Type.String({ examples: ['no space left on device'] }),
      }),
    ),
  },
  { title: 'WriterStatus' },
);
const Ready = Type.Object({
  status: Type.Literal('ready'),
  time_zones: TimeZoneRules,
  warnings: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Warnings, such as stale data in a live system, or stores with unknown hours.',
    }),
  ),
  writers: Type.Array(WriterStatus, { description: 'The latest outcome of each kind of write by this server.' }),
});

interface HealthParts {
  readonly storage: Pick<Storage, 'check'>;
  readonly health: Pick<Health, 'faults' | 'warnings' | 'writers'>;
  readonly freshness: Pick<Freshness, 'warnings'>;
}

/** `/healthz`: the process answers. `/readyz`: it can do what it accepts; and what is not as it should be. */
export function healthRoutes({ storage, health, freshness }: HealthParts): Routes {
  const readWarnings = async () => {
    await storage.check();
    return [...health.warnings(), ...(await freshness.warnings())];
  };
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
          summary: 'Check that the server can do what it accepts',
          description:
            '`503` while the database does not respond, or while the database, the results folder or the uploads ' +
            'folder cannot be written; `detail` has the reasons.',
          tags: ['system'],
          response: { 200: Ready },
        },
      },
      async (request) => {
        const warnings = await readWarnings().catch((error: unknown) => {
          request.log.warn({ reason: messageOf(error) }, 'not ready');
          throw notReady(error);
        });
        const faults = health.faults();
        if (faults.length > 0) throw new UserError('unavailable', faults.join('; '));
        return {
          ...{ status: 'ready' as const, time_zones: timeZones(), ...(warnings.length > 0 && { warnings }) },
          writers: health.writers().map(statusOf),
        };
      },
    );
  };
}

/** Everyone may read the reason, so it has no paths and no data. */
function notReady(error: unknown): UserError {
  if (isTemporary(error) && error.code === 'busy') return error;
  const failure = failureOf(error);
  const reason = failure?.passing ? failure.message : 'the database cannot be read; the log has the reason';
  return new UserError('unavailable', reason, { cause: error });
}

function statusOf({ name, failing, lastFailure }: WriterHealth) {
  return {
    ...{ name, failing },
    last_failure:
      lastFailure === undefined
        ? null
        : { at: formatInstant(lastFailure.at), code: lastFailure.code, message: lastFailure.message },
  };
}
