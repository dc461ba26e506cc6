/**
 * Polls of many stores as columns. `store` is an index into the stores of the batch, `instant` is in milliseconds
 * since 1970-01-01T00:00Z, `active` is 1 or 0. Only the first `length` entries are valid.
 */
export interface PollColumns {
  readonly length: number;
  readonly store: Int32Array;
  readonly instant: Float64Array;
  readonly active: Uint8Array;
}

/** New columns for as many polls. */
export function newPollColumns(length: number): PollColumns {
  return { length, store: new Int32Array(length), instant: new Float64Array(length), active: new Uint8Array(length) };
}

/**
 * Polls of a report in any order, 64 bits each, so that they come out of a database quickly: two words, of which the
 * first one is twice the milliseconds since `from`, plus 1 if active, and the second one is the store.
 */
export interface PackedPolls {
  readonly length: number;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly from: number;
  readonly words: Int32Array;
}

/** Packed polls cannot be later than this after `from`, milliseconds: more than 24 days. */
const LATEST_PACKED = 2 ** 31 - 1;

/**
 * The whole millisecond from which packed polls in `[from, to]` count.
 *
 * @throws RangeError when the range is too long
 */
export function packingBase(from: number, to: number): number {
  if (to - from >= LATEST_PACKED) throw new RangeError(`${to - from} ms are too long for packed polls`);
  return Math.floor(from);
}

/**
 * Memory that threads can share, for the packed polls of one batch after the other: those of the batch before are
 * overwritten. New shared memory for each batch would stay until a garbage collection, which it does not bring about.
 */
export class PackedMemory {
  #words: Int32Array = new Int32Array(0);

  /** The words of as many polls. */
  of(length: number): Int32Array {
    if (2 * length > this.#words.length) {
      this.#words = new Int32Array(new SharedArrayBuffer(2 * withReserve(length) * Int32Array.BYTES_PER_ELEMENT));
    }
    return this.#words;
  }
}

/** The same for polls as columns. */
export class ColumnMemory {
  #columns = newPollColumns(0);

  of(length: number): PollColumns {
    if (length > this.#columns.store.length) this.#columns = sharedPollColumns(withReserve(length));
    return { ...this.#columns, length };
  }
}

/** Some more, since no batch is exactly as large as the one before. */
function withReserve(length: number): number {
  return Math.ceil(1.25 * length);
}

function sharedPollColumns(length: number): PollColumns {
  return {
    length,
    store: new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT)),
    instant: new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT)),
    active: new Uint8Array(new SharedArrayBuffer(length)),
  };
}

/**
 * Arranges packed polls as `arrangePolls` does: quickly if those of each store are in order among themselves, as a
 * database keeps polls that were added hour by hour.
 *
 * @param target receives them
 */
export function unpackPolls(packed: PackedPolls, stores: number, target: PollColumns): PollColumns {
  const polls = { ...target, length: packed.length };
  unpackByStore(packed, stores, polls);
  if (isArranged(polls)) return polls;
  const { store, instant, active } = polls;
  return arrangePolls(
    { ...polls, store: store.slice(), instant: instant.slice(), active: active.slice() },
    stores,
    target,
  );
}

/** Unpacks polls grouped by store, each group in its original order: a counting sort. */
function unpackByStore(
  { length, from, words }: PackedPolls,
  stores: number,
  { store, instant, active }: PollColumns,
): void {
  const next = new Int32Array(stores + 1);
  for (let i = 0; i < length; i++) (next[(words[2 * i + 1] as number) + 1] as number)++;
  for (let s = 1; s <= stores; s++) next[s] = (next[s] as number) + (next[s - 1] as number);
  for (let i = 0; i < length; i++) {
    const word = words[2 * i] as number;
    const s = words[2 * i + 1] as number;
    const place = next[s] as number;
    next[s] = place + 1;
    store[place] = s;
    instant[place] = from + (word >>> 1);
    active[place] = word & 1;
  }
}

/**
 * The polls ordered by store and instant, each instant of a store once: of repeated ones the last entry wins. Polls that
 * are already in order are returned as they are.
 *
 * @param target receives those that are not in order; new memory, if not given
 */
export function arrangePolls(polls: PollColumns, stores: number, target?: PollColumns): PollColumns {
  if (isArranged(polls)) return polls;
  const { length } = polls;
  const order = byStore(polls, stores);
  const { store, instant, active } = target ?? newPollColumns(length);
  let kept = 0;
  for (let from = 0; from < length; ) {
    const current = polls.store[order[from] as number] as number;
    let to = from + 1;
    while (to < length && polls.store[order[to] as number] === current) to++;
    sortByInstant(order, from, to, polls.instant);
    const runStart = kept;
    for (let i = from; i < to; i++) {
      const source = order[i] as number;
      const at = polls.instant[source] as number;
      if (kept > runStart && instant[kept - 1] === at) kept--;
      store[kept] = current;
      instant[kept] = at;
      active[kept] = polls.active[source] as number;
      kept++;
    }
    from = to;
  }
  return { length: kept, store, instant, active };
}

function isArranged({ length, store, instant }: PollColumns): boolean {
  for (let i = 1; i < length; i++) {
    const step = (store[i] as number) - (store[i - 1] as number);
    if (step < 0 || (step === 0 && !((instant[i - 1] as number) < (instant[i] as number)))) return false;
  }
  return true;
}

/** The positions of the entries grouped by store, each group in its original order: a counting sort. */
function byStore({ length, store }: PollColumns, stores: number): Int32Array {
  const next = new Int32Array(stores + 1);
  for (let i = 0; i < length; i++) (next[(store[i] as number) + 1] as number)++;
  for (let s = 1; s <= stores; s++) next[s] = (next[s] as number) + (next[s - 1] as number);
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const s = store[i] as number;
    order[next[s] as number] = i;
    next[s] = (next[s] as number) + 1;
  }
  return order;
}

/** Sorts positions by instant and keeps the order of equal ones; cheap if they are already in order. */
function sortByInstant(order: Int32Array, from: number, to: number, instant: Float64Array): void {
  for (let i = from + 1; i < to; i++) {
    if ((instant[order[i] as number] as number) < (instant[order[i - 1] as number] as number)) {
      order.subarray(from, to).sort((a, b) => (instant[a] as number) - (instant[b] as number) || a - b);
      return;
    }
  }
}
