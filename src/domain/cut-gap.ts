import type { Rates } from './chain.ts';
import { GrowingList } from './growing-list.ts';
import type { Intervals } from './interval.ts';
import { Passage } from './passage.ts';

/** A gap between two polls as a window sees it: its open and its closed stretches in turn. */
export class CutGap {
  /** The open time in it, milliseconds. */
  open = 0;
  /** Lengths in turn, the first closed; any may be 0. */
  readonly #stretches = new GrowingList();
  readonly #passage = new Passage();

  /**
   * From the poll at `from` on towards the one at `to` (infinite when there is none); what is outside `[start, end)`
   * counts as closed.
   *
   * @param piece where in `open` an interval stands that no open time of the gap comes before
   */
  forwards(open: Intervals, piece: number, from: number, to: number, start: number, end: number): void {
    this.#clear();
    const least = Math.max(from, start);
    const most = Math.min(to, end);
    let at = from;
    for (let p = piece; p < open.length; p += 2) {
      const opens = Math.max(open[p] as number, least);
      if (opens >= most) break;
      const closes = Math.min(open[p + 1] as number, most);
      if (closes <= opens) continue;
      this.#add(opens - at, closes - opens);
      at = closes;
    }
    // Only a poll that comes later has something to say about the time before it.
    this.#stretches.push(Number.isFinite(to) ? to - at : 0);
  }

  /** From the first poll, at `from`, back to `start`. */
  backwards(open: Intervals, from: number, start: number): void {
    this.#clear();
    let at = from;
    for (let p = open.length - 2; p >= 0; p -= 2) {
      const closes = Math.min(open[p + 1] as number, from);
      if (closes <= start) break;
      const opens = Math.max(open[p] as number, start);
      if (closes <= opens) continue;
      this.#add(at - closes, closes - opens);
      at = opens;
    }
    this.#stretches.push(0);
  }

  /**
   * The open time in the state opposite to the first poll's, for a store with these rates (see `Passage`).
   *
   * @param seen whether the poll at the end saw that opposite state (1) or not (0); −1: there is none
   * @returns the passage, valid until the next call
   */
  follow(rates: Rates, seen: 0 | 1 | -1): Passage {
    const passage = this.#passage;
    passage.begin();
    for (let i = 0; i < this.#stretches.length; i++) {
      if (i % 2 === 0) passage.closed(rates, this.#stretches.at(i));
      else passage.open(rates, this.#stretches.at(i));
    }
    passage.end(seen);
    return passage;
  }

  #add(closed: number, open: number): void {
    this.#stretches.push(closed);
    this.#stretches.push(open);
    this.open += open;
  }

  #clear(): void {
    this.#stretches.clear();
    this.open = 0;
  }
}
