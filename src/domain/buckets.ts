/**
 * Sums many stretches of time by buckets of equal width. The cost of a stretch does not depend on the number of buckets
 * that it covers: of those that it fills, only the first and the last are recorded.
 */
export class Buckets {
  readonly #from: number;
  readonly #to: number;
  readonly #width: number;
  /** The time in buckets that stretches fill in part. */
  readonly #parts: Float64Array;
  /** By how many the stretches that fill this bucket exceed those that fill the one before. */
  readonly #steps: Float64Array;

  /** `count` buckets of `width` milliseconds, the first of which begins at `from`. */
  constructor(from: number, width: number, count: number) {
    this.#from = from;
    this.#to = from + width * count;
    this.#width = width;
    this.#parts = new Float64Array(count);
    this.#steps = new Float64Array(count + 1);
  }

  /** Adds the part of `[from, to)` that lies within the buckets. */
  add(from: number, to: number): void {
    const begin = Math.max(from, this.#from) - this.#from;
    const end = Math.min(to, this.#to) - this.#from;
    if (begin >= end) return;
    const width = this.#width;
    const first = Math.floor(begin / width);
    const last = Math.floor(end / width);
    if (first === last) {
      this.#addPart(first, end - begin);
      return;
    }
    this.#addPart(first, (first + 1) * width - begin);
    this.#addPart(last, end - last * width);
    this.#addStep(first + 1, 1);
    this.#addStep(last, -1);
  }

  /** The milliseconds in each bucket. */
  sums(): Float64Array {
    let full = 0;
    return this.#parts.map((part, i) => {
      full += this.#steps[i] as number;
      return part + full * this.#width;
    });
  }

  #addPart(bucket: number, time: number): void {
    if (time > 0) this.#parts[bucket] = (this.#parts[bucket] as number) + time;
  }

  #addStep(bucket: number, step: number): void {
    this.#steps[bucket] = (this.#steps[bucket] as number) + step;
  }
}
