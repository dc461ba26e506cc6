import type { Budgets } from '../../lib/budgets.ts';
import { UserError } from '../../lib/errors.ts';
import type { App, Share } from '../types.ts';
import { senderOf } from './rate-limit.ts';

const SHARES: Readonly<Record<Share, { readonly budget: keyof Budgets; readonly what: string }>> = {
  stream: { budget: 'streamsPerUser', what: 'event streams' },
  upload: { budget: 'uploadsPerUser', what: 'uploads' },
  download: { budget: 'downloadsPerUser', what: 'downloads' },
};

const RETRY_AFTER = 5;

/**
 * Lets each user have few streams, uploads and downloads at a time; a route says in
 * `config.share` which of them it is. To be called when requests know their principal.
 */
export function shareAmongUsers(app: App, budgets: Budgets): void {
  const taken = new Map<string, number>();
  app.addHook('onRequest', async (request, reply) => {
    const { share } = request.routeOptions.config;
    // While there are no users, there is nobody to share with.
    if (share === undefined || request.principal.kind === 'open') return;
    const { budget, what } = SHARES[share];
    const holder = `${share} ${senderOf(request)}`;
    const held = taken.get(holder) ?? 0;
    if (held >= budgets[budget]) {
      const message = `you have ${held} ${what} already, as many as one user may have at a time; end one of them`;
      throw new UserError('too_many_requests', message, { retryAfter: RETRY_AFTER });
    }
    taken.set(holder, held + 1);
    let given = false;
    const giveBack = () => {
      if (given) return;
      given = true;
      const left = (taken.get(holder) ?? 1) - 1;
      if (left > 0) taken.set(holder, left);
      else taken.delete(holder);
    };
    reply.raw.once('finish', giveBack).once('close', giveBack);
  });
}
