/**
 * Sums over independent gaps, one for each kind of store in question: of the downtime's mean (milliseconds) and variance,
 * and of the probabilities that it was never and always down, as a product and as a sum of logarithms to go with it.
 */
export class DowntimeSums {
  /** The kinds in question: of the first `kinds` places, which kind each is. */
  kinds = 0;
  readonly kind: Int32Array;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly never: Float64Array;
  readonly always: Float64Array;
  readonly logNever: Float64Array;
  readonly logAlways: Float64Array;
  /** Whether the two probabilities are anything but 0. */
  mayBeNever = true;
  mayBeAlways = true;

  /** @param kind which kinds are in question; shared, and filled before `clear` */
  constructor(kind: Int32Array) {
    this.kind = kind;
    this.mean = new Float64Array(kind.length);
    this.variance = new Float64Array(kind.length);
    this.never = new Float64Array(kind.length);
    this.always = new Float64Array(kind.length);
    this.logNever = new Float64Array(kind.length);
    this.logAlways = new Float64Array(kind.length);
  }

  clear(kinds: number): void {
    this.kinds = kinds;
    this.mayBeNever = true;
    this.mayBeAlways = true;
    for (let i = 0; i < kinds; i++) {
      this.mean[i] = 0;
      this.variance[i] = 0;
      this.never[i] = 1;
      this.always[i] = 1;
      this.logNever[i] = 0;
      this.logAlways[i] = 0;
    }
  }

  add(other: DowntimeSums): void {
    this.mayBeNever &&= other.mayBeNever;
    this.mayBeAlways &&= other.mayBeAlways;
    for (let i = 0; i < this.kinds; i++) {
      this.mean[i] = (this.mean[i] as number) + (other.mean[i] as number);
      this.variance[i] = (this.variance[i] as number) + (other.variance[i] as number);
      this.never[i] = (this.never[i] as number) * (other.never[i] as number);
      this.always[i] = (this.always[i] as number) * (other.always[i] as number);
      this.logNever[i] = (this.logNever[i] as number) + (other.logNever[i] as number);
      this.logAlways[i] = (this.logAlways[i] as number) + (other.logAlways[i] as number);
    }
  }
}
