import { elapsed } from './world/clocks.ts';
import { yieldTurn } from './world/timers.ts';

/** The default length of a slice, milliseconds. */
const LENGTH = 4;

/** Splits a long computation into slices, and lets the event loop run between them. */
export class TimeSlice {
  readonly #length: number;
  readonly #clock: () => number;
  #startedAt: number;

  /**
   * The first slice starts at once.
   *
   * @param length milliseconds
   * @param clock monotonic, milliseconds
   */
  constructor(length: number = LENGTH, clock: () => number = elapsed) {
    this.#length = length;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  get isOver(): boolean {
    return this.#clock() - this.#startedAt >= this.#length;
  }

  /** Lets other work run if the slice is over, then starts the next slice. Otherwise does nothing. */
  async yieldIfOver(): Promise<void> {
    if (!this.isOver) return;
    await yieldTurn();
    this.#startedAt = this.#clock();
  }
}
