// A reference implementation of the figures of a store: without code of src, with another implementation of Temporal,
// and by trying all candidates. Slow, but easy to review.
import { Temporal } from '@js-temporal/polyfill';
import type { HoursRow, PollRow, SpecialRow } from '../support/fleet.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
export const WEEK = 7 * DAY;

/** A stretch of instants `[from, to)`; a list of them may overlap and be in any order. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The local time of day `h:m:s` in milliseconds since midnight. */
export function clock(h: number, m = 0, s = 0): number {
  return h * HOUR + m * MINUTE + s * SECOND;
}

/** The instant of a local time such as `2025-03-09T02:30`, by Temporal's rule `compatible`. */
export function localInstant(zone: string, text: string): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The local time at an instant, in Temporal's format: `2025-03-09T03:30:00`. */
export function localText(zone: string, instant: number): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime().toString();
}

type Row = Omit<HoursRow, 'store'>;

/** What decides when one store is open. */
export interface StoreHours {
  readonly rows: readonly Row[];
  readonly zone: string;
  readonly specialHours: readonly Omit<SpecialRow, 'store'>[];
  readonly zoneChanges: readonly { readonly zone: string; readonly until: number }[];
}

/** When a store is open, including special hours and changes of its hours and zone. */
export function openTimes({ rows, zone, specialHours, zoneChanges }: StoreHours, from: number, to: number): Stretch[] {
  const everyDay = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: 0, end: DAY }));
  const periods = [...zoneChanges, { zone, until: Number.POSITIVE_INFINITY }].sort((a, b) => a.until - b.until);
  return periods.flatMap((period, i) => {
    const since = periods[i - 1]?.until ?? Number.NEGATIVE_INFINITY;
    const open = openings(rows.length > 0 ? rows : everyDay, period.zone, from, to, specialHours);
    return open.map((stretch) => clipped(stretch, since, period.until));
  });
}

function clipped(stretch: Stretch, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY): Stretch {
  return { from: Math.max(stretch.from, from), to: Math.min(stretch.to, until) };
}

/** Each opening of each row on the local dates from two days before `from` to two days after `to`. */
export function openings(
  rows: readonly Row[],
  zone: string,
  from: number,
  to: number,
  specialHours: StoreHours['specialHours'] = [],
): Stretch[] {
  const found: Stretch[] = [];
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 2 });
  const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO(zone).toPlainDate().add({ days: 2 });
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const special = specialHours.filter((row) => row.date === date.toString());
    for (const { start, end } of special) {
      if (start !== undefined && end !== undefined) found.push(opening(date, start, end, zone));
    }
    if (special.length > 0) continue;
    for (const row of rows) {
      if (date.dayOfWeek !== row.day + 1) continue;
      found.push(clipped(opening(date, row.start, row.end, zone), row.from, row.until));
    }
  }
  return found;
}

function opening(date: Temporal.PlainDate, start: number, end: number, zone: string): Stretch {
  const tomorrow = date.add({ days: 1 });
  const untilMidnight = end >= clock(23, 59);
  const endDate = untilMidnight || end <= start ? tomorrow : date;
  return { from: onDate(date, start, zone), to: onDate(endDate, untilMidnight ? 0 : end, zone) };
}

function onDate(date: Temporal.PlainDate, sinceMidnight: number, zone: string): number {
  return date
    .toPlainDateTime({ hour: 0 })
    .add({ milliseconds: sinceMidnight })
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Whether any stretch contains the instant. */
export function isOpen(open: readonly Stretch[], instant: number): boolean {
  return open.some(({ from, to }) => from <= instant && instant < to);
}

export interface ReferenceFigures {
  readonly counted: number;
  /** Milliseconds in the last hour, day and week. */
  readonly up: number[];
  readonly down: number[];
  readonly open: number[];
}

/**
 * The figures of one store: time is cut at every bound of a stretch or a window and half-way between every two
 * counting polls; the state of each part is that in its middle.
 */
export function referenceFigures(
  open: readonly Stretch[],
  polls: readonly Omit<PollRow, 'store'>[],
  asOf: number,
): ReferenceFigures {
  const counting = polls.filter(({ instant }) => instant >= asOf - 8 * DAY && instant <= asOf && isOpen(open, instant));
  const spans = [HOUR, DAY, WEEK];
  const cuts = new Set([asOf, ...spans.map((span) => asOf - span)]);
  for (const { from, to } of open) cuts.add(from).add(to);
  for (const a of counting) for (const b of counting) cuts.add((a.instant + b.instant) / 2);
  const sorted = [...cuts].filter((cut) => cut >= asOf - WEEK && cut <= asOf).sort((a, b) => a - b);

  const figures = { counted: counting.length, up: [0, 0, 0], down: [0, 0, 0], open: [0, 0, 0] };
  sorted.forEach((from, i) => {
    const to = sorted[i + 1];
    if (to === undefined) return;
    const middle = (from + to) / 2;
    if (!isOpen(open, middle)) return;
    const state = stateAt(middle, counting);
    spans.forEach((span, w) => {
      if (middle < asOf - span) return;
      add(figures.open, w, to - from);
      if (state !== undefined) add(state ? figures.up : figures.down, w, to - from);
    });
  });
  return figures;
}

function stateAt(instant: number, counting: readonly Omit<PollRow, 'store'>[]): boolean | undefined {
  let nearest: Omit<PollRow, 'store'> | undefined;
  for (const poll of counting) {
    if (nearest === undefined || Math.abs(poll.instant - instant) < Math.abs(nearest.instant - instant)) nearest = poll;
  }
  return nearest?.active;
}

function add(sums: number[], at: number, amount: number): void {
  sums[at] = (sums[at] ?? 0) + amount;
}
