// Random stores with their business hours and polls.

import fc from 'fast-check';
import { arrangePolls } from '../../../src/domain/polls.ts';
import type { Batch } from '../../../src/domain/uptime.ts';
import { type HoursRow, type PollRow, pollColumns, scheduleOf } from '../../support/fleet.ts';
import { clock, DAY, MINUTE } from '../reference.ts';

export const AS_OF = Date.parse('2025-06-04T12:34:56.789Z');
const AS_OF_SHARP = Date.parse('2025-06-04T12:30:00Z');

export function batchOf(stores: number, hours: readonly HoursRow[], polls: readonly PollRow[]): Batch {
  const zoned = Array.from({ length: stores }, (_, store) => [store, 'UTC'] as const);
  return {
    schedule: scheduleOf({ stores, zones: new Map(zoned), hours }, AS_OF),
    polls: arrangePolls(pollColumns(polls), stores),
  };
}

/** Polls about an hour apart, now and then half a day, with runs of either state. */
const polls = fc
  .array(
    fc.record({ gap: fc.integer({ min: 2, max: 100 }), long: fc.nat(20), turn: fc.nat(5), counts: fc.boolean() }),
    {
      maxLength: 150,
    },
  )
  .map((drawn) => {
    const seen: { instant: number; active: boolean }[] = [];
    let [at, active] = [AS_OF, true];
    for (const { gap, long, turn } of drawn) {
      at -= (gap + (long === 0 ? 600 : 0)) * MINUTE;
      if (turn === 0) active = !active;
      if (at >= AS_OF - 8 * DAY) seen.push({ instant: at, active });
    }
    return seen.reverse();
  });

const someHours = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 20 })), { maxLength: 9 })
  .map((rows) => rows.map(([day, hour]) => ({ store: 0, day, start: clock(hour), end: clock((hour + 9) % 24) })));

/** On five minutes sharp, as `AS_OF_SHARP` is: polls at windows' ends and at openings and closings, and pairs a millisecond apart. */
const sharpPolls = fc
  .array(
    fc.record({
      gap: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 14 }) },
        { weight: 2, arbitrary: fc.integer({ min: 14, max: 60 }) },
        { weight: 1, arbitrary: fc.integer({ min: 60, max: 600 }) },
      ),
      pair: fc.nat(15),
      turn: fc.nat(6),
    }),
    { minLength: 1, maxLength: 160 },
  )
  .map((drawn) => {
    const seen: { instant: number; active: boolean }[] = [];
    let [at, active] = [AS_OF_SHARP, true];
    for (const { gap, pair, turn } of drawn) {
      at -= pair === 0 ? 1 : gap * 5 * MINUTE;
      if (turn === 0) active = !active;
      if (at >= AS_OF_SHARP - 8 * DAY && seen.at(-1)?.instant !== at) seen.push({ instant: at, active });
    }
    return seen.reverse();
  });

/** Any number of segments a day, on five minutes sharp. */
const sharpHours = fc
  .array(fc.record({ day: fc.nat(6), start: fc.nat(287), length: fc.integer({ min: 1, max: 200 }) }), { maxLength: 24 })
  .map((rows) =>
    rows.map(({ day, start, length }) => ({
      store: 0,
      day,
      start: start * 5 * MINUTE,
      end: ((start + length) % 288) * 5 * MINUTE,
    })),
  );

/** Hours and polls of one store, and the instant of its report. */
export const anyStore = fc.oneof(
  fc.tuple(someHours, polls, fc.constant(AS_OF)),
  fc.tuple(sharpHours, sharpPolls, fc.constant(AS_OF_SHARP)),
);
