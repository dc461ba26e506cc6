import { LRUCache } from 'lru-cache';
import { RRuleTemporal } from 'rrule-temporal';
import { toText } from 'rrule-temporal/totext';
import { Temporal } from 'temporal-polyfill';
import { type Lasting, lengthOf, parseDuration } from '../calendar/duration.ts';
import { formatWallTime, parseWallTime } from '../calendar/wall-time.ts';
import { DAY } from '../domain/hours.ts';
import { instantOf, type Zone } from '../domain/zone.ts';
import { invalid, messageOf } from '../lib/errors.ts';
import type { AdjustmentInterval, Recurrence } from '../storage/ports/adjustments.ts';
import { ruleParts } from './rrule.ts';

/** Five years: how far ahead a recurrence is checked, and the longest interval; milliseconds. */
export const FIVE_YEARS = (5 * 365 + 2) * DAY;
/** Occurrences of a recurrence in its first five years: about two a day. */
export const MOST_OCCURRENCES = 4_000;
/** The longest occurrence, milliseconds. */
const LONGEST = 366 * DAY;

/** Occurrences are found in stretches of this length and kept; milliseconds. */
const STRETCH = 366 * DAY;
const KEPT_STRETCHES = 16;

/** A rule that occurs until a date includes it. */
const LAST_SECOND = 'T235959';

/**
 * A recurrence in wall time: it is expanded once for all zones, and each occurrence becomes an interval by the rule that
 * holds for business hours (`instantOf`).
 */
export class WallRecurrence {
  /** The first possible occurrence, a wall value. */
  readonly start: number;
  readonly #lasting: Lasting;
  readonly #rule: RRuleTemporal;
  readonly #stretches = new LRUCache<number, readonly number[]>({ max: KEPT_STRETCHES });

  /** @param recurrence checked, as `checkedRecurrence` returns it */
  constructor({ rrule, start, duration }: Recurrence) {
    this.start = parseWallTime(start) as number;
    this.#lasting = parseDuration(duration) as Lasting;
    // The library takes the local times for those of UTC, which has no clock changes.
    this.#rule = new RRuleTemporal({
      rruleString: rrule.replace(/UNTIL=(\d{8})(T\d{6})?/, (_, date, time = LAST_SECOND) => `UNTIL=${date}${time}Z`),
      dtstart: Temporal.Instant.fromEpochMilliseconds(this.start).toZonedDateTimeISO('UTC'),
      strict: true,
    });
  }

  /** How long an occurrence lasts if no clock changes, milliseconds. */
  get length(): number {
    return lengthOf(this.#lasting);
  }

  /** The rule in words, such as `every week on Sunday at 2:00 AM`. */
  get text(): string {
    return toText(this.#rule).replace(/ UTC\b/, '');
  }

  /** The wall values in `[from, to)` at which it occurs, in order. */
  starts(from: number, to: number): number[] {
    const found: number[] = [];
    for (let stretch = Math.floor(from / STRETCH); stretch * STRETCH < to; stretch++) {
      for (const wall of this.#startsIn(stretch)) if (wall >= from && wall < to) found.push(wall);
    }
    return found;
  }

  /** The wall values of its first occurrences within five years; at most `limit`. */
  firstStarts(limit: number): number[] {
    const end = this.start + FIVE_YEARS;
    const walls: number[] = [];
    for (let from = this.start; from < end && walls.length < limit; from += STRETCH) {
      walls.push(...this.starts(from, Math.min(from + STRETCH, end)));
    }
    return walls.slice(0, limit);
  }

  /** The instants of an occurrence that begins at a wall value. */
  interval(wall: number, zone: Zone): readonly [from: number, to: number] {
    const { days, time } = this.#lasting;
    return [instantOf(zone, wall), instantOf(zone, wall + days * DAY) + time];
  }

  #startsIn(stretch: number): readonly number[] {
    let walls = this.#stretches.get(stretch);
    if (walls === undefined) {
      const [from, to] = [stretch * STRETCH, (stretch + 1) * STRETCH];
      const inclusive = Math.max(from, this.start);
      walls =
        inclusive >= to
          ? []
          : this.#rule
              .between(new Date(inclusive), new Date(to - 1), true)
              .map(({ epochMilliseconds }) => epochMilliseconds);
      this.#stretches.set(stretch, walls);
    }
    return walls;
  }
}

const recurrences = new WeakMap<object, WallRecurrence>();

/** The recurrence of an adjustment, with what was expanded of it before; `undefined`: it is an interval. */
export function recurrenceOf(time: AdjustmentInterval | Recurrence): WallRecurrence | undefined {
  if (!('rrule' in time)) return undefined;
  const recurrence = recurrences.get(time) ?? new WallRecurrence(time);
  recurrences.set(time, recurrence);
  return recurrence;
}

/**
 * Checks a recurrence, and returns it in the form in which it is stored.
 *
 * @param field its path in the request, such as `recurrence`
 * @throws UserError `invalid_input` for an invalid rule, start or duration, for a rule that does not occur within five
 *   years of its start, and for one that occurs more than 4,000 times
 */
export function checkedRecurrence(field: string, { rrule, start, duration }: Recurrence): Recurrence {
  const parts = ruleParts(`${field}.rrule`, rrule);
  const wall = startFrom(`${field}.start`, start);
  checkDuration(`${field}.duration`, duration);
  const checked = {
    rrule: [...parts].map((part) => part.join('=')).join(';'),
    start: formatWallTime(wall),
    duration: duration.trim().toUpperCase(),
  };
  refuseUseless(`${field}.rrule`, checked);
  return checked;
}

/** The wall value of the start of a recurrence. @throws UserError `invalid_input` naming the field */
export function startFrom(field: string, text: string): number {
  const wall = parseWallTime(text);
  if (wall !== undefined) return wall;
  const expected = 'a store-local time without an offset, such as "2026-11-29T02:00"';
  throw invalid(`${field} is "${text.slice(0, 100)}", expected ${expected}`, field);
}

/** @throws UserError `invalid_input` naming the field */
export function checkDuration(field: string, text: string): void {
  const lasting = parseDuration(text);
  if (lasting !== undefined && lengthOf(lasting) <= LONGEST) return;
  const expected = 'weeks, days, hours and minutes up to 366 days, such as "PT2H30M" or "P1D"';
  throw invalid(`${field} is "${text.slice(0, 100)}", expected ${expected}`, field);
}

/** @throws UserError `invalid_input` for a rule that never or far too often occurs */
function refuseUseless(field: string, recurrence: Recurrence): void {
  const { rrule, start } = recurrence;
  let recurring: WallRecurrence;
  try {
    recurring = new WallRecurrence(recurrence);
  } catch (error) {
    throw invalid(`${field} is "${rrule}": ${messageOf(error)}`, field);
  }
  const occurrences = recurring.firstStarts(MOST_OCCURRENCES + 1).length;
  if (occurrences === 0) {
    throw invalid(`${field} is "${rrule}", which does not occur within five years of ${start}`, field);
  }
  if (occurrences > MOST_OCCURRENCES) {
    const most = MOST_OCCURRENCES.toLocaleString('en-US');
    throw invalid(`${field} is "${rrule}", which occurs more than ${most} times in five years`, field);
  }
}
