/**
 * Adds up many stretches of time by equal buckets. A stretch costs the same however many buckets it covers: those that
 * it fills are noted by where they begin and end.
 */
export class Buckets {
  readonly #from: number;
  readonly #to: number;
  readonly #width: number;
  /** Time in buckets that a stretch fills in part. */
  readonly #parts: Float64Array;
  /** How many more stretches fill this bucket than the one before it. */
  readonly #steps: Float64Array;

  /** `count` buckets of `width` milliseconds, the first of which begins at `from`. */
  constructor(from: number, width: number, count: number) {
    this.#from = from;
    this.#to = from + width * count;
    this.#width = width;
    this.#parts = new Float64Array(count);
    this.#steps = new Float64Array(count + 1);
  }

  /** Adds `[from, to)`, or as much of it as the buckets hold. */
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

  /** A stretch that ends with the last bucket has nothing after it. */
  #addPart(bucket: number, time: number): void {
    if (time > 0) this.#parts[bucket] = (this.#parts[bucket] as number) + time;
  }

  #addStep(bucket: number, step: number): void {
    this.#steps[bucket] = (this.#steps[bucket] as number) + step;
  }
}
