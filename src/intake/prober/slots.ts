/** A 32-bit hash of a text: FNV-1a with the finalizer of MurmurHash3. It must never change. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** Lets every bit affect all 32; a bijection. */
export function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const HASHES = 2 ** 32;

/**
 * How long after the start of each interval a store is due, milliseconds in `[0, interval)`. Stores are spread evenly,
 * and the offset of a store depends only on its id and the interval.
 */
export function offsetOf(storeId: string, interval: number): number {
  return Math.floor((hashOf(storeId) / HASHES) * interval);
}

/** The number of the slot that contains `instant`. Slot `n` of a store is `[n · interval + offset, … + interval)`. */
export function slotAt(instant: number, offset: number, interval: number): number {
  return Math.floor((instant - offset) / interval);
}

/** The instant at which a slot begins, when the store is due. */
export function slotStart(slot: number, offset: number, interval: number): number {
  return slot * interval + offset;
}
