/**
 * Which shard of a cluster has the polls of a store: a multiplicative hash (Knuth) of its key, of which the upper bits are
 * mixed. Keys are given one after the other, so each shard gets its share of any range of them.
 *
 * @returns its place, from 0
 */
export function shardOf(key: number, shards: number): number {
  return (Math.imul(key, MULTIPLIER) >>> 16) % shards;
}

const MULTIPLIER = 2_654_435_769;

/** The hash in SQL; the shard is its remainder. */
export const PLACEMENT = `bitAnd(bitShiftRight(toUInt64(k) * ${MULTIPLIER}, 16), 65535)`;
