import type { Rates } from './chain.ts';
import { CutGap } from './cut-gap.ts';
import { DowntimeSums } from './downtime-sums.ts';
import { EdgeTable, LONGEST_EDGE } from './edge-table.ts';
import { CELLS, DOWN_DOWN, FIGURES, type GapTable, KNOTS, UP_UP } from './gap-table.ts';
import { ERAS, NOBODY, type StoreGaps } from './gaps.ts';
import { type Intervals, totalWithin } from './interval.ts';
import type { Kind } from './kinds.ts';
import { WINDOWS } from './window.ts';

/** A kind whose share is smaller is left out of a store's estimate. */
const LEAST_SHARE = 0.04;

/**
 * What is known of the open time that a store was down in each of `WINDOWS`, given its polls and the kinds of store
 * that it may be. Gaps between polls are independent given the polls and the kind, so their figures add up.
 */
export class Downtime {
  /** The open time in milliseconds. */
  readonly open = new Float64Array(WINDOWS.length);
  /** Expected downtime in milliseconds, and the variance around it; that of not knowing the kind is part of it. */
  readonly mean = new Float64Array(WINDOWS.length);
  readonly variance = new Float64Array(WINDOWS.length);
  /** The probabilities that the store was up, and that it was down, for all of the open time. */
  readonly never = new Float64Array(WINDOWS.length);
  readonly always = new Float64Array(WINDOWS.length);
  /** The most open time between one poll that counts and the next, or the window's edge. */
  readonly unseen = new Float64Array(WINDOWS.length);

  /** The kinds in question and how likely they are. */
  #kinds = 0;
  readonly #kind: Int32Array;
  readonly #share: Float64Array;
  /** How likely it is to be of a kind that is never down, and of one that is never up. */
  #neverDown = 0;
  #neverUp = 0;
  readonly #sums: readonly DowntimeSums[];
  readonly #cut = new CutGap();
  readonly #edges: EdgeTable;
  /** The cut gap at hand: its sums, and the open time in it. */
  readonly #ofCut: DowntimeSums;
  #openOfCut = 0;
  readonly #table: GapTable;
  /** What a store of each kind does while it is seen up, and while it is seen down. */
  readonly #fromUp: readonly Rates[];
  readonly #fromDown: readonly Rates[];

  /** @param table the kinds of store that there are */
  constructor(table: GapTable) {
    const { kinds } = table;
    this.#table = table;
    this.#edges = new EdgeTable(kinds);
    this.#kind = new Int32Array(kinds.length);
    this.#share = new Float64Array(kinds.length);
    this.#sums = WINDOWS.map(() => new DowntimeSums(this.#kind));
    this.#ofCut = new DowntimeSums(this.#kind);
    this.#fromUp = kinds.map(({ failure, recovery }) => ({ enter: failure, leave: recovery }));
    this.#fromDown = kinds.map(({ failure, recovery }) => ({ enter: recovery, leave: failure }));
  }

  /**
   * @param open the store's open intervals, complete over the windows
   * @param gaps what was gathered of its polls, at least one of which counts
   * @param shares how likely each kind of the table is, up to a factor
   */
  estimate(open: Intervals, gaps: StoreGaps, shares: Float64Array, asOf: number): void {
    this.#choose(shares);
    this.#addWhole(gaps);
    this.#addCut(open, gaps, asOf);
    for (let w = 0; w < WINDOWS.length; w++) {
      this.open[w] = totalWithin(open, asOf - (WINDOWS[w] as number), asOf);
      this.#mix(w);
    }
  }

  #choose(shares: Float64Array): void {
    const { kinds } = this.#table;
    let all = 0;
    for (let k = 0; k < shares.length; k++) all += shares[k] as number;
    let kept = 0;
    this.#kinds = 0;
    this.#neverDown = 0;
    this.#neverUp = 0;
    for (let k = 0; k < shares.length; k++) {
      const share = shares[k] as number;
      if (share < LEAST_SHARE * all) continue;
      const { failure, recovery } = kinds[k] as Kind;
      kept += share;
      // With these there is nothing to add up: a single poll to the contrary, and the share is 0.
      if (failure === 0) this.#neverDown += share;
      else if (recovery === 0) this.#neverUp += share;
      else {
        this.#kind[this.#kinds] = k;
        this.#share[this.#kinds++] = share;
      }
    }
    this.#neverDown /= kept;
    this.#neverUp /= kept;
    for (let i = 0; i < this.#kinds; i++) this.#share[i] = (this.#share[i] as number) / kept;
  }

