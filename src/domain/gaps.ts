import { CELLS, KNOTS, knotOf } from './gap-table.ts';
import { GrowingList } from './growing-list.ts';
import { HOUR, MINUTE } from './hours.ts';
import type { Intervals } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { WINDOWS } from './window.ts';

/** Time before the week's window; then from one window's start to the next one's; then the last hour. */
export const ERAS = WINDOWS.length + 1;

/** Gaps of ordinary length are counted in runs. */
const SHORTEST = 10 * MINUTE;
const LONGEST = 150 * MINUTE;

/** No poll at that end of a gap. */
export const NOBODY = -1;

/**
 * What the polls of one store say about its rates and its downtime, gathered in one walk: nearly all gaps between polls
 * are open throughout and about as long as each other, and of these it is enough to know how many there are of each
 * length. The few that business hours or the start of a window cut are kept one by one.
 */
export class StoreGaps {
  /**
   * How many gaps that are open throughout there are in each era, at `era · CELLS + cell`; a gap is shared by the two
   * knots around its length. The cut ones, which say as much about the rates, stand with the era before the windows.
   */
  readonly counts = new Float64Array(ERAS * CELLS);
  /** The places in `counts` that are not 0. */
  readonly used = new GrowingList();
  /** The cut gaps, four numbers each: from, to, state at the start, state at the end; `NOBODY` where there is none. */
  readonly cut = new GrowingList();
  /** The state that the first poll saw. */
  first = 0;
  /** How many polls count, in each era. */
  readonly polls = new Int32Array(ERAS);
  /** The longest gap that is open throughout, in each era. */
  readonly longest = new Float64Array(ERAS);

  /**
   * @param open the store's open intervals, complete over the eight days before `asOf`
   * @param polls arranged polls of which `[first, last)` are this store's, none outside the eight days before `asOf`
   * @returns whether any poll counts
   */
  gather(open: Intervals, { instant, active }: PollColumns, first: number, last: number, asOf: number): boolean {
    this.#clear();
    const { polls, longest } = this;
    let era = 0;
    let eraEnd = eraEndOf(0, asOf);
    let previous = Number.NEGATIVE_INFINITY;
    let state = NOBODY;
    let piece = NOBODY;
    // The run of ordinary gaps at hand, of one state and era: their number, and sums of what they exceed an hour by.
    let ordinary = 0;
    let sum = 0;
    let squares = 0;
    // Of the era at hand.
    let counted = 0;
    let widest = 0;
    let i = first;
    for (let p = 0; p < open.length && i < last; p += 2) {
      const from = open[p] as number;
      const to = open[p + 1] as number;
      while (i < last && (instant[i] as number) < from) i++;
      for (; i < last; i++) {
        const at = instant[i] as number;
        if (at >= to) break;
        const seen = active[i] as number;
        const gap = at - previous;
        const whole = piece === p && at <= eraEnd;
        if (whole && gap > widest) widest = gap;
        if (whole && seen === state && gap >= SHORTEST && gap < LONGEST) {
          const excess = gap - HOUR;
          ordinary++;
          sum += excess;
          squares += excess * excess;
        } else {
          if (!whole) this.#keep(previous, at, state, seen);
          if (state === NOBODY) this.first = seen;
          else this.#count((whole ? era * CELLS : 0) + (2 * state + seen) * KNOTS, gap, 1);
        }
        if (ordinary > 0 && (seen !== state || at >= eraEnd)) {
          this.#countRun(era * CELLS + 3 * state * KNOTS, ordinary, sum, squares);
          ordinary = 0;
          sum = 0;
          squares = 0;
        }
        if (at >= eraEnd) {
          polls[era] = counted;
          longest[era] = widest;
          counted = 0;
          widest = 0;
          while (at >= eraEnd) eraEnd = eraEndOf(++era, asOf);
        }
        counted++;
        previous = at;
        state = seen;
        piece = p;
      }
    }
    if (state === NOBODY) return false;
    polls[era] = counted;
    longest[era] = widest;
    if (ordinary > 0) this.#countRun(era * CELLS + 3 * state * KNOTS, ordinary, sum, squares);
    this.#keep(previous, Number.POSITIVE_INFINITY, state, NOBODY);
    return true;
  }

  /**
   * A run of gaps as if they had only two lengths, with their mean and their variance: all that they are asked is nearly
   * straight. Ordinarily these are a deviation below and above the mean; none is below the shortest that occurs.
   */
  #countRun(row: number, gaps: number, sum: number, squares: number): void {
    const mean = sum / gaps;
    const variance = Math.max(0, squares / gaps - mean * mean);
    const below = Math.min(Math.sqrt(variance), HOUR + mean - SHORTEST);
    // Lengths that are as good as equal.
    if (below < 1) {
      this.#count(row, HOUR + mean, gaps);
      return;
    }
    const above = variance / below;
    this.#count(row, HOUR + mean - below, (gaps * above) / (below + above));
    this.#count(row, HOUR + mean + above, (gaps * below) / (below + above));
  }

  #count(row: number, gap: number, gaps: number): void {
    const knot = knotOf(gap);
    const whole = Math.floor(knot);
    const rest = knot - whole;
    this.#add(row + whole, gaps * (1 - rest));
    if (rest > 0) this.#add(row + whole + 1, gaps * rest);
  }

  #add(place: number, gaps: number): void {
    const before = this.counts[place] as number;
    if (before === 0) this.used.push(place);
    this.counts[place] = before + gaps;
  }

  #keep(from: number, to: number, before: number, after: number): void {
    this.cut.push(from);
    this.cut.push(to);
    this.cut.push(before);
    this.cut.push(after);
  }

  #clear(): void {
    for (let i = 0; i < this.used.length; i++) this.counts[this.used.at(i)] = 0;
    this.used.clear();
    this.cut.clear();
    this.polls.fill(0);
    this.longest.fill(0);
  }
}

function eraEndOf(era: number, asOf: number): number {
  return era < WINDOWS.length ? asOf - (WINDOWS[WINDOWS.length - 1 - era] as number) : Number.POSITIVE_INFINITY;
}
