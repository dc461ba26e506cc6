import { type Static, Type } from 'typebox';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import { FLEET_HOURS } from '../../domain/fleet.ts';
import { HOUR } from '../../domain/hours.ts';
import type { FleetFigures } from '../../fleet/figures.ts';
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
    hours: Type.Array(FleetPeriod, { description: 'the 168 hours of elapsed time before `as_of`, oldest first' }),
    days: Type.Array(FleetPeriod, { description: 'the same hours as 7 days of 24 hours' }),
    gaps: Type.Array(Gap, {
      description: 'self-outages, in which the monitor could not observe stores; `until` is null while one lasts',
    }),
  },
  { title: 'FleetHistory' },
);

/** The range of the history before an instant, milliseconds. */
export const FLEET_SPAN = FLEET_HOURS * HOUR;

export function gapOf({ from, until, reason, unobserved }: CoverageGap, all: boolean): Static<typeof Gap> {
  return {
    from: formatInstant(from),
    until: instantOrNull(until),
    reason,
    // It counts the stores of other owners as well.
    ...(all && { unobserved }),
  };
}

export function historyOf({ asOf, hourly }: FleetFigures): Omit<Static<typeof FleetHistory>, 'gaps'> {
  const begin = asOf - FLEET_SPAN;
  const periods = (length: number) =>
    Array.from({ length: FLEET_HOURS / length }, (_, i): Static<typeof FleetPeriod> => {
      const sum = (column: Float64Array) =>
        column.subarray(i * length, (i + 1) * length).reduce((total, value) => total + value, 0);
      const from = begin + i * length * HOUR;
      return {
        from: formatInstant(from),
        to: formatInstant(from + length * HOUR),
        ...openTimeOf(sum(hourly.open), sum(hourly.up), sum(hourly.unknown), sum(hourly.covered)),
        polls: sum(hourly.polls),
      };
    });
  return { as_of: formatInstant(asOf), hours: periods(1), days: periods(24) };
}
