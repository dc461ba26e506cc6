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
 * Memory that threads can share, for the polls of one batch after the other: those of the batch before are overwritten.
 * New shared memory for each batch would stay until a garbage collection, which it does not bring about.
 */
export class PollMemory {
  #read = newPollColumns(0);
  #arranged = newPollColumns(0);

  /** Columns for as many polls as they are read. */
  forReading(length: number): PollColumns {
    if (length > this.#read.store.length) this.#read = sharedPollColumns(length);
    return { ...this.#read, length };
  }

  /** Columns for as many polls once they are arranged. */
  forArranging(length: number): PollColumns {
    if (length > this.#arranged.store.length) this.#arranged = sharedPollColumns(length);
    return { ...this.#arranged, length };
  }
}

/** Columns for as many polls and some more, since no batch is exactly as large as the one before. */
function sharedPollColumns(length: number): PollColumns {
  const capacity = Math.ceil(1.25 * length);
  return {
    length,
    store: new Int32Array(new SharedArrayBuffer(capacity * Int32Array.BYTES_PER_ELEMENT)),
    instant: new Float64Array(new SharedArrayBuffer(capacity * Float64Array.BYTES_PER_ELEMENT)),
    active: new Uint8Array(new SharedArrayBuffer(capacity)),
  };
}

/**
 * The polls ordered by store and instant, each instant of a store once: of repeated ones the last entry wins. Polls that
 * are already in order are returned as they are.
 *
 * @param memory receives those that are not in order; new memory, if not given
 */
export function arrangePolls(polls: PollColumns, stores: number, memory?: PollMemory): PollColumns {
  if (isArranged(polls)) return polls;
  const { length } = polls;
  const order = byStore(polls, stores);
  const { store, instant, active } = memory?.forArranging(length) ?? newPollColumns(length);
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
