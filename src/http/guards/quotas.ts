import type { Budgets } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import type { App, Quota } from '../types.ts';
import { senderOf } from './rate-limit.ts';

const QUOTAS: Readonly<Record<Quota, { readonly budget: keyof Budgets; readonly what: string }>> = {
  stream: { budget: 'streamsPerUser', what: 'event streams' },
  upload: { budget: 'uploadsPerUser', what: 'uploads' },
  download: { budget: 'downloadsPerUser', what: 'downloads' },
};

const RETRY_AFTER = 5;

/**
 * Limits how many streams, uploads and downloads each user has at a time; `config.quota` of a route names which of them
 * it is. Call it after the hook that sets the principal of a request.
 */
export function limitPerUser(app: App, budgets: Budgets): void {
  const taken = new Map<string, number>();
  app.addHook('onRequest', async (request, reply) => {
    const { quota } = request.routeOptions.config;
    // Without users there is only one client, this machine.
    if (quota === undefined || request.principal.kind === 'open') return;
    const { budget, what } = QUOTAS[quota];
    const holder = `${quota} ${senderOf(request)}`;
    const held = taken.get(holder) ?? 0;
    if (held >= budgets[budget]) {
      const message = `you have ${held} ${what} already, as many as one user may have at a time; end one of them`;
      throw new UserError('too_many_requests', message, { retryAfter: RETRY_AFTER });
    }
    taken.set(holder, held + 1);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      const left = (taken.get(holder) ?? 1) - 1;
      if (left > 0) taken.set(holder, left);
      else taken.delete(holder);
    };
    reply.raw.once('finish', release).once('close', release);
  });
}
