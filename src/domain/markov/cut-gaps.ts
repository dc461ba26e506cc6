import { float64Column } from '../../lib/columns.ts';
import type { Intervals } from '../interval.ts';
import { WINDOWS } from '../window.ts';
import { Bridge } from './bridge.ts';
import { CellCounts } from './cell-counts.ts';
import { IMPOSSIBLE } from './gap-table.ts';
import { NO_POLL, type StoreGaps } from './gaps.ts';
import type { DowntimeSums } from './posterior-sums.ts';
import { GAP_SEGMENTS, gapSegmentOf, LONGEST_EDGE } from './segment-table.ts';
import type { Rates } from './transition.ts';

/** The number of entries of one bridge in the list of bridges. */
const BRIDGE_FIELDS = 7;

/**
 * The remaining gaps of one store (`StoreGaps.cut`), as each window sees them. A gap whose open time lies only at its two
 * polls becomes one or two tabulated edges. They are treated as independent, which neglects outages that last across the
 * closed time between them. Any other gap becomes a bridge, which is exact.
 */
export class CutGaps {
  /** For each window, the edges that it and all longer ones see, and those that only it sees. */
  readonly shared: readonly CellCounts[] = WINDOWS.map(() => new CellCounts(GAP_SEGMENTS));
  readonly own: readonly CellCounts[] = WINDOWS.map(() => new CellCounts(GAP_SEGMENTS));
  /** The most open time of one of the gaps, in each window. */
  readonly longestGap = new Float64Array(WINDOWS.length);
  /** For each bridge: start and end in `#lengths`, open time, state at both ends, first and last window. */
  readonly #bridges = float64Column(64);
  /** Lengths of alternating closed and open stretches, closed first; may be 0. */
  readonly #lengths = float64Column(64);
  /** The open intervals of the current gap that a window sees. */
  readonly #clipped = float64Column(64);
  readonly #bridge = new Bridge();

  /** @param open the store's open intervals, complete over the windows */
  set(open: Intervals, { cut }: StoreGaps, asOf: number): void {
    this.#clear();
    let firstOpen = 0;
    for (let c = 0; c < cut.length; c += 4) {
      const from = cut.at(c);
      const to = cut.at(c + 1);
      const before = cut.at(c + 2);
      const after = cut.at(c + 3);
      while (firstOpen < open.length && (open[firstOpen + 1] as number) <= from) firstOpen += 2;
      // All windows that contain the whole gap see the same; one that begins within it sees only a part.
      let last = WINDOWS.length - 1;
      while (last >= 0 && to > asOf - (WINDOWS[last] as number)) {
        const start = asOf - (WINDOWS[last] as number);
        let first = last;
        while (from >= start && first > 0 && from >= asOf - (WINDOWS[first - 1] as number)) first--;
        this.#addPart(open, firstOpen, from, to, before, after, start, asOf, first, last);
        last = first - 1;
      }
    }
  }

