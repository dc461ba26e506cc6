/** 32 well-mixed bits of a text; the same on every machine and for ever (FNV-1a, finished as MurmurHash3 does). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** Spreads every bit over all 32; a bijection. */
export function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const HASHES = 2 ** 32;

/**
 * How long after the start of each interval a store is due, milliseconds in `[0, interval)`. Stores are spread evenly,
 * and each keeps its place for as long as the interval stays what it is.
 */
export function offsetOf(storeId: string, interval: number): number {
  return Math.floor((hashOf(storeId) / HASHES) * interval);
}

/** The number of the slot that `instant` lies in. Slot `n` of a store is `[n · interval + offset, … + interval)`. */
export function slotAt(instant: number, offset: number, interval: number): number {
  return Math.floor((instant - offset) / interval);
}

/** The instant at which a slot begins: the store is due then. */
export function slotStart(slot: number, offset: number, interval: number): number {
  return slot * interval + offset;
}
