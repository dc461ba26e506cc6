import type { NativeBlock } from './native.ts';

/** Collects rows for `POLL_COLUMNS`. */
export class BlockBuilder {
  #keys: number[] = [];
  #instants: number[] = [];
  #active: number[] = [];
  #reasons: string[] = [];
  #changes: number[] = [];

  get rows(): number {
    return this.#keys.length;
  }

  put(key: number, instant: number, active: number, reason: string, change: number): void {
    this.#keys.push(key);
    this.#instants.push(instant);
    this.#active.push(active);
    this.#reasons.push(reason);
    this.#changes.push(change);
  }

  /** The rows as a block with this revision; the next rows begin another one. */
  take(rev: number): NativeBlock {
    const { rows } = this;
    const values = [
      Int32Array.from(this.#keys),
      Float64Array.from(this.#instants),
      Uint8Array.from(this.#active),
      this.#reasons,
      Int8Array.from(this.#changes),
      new Float64Array(rows).fill(rev),
    ];
    this.#keys = [];
    this.#instants = [];
    this.#active = [];
    this.#reasons = [];
    this.#changes = [];
    return { rows, values };
  }
}