  #addPart(
    open: Intervals,
    firstOpen: number,
    from: number,
    to: number,
    before: number,
    after: number,
    start: number,
    asOf: number,
    firstWindow: number,
    lastWindow: number,
  ): void {
    const least = Math.max(from, start);
    const most = Math.min(to, asOf);
    // Edges are only tabulated for gaps without a change of state.
    const longest = before === after || before === NO_POLL || after === NO_POLL ? LONGEST_EDGE : 0;
    this.#clip(open, firstOpen, least, most);
    let early = 0;
    let late = 0;
    for (let i = 0; i < this.#clipped.length; i += 2) {
      const opens = this.#clipped.at(i);
      const closes = this.#clipped.at(i + 1);
      const length = closes - opens;
      if (opens === from && length <= longest) early = length;
      else if (closes === to && length <= longest) late = length;
      else {
        this.#addBridge(from, to, before, after, firstWindow, lastWindow);
        return;
      }
    }
    const state = before === NO_POLL ? after : before;
    const rest = to - from;
    const isShared = lastWindow === WINDOWS.length - 1;
    const edges = (isShared ? this.shared : this.own)[firstWindow] as CellCounts;
    if (early > 0) edges.add(gapSegmentOf(state, early, rest - early), 1);
    if (late > 0) edges.add(gapSegmentOf(state, late, rest - late), 1);
    this.#noteGap(early + late, firstWindow, lastWindow);
  }

  /** Clips the open intervals from `firstOpen` on to `[least, most)`. */
  #clip(open: Intervals, firstOpen: number, least: number, most: number): void {
    this.#clipped.clear();
    for (let p = firstOpen; p < open.length; p += 2) {
      const opens = Math.max(open[p] as number, least);
      if (opens >= most) break;
      const closes = Math.min(open[p + 1] as number, most);
      if (closes <= opens) continue;
      this.#clipped.push(opens);
      this.#clipped.push(closes);
    }
  }

  #noteGap(open: number, firstWindow: number, lastWindow: number): void {
    for (let w = firstWindow; w <= lastWindow; w++)
      if (open > (this.longestGap[w] as number)) this.longestGap[w] = open;
  }

  /** Adds a bridge from the poll before, or backwards from the poll after; time outside the window counts as closed. */
  #addBridge(from: number, to: number, before: number, after: number, firstWindow: number, lastWindow: number): void {
    const begin = this.#lengths.length;
    const time = before === NO_POLL ? this.#backwards(to) : this.#forwards(from, to);
    this.#bridges.push(begin);
    this.#bridges.push(this.#lengths.length);
    this.#bridges.push(time);
    this.#bridges.push(before === NO_POLL ? after : before);
    this.#bridges.push(before === NO_POLL ? NO_POLL : after);
    this.#bridges.push(firstWindow);
    this.#bridges.push(lastWindow);
    this.#noteGap(time, firstWindow, lastWindow);
  }

  #forwards(from: number, to: number): number {
    let time = 0;
    let at = from;
    for (let i = 0; i < this.#clipped.length; i += 2) {
      const opens = this.#clipped.at(i);
      const closes = this.#clipped.at(i + 1);
      this.#lengths.push(opens - at);
      this.#lengths.push(closes - opens);
      time += closes - opens;
      at = closes;
    }
    // Without a later poll, the closed time at the end has no effect.
    this.#lengths.push(Number.isFinite(to) ? to - at : 0);
    return time;
  }

  #backwards(from: number): number {
    let time = 0;
    let at = from;
    for (let i = this.#clipped.length - 2; i >= 0; i -= 2) {
      const opens = this.#clipped.at(i);
      const closes = this.#clipped.at(i + 1);
      this.#lengths.push(at - closes);
      this.#lengths.push(closes - opens);
      time += closes - opens;
      at = opens;
    }
    return time;
  }

  /**
   * Adds the downtime of the bridges to sums by window, for one latent class.
   *
   * @param fromUp its rates for bridges from a poll that saw the store up; `fromDown` likewise
   */
  addBridges(sums: DowntimeSums, fromUp: Rates, fromDown: Rates): void {
    const [list, away] = [this.#bridges, this.#bridge];
    for (let i = 0; i < list.length; i += BRIDGE_FIELDS) {
      const home = list.at(i + 3);
      const end = list.at(i + 4);
      const rates = home === 1 ? fromUp : fromDown;
      away.begin();
      for (let s = list.at(i); s < list.at(i + 1); s += 2) {
        away.closed(rates, this.#lengths.at(s));
        if (s + 1 < list.at(i + 1)) away.open(rates, this.#lengths.at(s + 1));
      }
      away.end(end === NO_POLL ? -1 : end === home ? 0 : 1);
      const mean = home === 1 ? away.mean : list.at(i + 2) - away.mean;
      const none = away.none > 0 ? Math.log(away.none) : IMPOSSIBLE;
      const all = away.all > 0 ? Math.log(away.all) : IMPOSSIBLE;
      const [never, always] = home === 1 ? [none, all] : [all, none];
      sums.add(list.at(i + 5), list.at(i + 6), mean, away.variance, never, always);
    }
  }

  #clear(): void {
    for (let w = 0; w < WINDOWS.length; w++) {
      (this.shared[w] as CellCounts).clear();
      (this.own[w] as CellCounts).clear();
      this.longestGap[w] = 0;
    }
    this.#bridges.clear();
    this.#lengths.clear();
  }
}
