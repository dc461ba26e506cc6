import { setImmediate } from 'node:timers/promises';

/** So long a turn lasts, milliseconds. */
const TURN = 4;

/** Divides a long computation into turns, between which the process does what else is waiting. */
export class Turns {
  #began = performance.now();

  get over(): boolean {
    return performance.now() - this.#began >= TURN;
  }

  /** Ends the turn if its time is up. */
  async next(): Promise<void> {
    if (!this.over) return;
    await setImmediate();
    this.#began = performance.now();
  }
}
