import { WINDOWS } from './window.ts';

const DETAILS = 4 * WINDOWS.length;

/**
 * How sure the figures of a report are: for each store and window the ends of the range that the uptime lies in with
 * 90 % probability, the longest open time without a poll (milliseconds), and the number of polls that count.
 */
export class ReportDetails {
  readonly #values: Float64Array;

  constructor(stores: number) {
    this.#values = new Float64Array(stores * DETAILS);
  }

  low(store: number, window: number): number {
    return this.#values[store * DETAILS + window] as number;
  }

  high(store: number, window: number): number {
    return this.#values[store * DETAILS + WINDOWS.length + window] as number;
  }

  longestGap(store: number, window: number): number {
    return this.#values[store * DETAILS + 2 * WINDOWS.length + window] as number;
  }

  polls(store: number, window: number): number {
    return this.#values[store * DETAILS + 3 * WINDOWS.length + window] as number;
  }

  set(store: number, window: number, low: number, high: number, longestGap: number, polls: number): void {
    const at = store * DETAILS + window;
    this.#values[at] = low;
    this.#values[at + WINDOWS.length] = high;
    this.#values[at + 2 * WINDOWS.length] = longestGap;
    this.#values[at + 3 * WINDOWS.length] = polls;
  }
}
