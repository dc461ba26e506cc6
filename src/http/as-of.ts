import { Type } from 'typebox';
import { type Principal, storesOf } from '../accounts/access.ts';
import { instantFrom } from '../instant.ts';
import type { StateSource } from '../stores/states.ts';

/** The instant that somebody asks about. */
export const AsOf = Type.String({
  maxLength: 64,
  description:
    'the instant to look at (RFC 3339), or `latest`: that of the latest poll of the stores that you may see; by default now',
  examples: ['2023-01-25T18:13:22.479Z', 'latest'],
});

/**
 * @returns milliseconds; `undefined`: now
 * @throws UserError `invalid_input`; `conflict` when the latest poll is wanted and there is none
 */
export async function asOfFrom(
  text: string | undefined,
  principal: Principal,
  fleet: Pick<StateSource, 'latestPoll'>,
): Promise<number | undefined> {
  if (text === undefined) return undefined;
  return text === 'latest' ? fleet.latestPoll(storesOf(principal)) : instantFrom('as_of', text);
}

/** Seconds of milliseconds; halves of a millisecond are kept. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1_000;
}
