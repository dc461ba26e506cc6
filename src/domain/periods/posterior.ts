import type { Intervals } from '../interval.ts';
import { Bridge } from '../markov/bridge.ts';
import { CellCounts } from '../markov/cell-counts.ts';
import { ClassPosterior } from '../markov/class-posterior.ts';
import type { LatentClass } from '../markov/classes.ts';
import type { FleetModel } from '../markov/estimator.ts';
import { CELLS, cellOf, GapTable, IMPOSSIBLE, LONGEST_GAP } from '../markov/gap-table.ts';
import { NO_POLL } from '../markov/gaps.ts';
import { GAP_SEGMENTS, GapSegmentTable, gapSegmentOf, LONGEST_EDGE, SEGMENT_FIGURES } from '../markov/segment-table.ts';
import type { Rates } from '../markov/transition.ts';
import { LONGEST_MONITORED_GAP } from '../monitored.ts';
import { POLL_REACH } from '../window.ts';
import type { Slots } from './slots.ts';
import type { PeriodStates } from './states.ts';

/**
 * Counts the gaps between the polls of a store, as evidence of its rates.
 *
 * @param out receives them
 */
export function gatherEvidence({ polls, active, counted }: PeriodStates, out: CellCounts): void {
  out.clear();
  for (let i = 1; i < counted; i++) {
    const gap = (polls[i] as number) - (polls[i - 1] as number);
    // After eight days, the state says nothing anymore.
    out.add(cellOf(2 * (active[i - 1] as number) + (active[i] as number), Math.min(gap, POLL_REACH)), 1);
  }
}

/** What a class says of the downtime of a store in each cell: moments in milliseconds, and log-probabilities. */
interface ClassSums {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** That it was never and always down. */
  readonly never: Float64Array;
  readonly always: Float64Array;
}

/** A stretch of open time of one gap, in one cell. */
interface Piece {
  from: number;
  to: number;
  cell: number;
}

/**
 * The posterior of a store's downtime in each cell of a period, given its polls and the mixture of its fleet: what
 * `DowntimePosterior` is for the windows of a report. Only time whose state is known by the rule of periods is in it.
 *
 * A gap that lies in one cell, open throughout, has tabulated moments, and so has the edge of one beside a poll. Any other
 * part of a gap becomes a bridge, in which the time of other cells counts as closed.
 */
export class PeriodPosterior {
  /** The cells with known time of the current store. */
  readonly touched: number[] = [];
  /** By cell, milliseconds: the known time, and how much of it is not monitored. */
  readonly known: Float64Array;
  readonly unmonitored: Float64Array;
  /** The expected downtime, its variance, and the probabilities that the store was never and always down. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly never: Float64Array;
  readonly always: Float64Array;

  readonly #cells: number;
  readonly #classes: readonly LatentClass[];
  readonly #posterior: ClassPosterior;
  readonly #figures: Float64Array;
  readonly #evidence = new CellCounts(CELLS);
  /** The classes of the current store that are not left out, with their sums. */
  readonly #kept: number[] = [];
  readonly #sums: ClassSums[] = [];
  /** The gap segments of the current cell. */
  readonly #segments = new CellCounts(GAP_SEGMENTS);
  /** The parts of the current gap that are no whole gap of a cell; only the first `#pending` are valid. */
  readonly #pieces: Piece[] = [];
  #pending = 0;
  readonly #lengths: number[] = [];
  readonly #bridge = new Bridge();

  /** @param cells the number of cells */
  constructor({ classes, weights }: FleetModel, cells: number) {
    const table = new GapTable(classes);
    this.#cells = cells;
    this.#classes = classes;
    this.#posterior = new ClassPosterior({ table, weights });
    this.#figures = new GapSegmentTable(table).figures;
    const column = () => new Float64Array(cells);
    [this.known, this.unmonitored, this.mean, this.variance] = [column(), column(), column(), column()];
    [this.never, this.always] = [column(), column()];
  }

  /**
   * Computes the posterior of one store.
   *
   * @param open the open time that is in question
   * @param states the store's, by its counting polls
   */
  estimate(open: Intervals, states: PeriodStates, slots: Slots): void {
    this.#clear();
    if (states.counted === 0) return;
    this.#weigh(states);
    this.#walk(open, states, slots);
    this.#mix();
  }

