/** All ids have 19 digits, fit a signed 64-bit column and are far beyond what a double can hold exactly. */
const FIRST = 10n ** 18n;
const COUNT = 2n ** 63n - FIRST;

/** The ids of a fleet, as decimal text: distinct for distinct indices below 2^32, in no visible order. */
export function storeIds(seed: number): (index: number) => string {
  const offset = scramble(BigInt(seed)) % COUNT;
  return (index) => {
    let id = FIRST + ((offset + BigInt(index)) % COUNT);
    // Walking on until the value is in range again keeps a one-to-one mapping one-to-one.
    do id = scramble(id);
    while (id < FIRST);
    return id.toString();
  };
}

/**
 * A one-to-one mapping of the 63-bit integers: the finalizer of splitmix64 (Steele, Lea, Flood 2014, constants by
 * David Stafford), cut to 63 bits. An xor with a right shift and an odd factor are invertible at any width.
 */
function scramble(value: bigint): bigint {
  let x = BigInt.asUintN(63, value);
  x = BigInt.asUintN(63, (x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n);
  x = BigInt.asUintN(63, (x ^ (x >> 27n)) * 0x94d049bb133111ebn);
  return x ^ (x >> 31n);
}