  /** The gaps that nothing cuts, from the table. Those of an era lie in its window and in all longer ones. */
  #addWhole({ used, counts, longest }: StoreGaps): void {
    for (const sums of this.#sums) sums.clear(this.#kinds);
    const { figures, kinds } = this.#table;
    for (let u = 0; u < used.length; u++) {
      const place = used.at(u);
      const era = Math.floor(place / CELLS);
      if (era === 0) continue;
      const sums = this.#sums[ERAS - 1 - era] as DowntimeSums;
      const { mean, variance, logNever, logAlways } = sums;
      const count = counts[place] as number;
      const cell = place - era * CELLS;
      const ends = Math.floor(cell / KNOTS);
      sums.mayBeNever &&= ends === UP_UP;
      sums.mayBeAlways &&= ends === DOWN_DOWN;
      const row = cell * kinds.length;
      for (let i = 0; i < this.#kinds; i++) {
        const at = FIGURES * (row + (this.#kind[i] as number));
        mean[i] = (mean[i] as number) + count * (figures[at] as number);
        variance[i] = (variance[i] as number) + count * (figures[at + 1] as number);
        if (sums.mayBeNever) logNever[i] = (logNever[i] as number) + count * (figures[at + 2] as number);
        if (sums.mayBeAlways) logAlways[i] = (logAlways[i] as number) + count * (figures[at + 3] as number);
      }
    }
    let unseen = 0;
    for (let w = 0; w < WINDOWS.length; w++) {
      if (w > 0) (this.#sums[w] as DowntimeSums).add(this.#sums[w - 1] as DowntimeSums);
      unseen = Math.max(unseen, longest[ERAS - 1 - w] as number);
      this.unseen[w] = unseen;
    }
  }

  #addCut(open: Intervals, { cut }: StoreGaps, asOf: number): void {
    let piece = 0;
    for (let c = 0; c < cut.length; c += 4) {
      const from = cut.at(c);
      const to = cut.at(c + 1);
      const before = cut.at(c + 2);
      const after = cut.at(c + 3);
      while (piece < open.length && (open[piece + 1] as number) <= from) piece += 2;
      let followed = false;
      for (let w = WINDOWS.length - 1; w >= 0; w--) {
        const start = asOf - (WINDOWS[w] as number);
        if (to <= start) break;
        // What lies altogether in this window was followed for the longer one.
        if (!followed || from < start) {
          this.#ofCut.clear(this.#kinds);
          this.#openOfCut = 0;
          if (!this.#followEdges(open, piece, from, to, before, after, Math.max(from, start), Math.min(to, asOf))) {
            this.#follow(open, piece, from, to, before, after, start, asOf);
          }
          followed = true;
        }
        if (this.#openOfCut === 0) continue;
        (this.#sums[w] as DowntimeSums).add(this.#ofCut);
        this.unseen[w] = Math.max(this.unseen[w] as number, this.#openOfCut);
      }
    }
  }

  /**
   * The usual cut gap: open beside the polls and closed in between. What the two edges hold hangs together a little, by
   * outages that last from one to the other; these are so rare beside the others that we take the two as independent.
   *
   * @returns false when there is open time elsewhere in the gap, or too much; nothing is added then
   */
  #followEdges(
    open: Intervals,
    piece: number,
    from: number,
    to: number,
    before: number,
    after: number,
    least: number,
    most: number,
  ): boolean {
    let early = 0;
    let late = 0;
    for (let p = piece; p < open.length; p += 2) {
      const opens = Math.max(open[p] as number, least);
      if (opens >= most) break;
      const closes = Math.min(open[p + 1] as number, most);
      if (closes <= opens) continue;
      if (closes - opens > LONGEST_EDGE) return false;
      if (opens === from) early = closes - opens;
      else if (closes === to) late = closes - opens;
      else return false;
    }
    const sums = this.#ofCut;
    if (early > 0) this.#edges.addTo(sums, before, after === NOBODY ? before : after, early, to - from - early);
    if (late > 0) this.#edges.addTo(sums, after, before === NOBODY ? after : before, late, to - from - late);
    this.#openOfCut = early + late;
    return true;
  }

  /** Any cut gap, exactly. */
  #follow(
    open: Intervals,
    piece: number,
    from: number,
    to: number,
    before: number,
    after: number,
    start: number,
    asOf: number,
  ): void {
    const gap = this.#cut;
    if (before === NOBODY) gap.backwards(open, to, start);
    else gap.forwards(open, piece, from, to, start, asOf);
    const first = before === NOBODY ? after : before;
    const last = before === NOBODY ? NOBODY : after;
    const { mean, variance, never, always } = this.#ofCut;
    const rates = first === 1 ? this.#fromUp : this.#fromDown;
    const seen = last === NOBODY ? -1 : last === first ? 0 : 1;
    for (let i = 0; i < this.#kinds; i++) {
      const away = gap.follow(rates[this.#kind[i] as number] as Rates, seen);
      mean[i] = first === 1 ? away.mean : gap.open - away.mean;
      variance[i] = away.variance;
      never[i] = first === 1 ? away.none : away.all;
      always[i] = first === 1 ? away.all : away.none;
    }
    this.#openOfCut = gap.open;
  }

  #mix(w: number): void {
    const sums = this.#sums[w] as DowntimeSums;
    const { mean, variance, logNever, logAlways } = sums;
    const openTime = this.open[w] as number;
    let expected = this.#neverUp * openTime;
    let square = expected * openTime;
    let never = this.#neverDown;
    let always = this.#neverUp;
    for (let i = 0; i < this.#kinds; i++) {
      const share = this.#share[i] as number;
      const ofKind = mean[i] as number;
      expected += share * ofKind;
      square += share * ((variance[i] as number) + ofKind * ofKind);
      if (sums.mayBeNever) never += share * (sums.never[i] as number) * Math.exp(logNever[i] as number);
      if (sums.mayBeAlways) always += share * (sums.always[i] as number) * Math.exp(logAlways[i] as number);
    }
    this.mean[w] = expected;
    this.variance[w] = Math.max(0, square - expected * expected);
    this.never[w] = never;
    this.always[w] = always;
  }
}
