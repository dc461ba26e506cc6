import { Fifo } from '../../lib/fifo.ts';
import type { Roster, Watched } from './roster.ts';
import { slotAt } from './slots.ts';

/** A store whose turn it is to be probed, for one of its slots. */
export interface Turn {
  readonly store: Watched;
  readonly slot: number;
  /** It seemed inactive before. */
  readonly confirming: boolean;
}

interface Waiting {
  readonly turn: Turn;
  readonly at: number;
}

/** Milliseconds between two steps of the poller. */
export const STEP_INTERVAL = 250;
/** Milliseconds after which a store that seems inactive is probed again. */
export const CONFIRM_AFTER = 30_000;
/** What is overdue at the start is made up for in this part of an interval, or with so many probes a second. */
const CATCH_UP_PART = 10;
const CATCH_UP_RATE = 50;

/**
 * Says when which store is probed: at its own second of each interval; at a measured pace where that has passed; again
 * a little later when it seemed inactive; and once more when the monitor's own trouble is over.
 */
export class Timetable {
  readonly #roster: Roster;
  readonly #interval: number;
  readonly #begin: (turn: Turn) => void;
  readonly #overdue = new Fifo<Watched>();
  readonly #confirmations = new Fifo<Waiting>();
  #missed: Turn[] = [];
  #dueUntil: number | undefined;
  #catchUpCredit = 0;

  /** @param begin is told of every turn as it comes */
  constructor(roster: Roster, interval: number, begin: (turn: Turn) => void) {
    this.#roster = roster;
    this.#interval = interval;
    this.#begin = begin;
  }

  /** How many stores are overdue. */
  get overdue(): number {
    return this.#overdue.length;
  }

  /** Stores that became this server's: those that have not been polled in their present slot are overdue. */
  takeOver(stores: readonly Watched[], now: number): void {
    for (const store of stores) {
      if (store.slot < slotAt(now, store.offset, this.#interval)) this.#overdue.push(store);
    }
  }

  beginDue(now: number): void {
    const from = this.#dueUntil ?? now;
    this.#dueUntil = now;
    const late = now - from >= this.#interval;
    for (const store of late ? this.#roster.overdue(now) : this.#roster.dueWithin(from, now)) this.#enter(store, now);
  }

  /** At a measured pace: it may be the whole fleet. */
  beginOverdue(now: number): void {
    const perSecond = Math.max(CATCH_UP_RATE, (this.#roster.size * CATCH_UP_PART * 1_000) / this.#interval);
    this.#catchUpCredit = Math.min(this.#catchUpCredit + (perSecond * STEP_INTERVAL) / 1_000, perSecond);
    while (this.#overdue.length > 0 && this.#catchUpCredit >= 1) {
      this.#catchUpCredit--;
      const store = this.#overdue.shift();
      if (store !== undefined) this.#enter(store, now);
    }
  }

  beginConfirmations(now: number): void {
    for (
      let next = this.#confirmations.peek();
      next !== undefined && next.at <= now;
      next = this.#confirmations.peek()
    ) {
      this.#confirmations.shift();
      this.#begin(next.turn);
    }
  }

  /** What could not be observed, unless its slot has passed. */
  beginMissed(now: number): void {
    for (const turn of this.#missed.splice(0)) {
      if (turn.slot === slotAt(now, turn.store.offset, this.#interval)) this.#begin(turn);
    }
  }

  /** A store seemed inactive just now. */
  confirm({ store, slot }: Turn, now: number): void {
    this.#confirmations.push({ turn: { store, slot, confirming: true }, at: now + CONFIRM_AFTER });
  }

  /** A store could not be observed. */
  miss({ store, slot }: Pick<Turn, 'store' | 'slot'>): void {
    this.#missed.push({ store, slot, confirming: false });
  }

  /** Nothing that is overdue is begun any more. */
  end(): void {
    this.#overdue.clear();
  }

  #enter(store: Watched, now: number): void {
    const slot = slotAt(now, store.offset, this.#interval);
    if (!store.mine || store.slot >= slot) return;
    store.slot = slot;
    this.#begin({ store, slot, confirming: false });
  }
}
