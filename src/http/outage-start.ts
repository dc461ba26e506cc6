import { Type } from 'typebox';
import { endOfLocalDate } from '../calendar/tzdb.ts';
import type { OfflineSince } from '../stores/states.ts';
import { Nullable, SinceFirstPoll, StoreTime, storeTime } from './schemas.ts';

export const BeganEarlier = Type.Boolean({
  description:
    'the outage began before this instant, but it is not known when: no poll in the eight days before `as_of` found the store up',
});

/** Since when an offline store is offline. */
export const offlineSince = {
  offline_since: Nullable(StoreTime),
  began_earlier: BeganEarlier,
  since_first_poll: SinceFirstPoll,
};

/**
 * The start of an outage that ends at `end`, milliseconds. If it began before the first poll of the look-back, that poll
 * is another one in an hour: the end of its local day is as true, and stays the same for a day.
 */
export function outageStart(since: number, beganEarlier: boolean, zone: string, end: number): number {
  if (!beganEarlier) return since;
  const dayEnd = endOfLocalDate(since, zone);
  return dayEnd <= end ? dayEnd : since;
}

/** @param outage `undefined`: the store is not offline */
export function offlineSinceBody(outage: OfflineSince | undefined, zone: string, asOf: number) {
  if (outage === undefined) return { offline_since: null, began_earlier: false, since_first_poll: false };
  const { since, beganEarlier, sinceFirstPoll } = outage;
  return {
    offline_since: storeTime(outageStart(since, beganEarlier, zone, asOf), zone),
    began_earlier: beganEarlier,
    since_first_poll: sinceFirstPoll,
  };
}
