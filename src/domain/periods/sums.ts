import { type Intervals, overlapWith } from '../interval.ts';
import type { AdjustedStore } from './adjusted.ts';
import type { Slots } from './slots.ts';
import { DOWN, type PeriodStates, UNKNOWN, UP } from './states.ts';

/** What is summed over stores; times are milliseconds, in which halves occur. */
const SUMMED = [
  'open',
  'up',
  'down',
  /** Open time that is planned downtime; and that is excused, and not planned. */
  'planned',
  'excused',
  /** The rest of the open time, as far as it is up and down after all adjustments. */
  'adjustedUp',
  'adjustedDown',
  /** Open time within one polling interval of a counting poll, and not before the first poll ever. */
  'covered',
  'polls',
  /** The outages that begin in the cell, and all of their downtime. */
  'outages',
  'outageTime',
] as const;
/** What has a maximum over stores, milliseconds: the length of an outage, and open time without a counting poll. */
const GREATEST = ['longestOutage', 'longestUnobserved'] as const;

type Summed = (typeof SUMMED)[number];
export type Measure = Summed | (typeof GREATEST)[number];
export type Measures = Readonly<Record<Measure, number>>;

/** The measures of many rows as columns. What is open and neither up nor down is unknown. */
export class PeriodSums {
  readonly columns: Readonly<Record<Measure, Float64Array>>;

  constructor(rows: number) {
    const names: readonly Measure[] = [...SUMMED, ...GREATEST];
    this.columns = Object.fromEntries(names.map((name) => [name, new Float64Array(rows)])) as Record<
      Measure,
      Float64Array
    >;
  }

  /** Adds a row of other sums to one of these. */
  add(row: number, other: PeriodSums, from: number): void {
    for (const name of SUMMED) {
      const column = this.columns[name];
      column[row] = (column[row] as number) + (other.columns[name][from] as number);
    }
    for (const name of GREATEST) {
      const column = this.columns[name];
      column[row] = Math.max(column[row] as number, other.columns[name][from] as number);
    }
  }

  at(row: number): Measures {
    return Object.fromEntries(Object.entries(this.columns).map(([name, column]) => [name, column[row]])) as Record<
      Measure,
      number
    >;
  }
}

/** One store in a period. */
export interface PeriodStore {
  /** Its open intervals, complete over the slots, without those in which its hours or its zone are unknown. */
  readonly open: Intervals;
  readonly unknown: Intervals;
  /** What it is after adjustments; `undefined`: none concerns it, so adjusted figures are the others. */
  readonly adjusted: AdjustedStore | undefined;
  /** The time within one polling interval of its counting polls, open or not, and not before its first poll ever. */
  readonly covered: Intervals;
  readonly states: PeriodStates;
}

/**
 * Adds one store to the rows from `row` on, one for each cell.
 *
 * An outage is downtime with neither uptime nor unknown open time in between. It counts in the cell in which it begins,
 * with all of its downtime in the slots; so does a stretch of open time between two counting polls.
 */
export function addStore(store: PeriodStore, slots: Slots, sums: PeriodSums, row: number) {
  const { open, unknown, states } = store;
  const { columns } = sums;
  const add = (column: Float64Array, cell: number, time: number) => {
    column[row + cell] = (column[row + cell] as number) + time;
  };
  const raise = (column: Float64Array, cell: number, time: number) => {
    if (time > (column[row + cell] as number)) column[row + cell] = time;
  };
  const outage = { cell: -1, time: 0 };
  const gap = { cell: -1, time: 0 };
  const isAdjusted = store.adjusted !== undefined;
  const coveredIn = overlapWith(store.covered);
  let [slot, step, poll] = [0, 0, 0];

  const endOutage = () => {
    if (outage.time > 0) {
      add(columns.outages, outage.cell, 1);
      add(columns.outageTime, outage.cell, outage.time);
      raise(columns.longestOutage, outage.cell, outage.time);
    }
    outage.time = 0;
  };
  const endGap = () => {
    if (gap.cell >= 0) raise(columns.longestUnobserved, gap.cell, gap.time);
    gap.time = 0;
  };
  const addPolls = (cell: number, from: number, to: number) => {
    if (gap.cell < 0) gap.cell = cell;
    while (poll < states.counted && (states.polls[poll] as number) < from) poll++;
    let since = from;
    for (; poll < states.counted && (states.polls[poll] as number) < to; poll++) {
      const at = states.polls[poll] as number;
      gap.time += at - since;
      endGap();
      gap.cell = cell;
      since = at;
      add(columns.polls, cell, 1);
    }
    gap.time += to - since;
  };
  const addState = (cell: number, from: number, to: number, state: number) => {
    if (state === UP) {
      add(columns.up, cell, to - from);
      if (!isAdjusted) add(columns.adjustedUp, cell, to - from);
    }
    if (state === DOWN) {
      add(columns.down, cell, to - from);
      if (!isAdjusted) add(columns.adjustedDown, cell, to - from);
      if (outage.time === 0) outage.cell = cell;
      outage.time += to - from;
    } else {
      endOutage();
    }
  };
  const addStates = (cell: number, from: number, to: number) => {
    add(columns.covered, cell, coveredIn(from, to));
    while (step + 1 < states.length && (states.from[step + 1] as number) <= from) step++;
    for (let begin = from; begin < to; ) {
      const next = step + 1 < states.length ? (states.from[step + 1] as number) : Number.POSITIVE_INFINITY;
      const end = Math.min(next, to);
      addState(cell, begin, end, states.state[step] as number);
      if (next <= to) step++;
      begin = end;
    }
  };

  for (const { from, to, known } of openTime(open, unknown)) {
    while (slot < slots.length && (slots.to[slot] as number) <= from) slot++;
    for (let s = slot; s < slots.length && (slots.from[s] as number) < to; s++) {
      const begin = Math.max(from, slots.from[s] as number);
      const end = Math.min(to, slots.to[s] as number);
      const cell = slots.cell[s] as number;
      add(columns.open, cell, end - begin);
      addPolls(cell, begin, end);
      if (known) addStates(cell, begin, end);
      else addState(cell, begin, end, UNKNOWN);
    }
  }
  endOutage();
  endGap();
  if (store.adjusted === undefined) return;
  for (const [name, time] of Object.entries(store.adjusted.times)) {
    const column = columns[name as keyof AdjustedStore['times']];
    eachPiece(time, slots, (cell, from, to) => add(column, cell, to - from));
  }
}

/** Visits the parts of some intervals that lie in slots. */
export function eachPiece(
  intervals: Intervals,
  slots: Slots,
  visit: (cell: number, from: number, to: number) => void,
): void {
  let slot = 0;
  for (let i = 0; i < intervals.length; i += 2) {
    const [from, to] = [intervals[i] as number, intervals[i + 1] as number];
    while (slot < slots.length && (slots.to[slot] as number) <= from) slot++;
    for (let s = slot; s < slots.length && (slots.from[s] as number) < to; s++) {
      visit(slots.cell[s] as number, Math.max(from, slots.from[s] as number), Math.min(to, slots.to[s] as number));
    }
  }
}

/** The open time in order, with whether the hours and the zone are known then. */
function* openTime(open: Intervals, unknown: Intervals) {
  let [o, u] = [0, 0];
  while (o < open.length || u < unknown.length) {
    if (u >= unknown.length || (o < open.length && (open[o] as number) < (unknown[u] as number))) {
      yield { from: open[o] as number, to: open[o + 1] as number, known: true };
      o += 2;
    } else {
      yield { from: unknown[u] as number, to: unknown[u + 1] as number, known: false };
      u += 2;
    }
  }
}
