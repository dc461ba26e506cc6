import { zoneBetween } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import type { AdjustmentInterval, AdjustmentRecord } from '../storage/ports/adjustments.ts';
import { appliesUntil, type KnownAdjustment } from './known.ts';
import { FIVE_YEARS, recurrenceOf, type WallRecurrence } from './recurrence.ts';

export const PHASES = ['active', 'upcoming', 'past', 'revoked'] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseOf {
  readonly phase: Phase;
  /** The present or next interval, the earliest of its stores'; `undefined`: there is none. */
  readonly next: AdjustmentInterval | undefined;
}

/** How far ahead an occurrence is looked for at a time, milliseconds. */
const STEP = 366 * DAY;

/** No local time is further from UTC, milliseconds. */
const SLACK = 2 * DAY;

/**
 * Where an adjustment stands at an instant.
 *
 * @param zones of its stores
 */
export function phaseOf(adjustment: KnownAdjustment, zones: Iterable<string>, now: number): PhaseOf {
  const until = appliesUntil(adjustment);
  if (until <= now) return { phase: 'revoked', next: undefined };
  const next = nextInterval(adjustment, zones, now);
  if (next === undefined || next.from >= until) {
    return { phase: adjustment.revocation === undefined ? 'past' : 'revoked', next: undefined };
  }
  return { phase: next.from <= now ? 'active' : 'upcoming', next: { from: next.from, to: Math.min(next.to, until) } };
}

/** The first instant that an adjustment covers in one of the zones. */
export function beginningOf({ time }: AdjustmentRecord, zones: Iterable<string>): number {
  const recurrence = recurrenceOf(time);
  if (recurrence === undefined) return (time as AdjustmentInterval).from;
  const [first = recurrence.start] = recurrence.firstStarts(1);
  return Math.min(...[...zones].map((zone) => intervalIn(recurrence, first, zone).from));
}

function nextInterval({ record: { time } }: KnownAdjustment, zones: Iterable<string>, now: number) {
  const recurrence = recurrenceOf(time);
  if (recurrence === undefined) return (time as AdjustmentInterval).to > now ? (time as AdjustmentInterval) : undefined;
  let next: AdjustmentInterval | undefined;
  for (const zone of zones) {
    const own = nextOccurrence(recurrence, zone, now);
    if (own !== undefined && (next === undefined || own.from < next.from)) next = own;
  }
  return next;
}

function nextOccurrence(recurrence: WallRecurrence, zone: string, now: number): AdjustmentInterval | undefined {
  const first = Math.max(now - recurrence.length - SLACK, recurrence.start);
  for (let from = first; from < first + FIVE_YEARS; from += STEP) {
    for (const wall of recurrence.starts(from, from + STEP)) {
      const interval = intervalIn(recurrence, wall, zone);
      if (interval.to > now && interval.to > interval.from) return interval;
    }
  }
  return undefined;
}

function intervalIn(recurrence: WallRecurrence, wall: number, name: string): AdjustmentInterval {
  const zone = zoneBetween(name, wall - SLACK, wall + recurrence.length + SLACK);
  const [from, to] = recurrence.interval(wall, zone);
  return { from, to };
}
