import type { MergeCounts } from '../ports/import-session.ts';
import type { PollBatch } from '../ports/storage.ts';

/** The state of a poll in the database: missing. Otherwise 0 (inactive) or 1 (active). */
export const NOT_STORED = 2;

/** The polls of a group that the database has, by their places in the columns. */
export interface KnownPolls {
  /** 0, 1 or `NOT_STORED`. */
  readonly active: Uint8Array;
  /** Reasons of inactive ones; only for a group that `hasReasons`. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** The result of merging a group. */
export interface MergedPolls {
  readonly counts: MergeCounts[];
  /** The resulting reasons by place. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** Places in the columns of a group. */
export interface ChangedPolls {
  /** Polls that the database lacks. */
  readonly added: Int32Array;
  /** Polls that the database has with another state or reason. */
  readonly replaced: Int32Array;
}

/**
 * The polls of several batches as columns, with each store and instant once, and the counts of each batch as if they
 * were added one by one.
 */
export class PollGroup {
  readonly length: number;
  readonly keys: Int32Array;
  /** Milliseconds. */
  readonly instants: Float64Array;
  /** 0 or 1: the last state given for each poll. */
  readonly active: Uint8Array;
  /** Whether any poll has a reason. */
  readonly hasReasons: boolean;
  /** The first and last instant; an empty range if there are no polls. */
  readonly from: number = Number.POSITIVE_INFINITY;
  readonly to: number = Number.NEGATIVE_INFINITY;
  readonly #batches: readonly PollBatch[];
  /** The place in the columns of each poll of all batches. */
  readonly #places: Int32Array;

  /** @param keyOf the key of a store */
  constructor(batches: readonly PollBatch[], keyOf: (id: string) => number) {
    const polls = batches.reduce((sum, { ids }) => sum + ids.length, 0);
    this.#batches = batches;
    this.hasReasons = batches.some(({ reasons }) => reasons !== undefined && reasons.size > 0);
    this.#places = new Int32Array(polls);
    const [keys, instants, active] = [new Int32Array(polls), new Float64Array(polls), new Uint8Array(polls)];
    const slots = new Slots(keys, instants);
    let poll = 0;
    let length = 0;
    for (const batch of batches) {
      for (let i = 0; i < batch.ids.length; i++) {
        const instant = batch.instants[i] as number;
        const place = slots.placeOf(keyOf(batch.ids[i] as string), instant, length);
        if (place === length) length++;
        active[place] = batch.active[i] as number;
        this.#places[poll++] = place;
        if (instant < this.from) this.from = instant;
        if (instant > this.to) this.to = instant;
      }
    }
    this.length = length;
    this.keys = keys.subarray(0, length);
    this.instants = instants.subarray(0, length);
    this.active = active.subarray(0, length);
  }

  /** Counts each batch. A poll that is inactive as before and has no reason keeps the present reason. */
  merge(there: KnownPolls): MergedPolls {
    const known = there.active.slice();
    const knownReasons = new Map(there.reasons);
    const saidBy = new Int32Array(this.length);
    let first = 0;
    const counts = this.#batches.map(({ ids, active, reasons }, b) => {
      const counts = { added: 0, replaced: 0, alreadyThere: 0, repeated: 0 };
      // Backwards: the last poll of a batch on an instant counts.
      for (let i = ids.length - 1; i >= 0; i--) {
        const place = this.#places[first + i] as number;
        if (saidBy[place] === b + 1) {
          counts.repeated++;
          continue;
        }
        saidBy[place] = b + 1;
        const reason = active[i] === 0 ? reasons?.get(i) : undefined;
        const same = known[place] === active[i] && (reason === undefined || reason === knownReasons.get(place));
        if (same) counts.alreadyThere++;
        else {
          if (known[place] === NOT_STORED) counts.added++;
          else counts.replaced++;
          known[place] = active[i] as number;
          if (reason === undefined) knownReasons.delete(place);
          else knownReasons.set(place, reason);
        }
      }
      first += ids.length;
      return counts;
    });
    return { counts, reasons: knownReasons };
  }

  /** The places of the polls that have to be written. */
  changes(there: KnownPolls, reasons: MergedPolls['reasons']): ChangedPolls {
    const places = Int32Array.from(there.active, (_, place) => place);
    return {
      added: places.filter((place) => there.active[place] === NOT_STORED),
      replaced: places.filter((place) => {
        const reason = reasons.get(place);
        const otherwise = reason !== undefined && reason !== there.reasons.get(place);
        return there.active[place] !== NOT_STORED && (there.active[place] !== this.active[place] || otherwise);
      }),
    };
  }
}

/** Finds polls of the same store and instant: a hash table with open addressing. */
class Slots {
  readonly #keys: Int32Array;
  readonly #instants: Float64Array;
  /** A place plus one; 0: free. */
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(keys: Int32Array, instants: Float64Array) {
    this.#keys = keys;
    this.#instants = instants;
    const size = 2 ** Math.ceil(Math.log2(2 * keys.length + 1));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
  }

  /** The place of a poll; a new one gets `next`. */
  placeOf(key: number, instant: number, next: number): number {
    let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(instant | 0, 0x85ebca6b) ^ Math.floor(instant / 2 ** 32);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    for (let at = (hash ^ (hash >>> 13)) & this.#mask; ; at = (at + 1) & this.#mask) {
      const place = (this.#slots[at] as number) - 1;
      if (place < 0) {
        this.#slots[at] = next + 1;
        this.#keys[next] = key;
        this.#instants[next] = instant;
        return next;
      }
      if (this.#keys[place] === key && this.#instants[place] === instant) return place;
    }
  }
}