  #clear(): void {
    for (const cell of this.touched) {
      this.known[cell] = 0;
      this.unmonitored[cell] = 0;
      for (const { mean, variance, never, always } of this.#sums) {
        mean[cell] = 0;
        variance[cell] = 0;
        never[cell] = 0;
        always[cell] = 0;
      }
    }
    this.touched.length = 0;
  }

  #weigh(states: PeriodStates): void {
    gatherEvidence(states, this.#evidence);
    const least = this.#posterior.weigh(states.active[0] as number, this.#evidence);
    this.#kept.length = 0;
    for (const k of this.#classes.keys()) {
      if ((this.#posterior.probabilities[k] as number) >= least) this.#kept.push(k);
    }
    const column = () => new Float64Array(this.#cells);
    while (this.#sums.length < this.#kept.length) {
      this.#sums.push({ mean: column(), variance: column(), never: column(), always: column() });
    }
  }

  #walk(open: Intervals, { polls, active, counted }: PeriodStates, slots: Slots): void {
    let [slot, next, current] = [0, 0, -1];
    const endGap = () => {
      const from = next > 0 ? (polls[next - 1] as number) : Number.NEGATIVE_INFINITY;
      const to = next < counted ? (polls[next] as number) : Number.POSITIVE_INFINITY;
      const before = next > 0 ? (active[next - 1] as number) : NO_POLL;
      const after = next < counted ? (active[next] as number) : NO_POLL;
      if (this.#pending > 0) this.#addParts(from, to, before, after, current);
    };
    for (let o = 0; o < open.length; o += 2) {
      const [opens, closes] = [open[o] as number, open[o + 1] as number];
      while (slot < slots.length && (slots.to[slot] as number) <= opens) slot++;
      for (let s = slot; s < slots.length && (slots.from[s] as number) < closes; s++) {
        let at = Math.max(opens, slots.from[s] as number);
        const end = Math.min(closes, slots.to[s] as number);
        const cell = slots.cell[s] as number;
        if (cell !== current) {
          this.#flush(current);
          current = cell;
        }
        for (; next < counted && (polls[next] as number) <= at; next++) endGap();
        for (; next < counted && (polls[next] as number) < end; next++) {
          const poll = polls[next] as number;
          const gap = poll - at;
          if (next > 0 && at === polls[next - 1] && gap <= LONGEST_GAP) {
            this.#addTime(cell, gap);
            this.#segments.add(cellOf(2 * (active[next - 1] as number) + (active[next] as number), gap), 1);
          } else {
            this.#push(at, poll, cell);
            endGap();
          }
          at = poll;
        }
        if (at < end) this.#push(at, end, cell);
      }
    }
    endGap();
    this.#flush(current);
  }

  #push(from: number, to: number, cell: number): void {
    const piece = this.#pieces[this.#pending];
    if (piece === undefined) this.#pieces.push({ from, to, cell });
    else Object.assign(piece, { from, to, cell });
    this.#pending++;
  }

  #addTime(cell: number, time: number): void {
    if (this.known[cell] === 0) this.touched.push(cell);
    this.known[cell] = (this.known[cell] as number) + time;
  }

  /** Adds the parts of a gap, cell by cell. `current`: the cell whose segments are being counted. */
  #addParts(from: number, to: number, before: number, after: number, current: number): void {
    const pieces = knownPieces(this.#pieces, this.#pending, from, to);
    this.#pending = 0;
    const time = pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0);
    const isMonitored = before !== NO_POLL && after !== NO_POLL && time <= LONGEST_MONITORED_GAP;
    for (const piece of pieces) {
      this.#addTime(piece.cell, piece.to - piece.from);
      if (!isMonitored) {
        this.unmonitored[piece.cell] = (this.unmonitored[piece.cell] as number) + piece.to - piece.from;
      }
    }
    for (let i = 0; i < pieces.length; i++) {
      const { cell } = pieces[i] as Piece;
      if (i > 0 && pieces.slice(0, i).some((other) => other.cell === cell)) continue;
      const own = pieces.length === 1 ? pieces : pieces.filter((other) => other.cell === cell);
      const areEdges = own.every((piece) => isEdge(piece, from, to, before, after));
      if (!areEdges) {
        this.#addBridge(own, from, to, before, after);
        continue;
      }
      if (cell !== current) this.#flush(current);
      for (const piece of own) {
        const length = piece.to - piece.from;
        const rest = to - from - length;
        const state = before === NO_POLL ? after : before;
        this.#segments.add(gapSegmentOf(state, length, rest > POLL_REACH ? Number.POSITIVE_INFINITY : rest), 1);
      }
      if (cell !== current) this.#flush(cell);
    }
  }

  /** Adds the counted segments to a cell. */
  #flush(cell: number): void {
    const { cells, counts, length } = this.#segments;
    if (length === 0) return;
    for (const [i, k] of this.#kept.entries()) {
      let [mean, variance, never, always] = [0, 0, 0, 0];
      for (let j = 0; j < length; j++) {
        const count = counts[j] as number;
        const at = (k * GAP_SEGMENTS + (cells[j] as number)) * SEGMENT_FIGURES;
        mean += count * (this.#figures[at] as number);
        variance += count * (this.#figures[at + 1] as number);
        never += count * (this.#figures[at + 2] as number);
        always += count * (this.#figures[at + 3] as number);
      }
      addTo(this.#sums[i] as ClassSums, cell, mean, variance, never, always);
    }
    this.#segments.clear();
  }

  #addBridge(pieces: readonly Piece[], from: number, to: number, before: number, after: number): void {
    const isBackwards = before === NO_POLL;
    const time = isBackwards ? this.#backwards(pieces, to) : this.#forwards(pieces, from, to);
    const home = isBackwards ? after : before;
    const end = isBackwards ? NO_POLL : after;
    const { cell } = pieces[0] as Piece;
    const bridge = this.#bridge;
    for (const [i, k] of this.#kept.entries()) {
      const { failure, recovery } = this.#classes[k] as LatentClass;
      if (failure === 0 || recovery === 0) continue;
      const rates: Rates = home === 1 ? { enter: failure, leave: recovery } : { enter: recovery, leave: failure };
      bridge.begin();
      for (const [j, length] of this.#lengths.entries()) {
        if (j % 2 === 0) bridge.closed(rates, length);
        else bridge.open(rates, length);
      }
      bridge.end(end === NO_POLL ? -1 : end === home ? 0 : 1);
      const mean = home === 1 ? bridge.mean : time - bridge.mean;
      const none = bridge.none > 0 ? Math.log(bridge.none) : IMPOSSIBLE;
      const all = bridge.all > 0 ? Math.log(bridge.all) : IMPOSSIBLE;
      const [never, always] = home === 1 ? [none, all] : [all, none];
      addTo(this.#sums[i] as ClassSums, cell, mean, bridge.variance, never, always);
    }
  }

  /** Fills `#lengths` with closed and open stretches from the poll before on; returns the open time. */
  #forwards(pieces: readonly Piece[], from: number, to: number): number {
    this.#lengths.length = 0;
    let [time, at] = [0, from];
    for (const piece of pieces) {
      this.#lengths.push(piece.from - at, piece.to - piece.from);
      time += piece.to - piece.from;
      at = piece.to;
    }
    // Without a later poll, the closed time at the end has no effect.
    this.#lengths.push(Number.isFinite(to) ? to - at : 0);
    return time;
  }

  /** The same from the poll after, back in time: the chain is reversible. */
  #backwards(pieces: readonly Piece[], to: number): number {
    this.#lengths.length = 0;
    let [time, at] = [0, to];
    for (const piece of pieces.toReversed()) {
      this.#lengths.push(at - piece.to, piece.to - piece.from);
      time += piece.to - piece.from;
      at = piece.from;
    }
    return time;
  }

  /** The moments over all classes. */
  #mix(): void {
    const probabilities = this.#kept.map((k) => this.#posterior.probabilities[k] as number);
    const sum = probabilities.reduce((sum, probability) => sum + probability, 0);
    for (const cell of this.touched) {
      const known = this.known[cell] as number;
      let [mean, square, never, always] = [0, 0, 0, 0];
      for (const [i, k] of this.#kept.entries()) {
        const weight = (probabilities[i] as number) / sum;
        const own = this.#sums[i] as ClassSums;
        const { failure, recovery } = this.#classes[k] as LatentClass;
        // These classes never change their state, so a single poll of the other state would rule them out.
        if (failure === 0) never += weight;
        else if (recovery === 0) {
          mean += weight * known;
          square += weight * known * known;
          always += weight;
        } else {
          const m = own.mean[cell] as number;
          mean += weight * m;
          square += weight * ((own.variance[cell] as number) + m * m);
          never += weight * Math.exp(own.never[cell] as number);
          always += weight * Math.exp(own.always[cell] as number);
        }
      }
      this.mean[cell] = Math.min(known, mean);
      this.variance[cell] = Math.max(0, square - mean * mean);
      this.never[cell] = never;
      this.always[cell] = always;
    }
  }
}

