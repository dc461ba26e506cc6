import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UserError } from '../../lib/errors.ts';
import type { App, Authenticator } from '../types.ts';

const MINUTE = 60_000;
/** The most users and addresses counted at a time; beyond that, the least recently seen are dropped. */
const COUNTED = 10_000;

/**
 * Counts a request for its sender, and sends the sender's limits with the response.
 *
 * @throws UserError `too_many_requests` if it exceeds the limit
 */
export type RequestLimit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Limits the requests per minute of each user, with any key, or else of each address. Routes with `rateLimit: false` do
 * not count, and nothing does while there are no users.
 *
 * @param perMinute 0: no limit
 */
export async function limitRequests(
  app: App,
  perMinute: number,
  users: Pick<Authenticator, 'hasUsers'>,
): Promise<RequestLimit> {
  if (perMinute === 0) return async () => {};
  await app.register(rateLimit, { global: false, cache: COUNTED });
  const count = app.createRateLimit({ max: perMinute, timeWindow: MINUTE, keyGenerator: senderOf });
  return async (request, reply) => {
    const { principal, routeOptions } = request;
    if (routeOptions.config.rateLimit === false || principal.kind === 'open') return;
    if (principal.userId === '' && !(await users.hasUsers())) return;
    const counted = await count(request);
    if (counted.isAllowed) return;
    reply.header('ratelimit-limit', counted.max);
    reply.header('ratelimit-remaining', counted.remaining);
    reply.header('ratelimit-reset', counted.ttlInSeconds);
    if (!counted.isExceeded) return;
    throw new UserError(
      'too_many_requests',
      `more than ${perMinute} requests in a minute; try again in ${counted.ttlInSeconds} s`,
      { retryAfter: counted.ttlInSeconds },
    );
  };
}

/** The sender that a request counts for: a user, with any key, or else an address. */
export function senderOf({ principal, ip }: Pick<FastifyRequest, 'principal' | 'ip'>): string {
  if (principal.kind === 'user' && principal.userId !== '') return `user ${principal.userId}`;
  return `address ${normalizeIP(ip)}`;
}
