import { type Static, Type } from 'typebox';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { zoneBetween, zoneName } from '../../calendar/tzdb.ts';
import { FLEET_HISTORY, QUARTER } from '../../domain/fleet.ts';
import { fullHours } from '../../domain/full-hours.ts';
import { DAY } from '../../domain/hours.ts';
import { wallAt } from '../../domain/zone.ts';
import type { FleetFigures } from '../../fleet/figures.ts';
import { invalid } from '../../lib/errors.ts';
import type { CoverageGap } from '../../storage/ports/coverage-gaps.ts';
import { Instant, Nullable } from '../schemas.ts';
import { openTime, openTimeOf } from './status.ts';

const FleetPeriod = Type.Object(
  {
    from: Instant,
    to: Instant,
    ...openTime,
    polls: Type.Integer({ description: 'all polls of the period, whether they count or not' }),
  },
  { title: 'FleetPeriod' },
);

const Gap = Type.Object(
  {
    from: Instant,
    until: Nullable(Instant),
    reason: Type.String(),
    unobserved: Type.Optional(
      Type.Integer({ description: 'polls that could not be made; only for callers who see all stores' }),
    ),
  },
  { title: 'CoverageGap' },
);

export const FleetHistory = Type.Object(
  {
    as_of: Instant,
    time_zone: Type.String({ description: 'the time zone of the hours and days', examples: ['America/Chicago'] }),
    hours: Type.Array(FleetPeriod, {
      description:
        'the hours of that zone that begin within the 168 hours before `as_of`, oldest first; the last one ends at `as_of`',
    }),
    days: Type.Array(FleetPeriod, {
      description:
        'the same hours by local date; the first day begins with the first hour, the last one ends at `as_of`',
    }),
    gaps: Type.Array(Gap, {
      description: 'self-outages, in which the monitor could not observe stores; `until` is null while one lasts',
    }),
  },
  { title: 'FleetHistory' },
);

/** The zone of the hours and days of a history. */
export const HistoryZone = Type.String({
  maxLength: 100,
  description: 'an IANA time zone, at whose full hours the hours begin; by default UTC',
  examples: ['America/Chicago', 'Asia/Kolkata'],
});

/** @throws UserError `invalid_input` if there is no such zone */
export function historyZone(text: string | undefined): string {
  if (text === undefined) return 'UTC';
  const name = zoneName(text);
  if (name !== undefined) return name;
  throw invalid(`time_zone is "${text}", expected an IANA time zone such as "America/Chicago"`, 'time_zone');
}

export function gapOf({ from, until, reason, unobserved }: CoverageGap, all: boolean): Static<typeof Gap> {
  return {
    from: formatInstant(from),
    until: instantOrNull(until),
    reason,
    // It counts the stores of other owners as well.
    ...(all && { unobserved }),
  };
}

/**
 * @param zone an IANA name. An hour lasts as long as its clock shows it: where the clock changes by half an hour, one
 *   hour has 90 minutes
 */
export function historyOf({ asOf, quarters }: FleetFigures, zone: string): Omit<Static<typeof FleetHistory>, 'gaps'> {
  const begin = asOf - FLEET_HISTORY;
  const clock = zoneBetween(zone, begin, asOf);
  const dateAt = (instant: number) => Math.floor(wallAt(clock, instant) / DAY);
  const hours = fullHours(clock, begin, asOf);
  const days = hours.filter((from, i) => i === 0 || dateAt(from) !== dateAt(hours[i - 1] as number));
  // A boundary within a quarter, as some zones had before 1972, counts as the beginning of that quarter.
  const quarterAt = (instant: number) => Math.floor((instant - quarters.from) / QUARTER);
  const periods = (starts: readonly number[]) =>
    starts.map((from, i): Static<typeof FleetPeriod> => {
      const to = starts[i + 1];
      const sum = (column: Float64Array) =>
        column
          .subarray(quarterAt(from), to === undefined ? undefined : quarterAt(to))
          .reduce((total, value) => total + value, 0);
      return {
        from: formatInstant(from),
        to: formatInstant(to ?? asOf),
        ...openTimeOf(sum(quarters.open), sum(quarters.up), sum(quarters.unknown), sum(quarters.covered)),
        polls: sum(quarters.polls),
      };
    });
  return { as_of: formatInstant(asOf), time_zone: zone, hours: periods(hours), days: periods(days) };
}
