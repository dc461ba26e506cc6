import { float64Column } from '../../lib/columns.ts';
import type { Intervals } from '../interval.ts';
import type { PollColumns } from '../polls.ts';
import { WINDOWS } from '../window.ts';
import { CellCounts } from './cell-counts.ts';
import { GapRun } from './gap-run.ts';
import { CELLS, cellOf, LONGEST_GAP } from './gap-table.ts';
import { GAP_SEGMENTS, gapSegmentOf, LONGEST_EDGE } from './segment-table.ts';

/** The number of window bands: before the week, from the start of one window to the next, and the last hour. */
export const WINDOW_BANDS = WINDOWS.length + 1;

/** In place of a state: there is no poll at that end of a gap. */
export const NO_POLL = -1;

/**
 * The gaps of one store, gathered in one pass over its polls. Nearly all gaps are open throughout, have the same state at
 * both ends and are of similar length; of these only sums are kept (`GapRun`). Very long ones, and those that are cut by
 * business hours or the start of a window, are kept one by one.
 */
export class StoreGaps {
  /** All gaps between two polls, whole and cut, in all bands: the evidence about the rates. */
  readonly all = new CellCounts(CELLS);
  /**
   * The gap segments of each band: whole gaps, and the edges of gaps that are cut by one closed stretch only. None for
   * the band before the windows.
   */
  readonly segments: readonly CellCounts[] = Array.from({ length: WINDOW_BANDS }, () => new CellCounts(GAP_SEGMENTS));
  /**
   * The other gaps, cut or very long, with four numbers each: from, to, state at the start, state at the end (or
   * `NO_POLL`).
   */
  readonly cut = float64Column(64);
  /** The state at the first counting poll. */
  first = 0;
  /** The number of counting polls in each band. */
  readonly polls = new Int32Array(WINDOW_BANDS);
  /** The most open time of a gap in `segments`, in each band. */
  readonly longest = new Float64Array(WINDOW_BANDS);
  /** The current run, of one state and band. */
  readonly #run = new GapRun();
  /** The most open time of a gap in the current band so far. */
  #widest = 0;
  /** The finished runs, together for each state. */
  readonly #runs = [new GapRun(), new GapRun()];

  /**
   * @param open the store's open intervals, complete over the eight days before `asOf`
   * @param polls arranged polls of which `[first, last)` are this store's, none outside the eight days before `asOf`
   * @returns whether any poll counts
   */
  gather(open: Intervals, { instant, active }: PollColumns, first: number, last: number, asOf: number): boolean {
    this.#clear();
    let band = 0;
    let bandEnd = bandEndOf(0, asOf);
    let previous = Number.NEGATIVE_INFINITY;
    let state = NO_POLL;
    let counted = 0;
    let i = first;
    for (let p = 0; p < open.length && i < last; p += 2) {
      const from = open[p] as number;
      const to = open[p + 1] as number;
      while (i < last && (instant[i] as number) < from) i++;
      // Whether the previous counting poll lies in this interval, or in the one before it.
      let inside = false;
      let adjacent = p > 0 && previous >= (open[p - 2] as number);
      while (i < last) {
        let at = instant[i] as number;
        if (at >= to) break;
        if (inside) {
          const next = this.#run.follow(instant, active, i, last, Math.min(to, bandEnd), previous, state);
          if (next > i) {
            counted += next - i;
            i = next;
            previous = instant[i - 1] as number;
            if (i === last) break;
            at = instant[i] as number;
            if (at >= to) break;
          }
        }
        const seen = active[i] as number;
        const ends = 2 * state + seen;
        const cell = cellOf(ends, at - previous);
        if (state === NO_POLL) this.first = seen;
        else this.all.add(cell, 1);
        const whole = inside && at - previous <= LONGEST_GAP;
        if (at > bandEnd || !(whole || (adjacent && seen === state))) this.#keep(previous, at, state, seen);
        else if (whole) {
          if (band > 0) this.#segmentsOf(band).add(cell, 1);
          if (at - previous > this.#widest) this.#widest = at - previous;
        } else this.#addEdges(band, state, previous, open[p - 1] as number, from, at);
        if (seen !== state || at >= bandEnd) this.#endRun(band, state);
        while (at >= bandEnd) {
          this.#endBand(band, counted);
          counted = 0;
          bandEnd = bandEndOf(++band, asOf);
        }
        counted++;
        previous = at;
        state = seen;
        inside = true;
        adjacent = false;
        i++;
      }
    }
    if (state === NO_POLL) return false;
    this.#endRun(band, state);
    this.#endBand(band, counted);
    for (band++; band < WINDOW_BANDS; band++) this.#endBand(band, 0);
    this.#keep(previous, Number.POSITIVE_INFINITY, state, NO_POLL);
    for (let s = 0; s <= 1; s++) (this.#runs[s] as GapRun).addTo(this.all, s);
    return true;
  }

  #endRun(band: number, state: number): void {
    if (this.#run.isEmpty) return;
    if (band > 0) this.#run.addTo(this.#segmentsOf(band), state);
    (this.#runs[state] as GapRun).add(this.#run);
    if (this.#run.longest > this.#widest) this.#widest = this.#run.longest;
    this.#run.clear();
  }

  /** Adds a gap between polls of one state that is closed once in between. */
  #addEdges(band: number, state: number, previous: number, closes: number, opens: number, at: number): void {
    if (band === 0) return;
    const early = closes - previous;
    const late = at - opens;
    if (early > LONGEST_EDGE || late > LONGEST_EDGE) {
      this.#keep(previous, at, state, state);
      return;
    }
    const segments = this.#segmentsOf(band);
    segments.add(gapSegmentOf(state, early, at - closes), 1);
    if (late > 0) segments.add(gapSegmentOf(state, late, opens - previous), 1);
    if (early + late > this.#widest) this.#widest = early + late;
  }

  #segmentsOf(band: number): CellCounts {
    return this.segments[band] as CellCounts;
  }

  #endBand(band: number, polls: number): void {
    this.polls[band] = polls;
    this.longest[band] = this.#widest;
    this.#widest = 0;
  }

  #keep(from: number, to: number, before: number, after: number): void {
    this.cut.push(from);
    this.cut.push(to);
    this.cut.push(before);
    this.cut.push(after);
  }

  #clear(): void {
    for (let band = 0; band < WINDOW_BANDS; band++) {
      this.#segmentsOf(band).clear();
      // Also read for stores without counting polls.
      this.polls[band] = 0;
    }
    this.all.clear();
    this.#run.clear();
    for (const run of this.#runs) run.clear();
    this.#widest = 0;
    this.cut.clear();
  }
}

function bandEndOf(band: number, asOf: number): number {
  return band < WINDOWS.length ? asOf - (WINDOWS[WINDOWS.length - 1 - band] as number) : Number.POSITIVE_INFINITY;
}
