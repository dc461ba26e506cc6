import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { storesOf } from '../accounts/access.ts';
import { instantFrom } from '../calendar/instant.ts';
import type { AskedInstant, StateSource } from '../stores/states.ts';
import { senderOf } from './guards/rate-limit.ts';

/** The instant of a request. */
export const AsOf = Type.String({
  maxLength: 64,
  description: 'an instant (RFC 3339), or `latest`: that of the latest poll of your stores; by default now',
  examples: ['2023-01-25T18:13:22.479Z', 'latest'],
});

/**
 * @returns the instant, with who asks about it; `undefined`: now
 * @throws UserError `invalid_input`; `conflict` if the latest poll is requested and there is none
 */
export async function asOfFrom(
  request: Pick<FastifyRequest, 'principal' | 'ip'> & { readonly query: { readonly as_of?: string } },
  fleet: Pick<StateSource, 'latestPoll'>,
): Promise<AskedInstant | undefined> {
  const { principal, query } = request;
  if (query.as_of === undefined) return undefined;
  const asOf =
    query.as_of.toLowerCase() === 'latest'
      ? await fleet.latestPoll(storesOf(principal))
      : instantFrom('as_of', query.as_of);
  return { asOf, requester: principal.kind === 'open' ? undefined : senderOf(request) };
}

/** Seconds of milliseconds; halves of a millisecond are kept. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}
