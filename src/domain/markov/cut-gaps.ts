import { GrowingList } from '../growing-list.ts';
import type { Intervals } from '../interval.ts';
import { WINDOWS } from '../window.ts';
import { Bridge } from './bridge.ts';
import { CellCounts } from './cell-counts.ts';
import { IMPOSSIBLE } from './gap-table.ts';
import { NO_POLL, type StoreGaps } from './gaps.ts';
import type { DowntimeSums } from './posterior-sums.ts';
import { GAP_SEGMENTS, gapSegmentOf, LONGEST_EDGE } from './segment-table.ts';
import type { Rates } from './transition.ts';

/** How many numbers a bridge has in its list. */
const BRIDGE_FIELDS = 7;

/**
 * The gaps of one store that the start of a window cuts, or closed time in more than one place, or that are very long, as
 * each window sees them.
 * Most have edges like the usual ones (see `StoreGaps`). What the two of a gap hold hangs together a little, by outages
 * that last from one to the other; these are so rare beside the others that we take the two as independent. Any other
 * gap is a bridge, which is exact.
 */
export class CutGaps {
  /** The edges that each window and all longer ones see as they are, and those that only it does. */
  readonly shared: readonly CellCounts[] = WINDOWS.map(() => new CellCounts(GAP_SEGMENTS));
  readonly own: readonly CellCounts[] = WINDOWS.map(() => new CellCounts(GAP_SEGMENTS));
  /** The most open time in one of the gaps, in each window. */
  readonly longestGap = new Float64Array(WINDOWS.length);
  /** Passages: where their stretches begin and end, their open time, the states at both ends, the two windows. */
  readonly #bridges = new GrowingList();
  /** Lengths in turn, the first closed; any may be 0. */
  readonly #lengths = new GrowingList();
  /** The open intervals that a window sees of the gap at hand. */
  readonly #clipped = new GrowingList();
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
      // Windows that the gap lies in as a whole see the same of it; one that begins within it sees its own part.
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
    // A change of state in so short a time is worth a closer look.
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

  /** The open intervals from `firstOpen` on, as far as they lie in `[least, most)`. */
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

  /** Away from the poll before, or from the only one backwards; what is outside the window counts as closed. */
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
    // Only a poll that comes later has something to say about the time before it.
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
   * Adds the downtime of the bridges to sums by window, for one class of store.
   *
   * @param fromUp its rates as of one seen up, who is away while down; `fromDown` the other way round
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
