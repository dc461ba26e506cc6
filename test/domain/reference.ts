// The figures of a store, worked out a second time in the plainest way there is: no code of src, another
// implementation of Temporal, and every question answered by trying all candidates. Slow, and easy to check by eye.
import { Temporal } from '@js-temporal/polyfill';
import type { HoursRow, PollRow } from '../support/fleet.ts';

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

/** The local time at an instant, as Temporal writes it: `2025-03-09T03:30:00`. */
export function localText(zone: string, instant: number): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime().toString();
}

/** Each opening of each row on the local dates from two days before `from` to two days after `to`. */
export function openings(rows: readonly Omit<HoursRow, 'store'>[], zone: string, from: number, to: number): Stretch[] {
  const found: Stretch[] = [];
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 2 });
  const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO(zone).toPlainDate().add({ days: 2 });
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    for (const row of rows) {
      if (date.dayOfWeek !== row.day + 1) continue;
      const tomorrow = date.add({ days: 1 });
      const untilMidnight = row.end >= clock(23, 59);
      const end = untilMidnight ? 0 : row.end;
      const endDate = untilMidnight || row.end <= row.start ? tomorrow : date;
      found.push({ from: onDate(date, row.start, zone), to: onDate(endDate, end, zone) });
    }
  }
  return found;
}

function onDate(date: Temporal.PlainDate, sinceMidnight: number, zone: string): number {
  return date
    .toPlainDateTime({ hour: 0 })
    .add({ milliseconds: sinceMidnight })
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Whether some stretch holds the instant. */
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
 * The figures of one store: time is cut at every bound of a stretch or a window and half-way between every two polls
 * that count; each piece between two cuts is looked at in its middle.
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
