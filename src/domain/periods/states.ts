import type { Intervals } from '../interval.ts';
import type { PollColumns } from '../polls.ts';
import { POLL_REACH } from '../window.ts';

/** The state of an open instant. */
export const UNKNOWN = 0;
export const UP = 1;
export const DOWN = 2;
export type PeriodState = typeof UNKNOWN | typeof UP | typeof DOWN;

/** The state of one store over time by the rule of periods, in open and in closed time. Reused from store to store. */
export interface PeriodStates {
  /** Where each state begins; it lasts until the next one. Halves occur. Only the first `length` entries are valid. */
  from: Float64Array;
  state: Uint8Array;
  length: number;
  /** The instants of the counting polls and their states, 1 or 0; only the first `counted` entries are valid. */
  polls: Float64Array;
  active: Uint8Array;
  counted: number;
}

export function newPeriodStates(): PeriodStates {
  return { ...columns(256), length: 0, counted: 0 };
}

function columns(polls: number): Pick<PeriodStates, 'from' | 'state' | 'polls' | 'active'> {
  // Each poll may begin a state after unknown time; the last one is followed by unknown time, the first one preceded.
  const steps = 2 * polls + 2;
  return {
    ...{ from: new Float64Array(steps), state: new Uint8Array(steps) },
    ...{ polls: new Float64Array(polls), active: new Uint8Array(polls) },
  };
}

/**
 * Each instant takes the state of the nearest counting poll within eight days before or after it; without one, it is
 * unknown. Half-way between two polls the state changes.
 *
 * @param open the store's open intervals, complete over the time of its polls
 * @param polls arranged polls of which `[first, last)` are this store's: all within eight days of the instants that are
 *   asked about, up to `as_of`
 * @param out receives the result
 */
export function walkPeriodStates(
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  out: PeriodStates,
): void {
  const { instant, active } = polls;
  if (out.polls.length < last - first) Object.assign(out, columns(2 * (last - first)));
  out.length = 0;
  out.counted = 0;
  begin(out, Number.NEGATIVE_INFINITY, UNKNOWN);
  let previous = Number.NEGATIVE_INFINITY;
  let i = first;
  for (let o = 0; o < open.length && i < last; o += 2) {
    const from = open[o] as number;
    const to = open[o + 1] as number;
    while (i < last && (instant[i] as number) < from) i++;
    for (; i < last && (instant[i] as number) < to; i++) {
      const at = instant[i] as number;
      const state = active[i] === 1 ? UP : DOWN;
      if (at - previous > 2 * POLL_REACH) {
        if (out.counted > 0) begin(out, previous + POLL_REACH, UNKNOWN);
        begin(out, at - POLL_REACH, state);
      } else if (state !== out.state[out.length - 1]) {
        begin(out, (previous + at) / 2, state);
      }
      out.polls[out.counted] = at;
      out.active[out.counted++] = active[i] as number;
      previous = at;
    }
  }
  if (out.counted > 0) begin(out, previous + POLL_REACH, UNKNOWN);
}

function begin(out: PeriodStates, from: number, state: PeriodState): void {
  out.from[out.length] = from;
  out.state[out.length] = state;
  out.length++;
}

/** The open time in one state, in order. Stretches that meet where only the poll behind the state changes stay apart. */
export function openTimeIn(wanted: PeriodState, open: Intervals, { from, state, length }: PeriodStates): Intervals {
  const found: number[] = [];
  let o = 0;
  for (let step = 0; step < length; step++) {
    if (state[step] !== wanted) continue;
    const begin = from[step] as number;
    const end = step + 1 < length ? (from[step + 1] as number) : Number.POSITIVE_INFINITY;
    while (o < open.length && (open[o + 1] as number) <= begin) o += 2;
    for (let i = o; i < open.length && (open[i] as number) < end; i += 2) {
      found.push(Math.max(begin, open[i] as number), Math.min(end, open[i + 1] as number));
    }
  }
  return found;
}