function addTo(sums: ClassSums, cell: number, mean: number, variance: number, never: number, always: number): void {
  sums.mean[cell] = (sums.mean[cell] as number) + mean;
  sums.variance[cell] = (sums.variance[cell] as number) + variance;
  sums.never[cell] = (sums.never[cell] as number) + never;
  sums.always[cell] = (sums.always[cell] as number) + always;
}

/** Whether a part of a gap begins or ends at one of its polls and is tabulated. */
function isEdge(piece: Piece, from: number, to: number, before: number, after: number): boolean {
  if (before !== after && before !== NO_POLL && after !== NO_POLL) return false;
  return (piece.from === from) !== (piece.to === to) && piece.to - piece.from <= LONGEST_EDGE;
}

/** The first `count` pieces without the time that is more than eight days from both polls of their gap. */
function knownPieces(pieces: readonly Piece[], count: number, from: number, to: number): readonly Piece[] {
  const [end, begin] = [from + POLL_REACH, to - POLL_REACH];
  const own = pieces.slice(0, count);
  if (begin <= end) return own.map((piece) => ({ ...piece }));
  return own
    .flatMap(({ from, to, cell }) => [
      { from, to: Math.min(to, end), cell },
      { from: Math.max(from, begin), to, cell },
    ])
    .filter((piece) => piece.from < piece.to);
}
