/**
 * Random numbers for one purpose of one store. What a store draws depends on the seed, its own index and the purpose
 * alone: not on the size of the fleet, and a further draw for one purpose does not move the others.
 *
 * The generator is sfc32, "small fast counting", by Chris Doty-Humphrey: 128 bits of state, seeded with three words
 * and warmed up as in PractRand 0.95 (https://pracrand.sourceforge.net).
 */
export class Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /**
   * @param seed a whole number from 0 to 2^53 − 1
   * @param index the store's, from 0 to 2^32 − 1
   * @param purpose a small whole number, from 0 to 15
   */
  constructor(seed: number, index: number, purpose: number) {
    this.#a = seed | 0;
    this.#b = index | 0;
    // The high 21 bits of the seed and the 4 of the purpose share a word: no two streams start from the same state.
    this.#c = Math.floor(seed / 2 ** 32) * 16 + purpose;
    for (let round = 0; round < 15; round++) this.word();
  }

  /** 32 random bits, from 0 to 2^32 − 1. */
  word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + word) | 0;
    return word >>> 0;
  }

  /** Uniform between 0 and 1, never one of the two, so that its logarithm is finite. */
  unit(): number {
    return (this.word() + 0.5) / 2 ** 32;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Uniform over the whole numbers `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  /** One of a list, each as likely as the others. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.whole(0, list.length - 1)] ?? list[0];
  }

  /** One of a list of values with weights, which need not add up to 1. */
  weighted<const T>(list: readonly [Weighted<T>, ...Weighted<T>[]]): T {
    let sum = 0;
    for (const [, weight] of list) sum += weight;
    let rest = this.unit() * sum;
    for (const [value, weight] of list) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return list[0][0];
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }
}

export type Weighted<T> = readonly [value: T, weight: number];
