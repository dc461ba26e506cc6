import { setImmediate } from 'node:timers/promises';

/** So long a turn lasts if nothing else is said, milliseconds. */
const TURN = 4;

/** Divides a long computation into turns, between which the process does what else is waiting. */
export class Turns {
  readonly #length: number;
  readonly #clock: () => number;
  #began: number;

  /**
   * The first turn begins at once.
   *
   * @param length milliseconds
   * @param clock milliseconds since some instant, never going back
   */
  constructor(length: number = TURN, clock: () => number = () => performance.now()) {
    this.#length = length;
    this.#clock = clock;
    this.#began = clock();
  }

  get over(): boolean {
    return this.#clock() - this.#began >= this.#length;
  }

  /** To be awaited now and then: ends the turn if its time is up; the next one begins when the others had theirs. */
  async next(): Promise<void> {
    if (!this.over) return;
    await setImmediate();
    this.#began = this.#clock();
  }
}
