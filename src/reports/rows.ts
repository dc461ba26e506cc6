import { setImmediate } from 'node:timers/promises';
import { pollsCounted, type ReportFigures } from './figures.ts';
import { type JsonRow, namedFigures, rowsAsJson } from './quantities.ts';

/** What rows can be sorted by; with `-` before it, the greatest first. */
export const SORT_COLUMNS = [
  'store_id',
  ...(['hour', 'day', 'week'] as const).flatMap((window) =>
    (['open', 'uptime', 'downtime', 'unknown'] as const).map((quantity) => `${quantity}_last_${window}` as const),
  ),
  'polls_counted',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface Order {
  readonly by: SortColumn;
  readonly descending: boolean;
}

export interface RowsQuery {
  readonly order: Order;
  /** Only stores whose id has this in it, whatever the case. */
  readonly search?: string | undefined;
  /** The place in the order from which on to look. */
  readonly from: number;
  readonly limit: number;
}

export interface RowsPage {
  readonly rows: readonly JsonRow[];
  /** Where the next page begins to look; `undefined`: there is none. */
  readonly next: number | undefined;
}

/** So many stores are gone through before other work of the process gets its turn: some milliseconds. */
const STORES_PER_TURN = 20_000;
/** So many orders of one result are kept. */
const ORDERS_KEPT = 4;

/** The figures of a report, and the orders in which somebody looked at them. */
export class Ordered {
  readonly figures: ReportFigures;
  readonly #orders = new Map<string, Promise<Int32Array>>();

  constructor(figures: ReportFigures) {
    this.figures = figures;
  }

  async page({ order, search = '', from, limit }: RowsQuery): Promise<RowsPage> {
    const { ids } = this.figures;
    const places = await this.#order(order);
    const text = search.toLowerCase();
    const row = rowsAsJson(this.figures);
    const rows: JsonRow[] = [];
    for (let i = from; i < places.length; i++) {
      if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await setImmediate();
      const place = places[i] as number;
      if (text !== '' && !(ids[place] as string).toLowerCase().includes(text)) continue;
      if (rows.length === limit) return { rows, next: i };
      rows.push(row(place));
    }
    return { rows, next: undefined };
  }

  #order({ by, descending }: Order): Promise<Int32Array> {
    const key = `${descending ? '-' : ''}${by}`;
    let order = this.#orders.get(key);
    if (order === undefined) {
      order = by === 'store_id' ? inPlace(this.figures, descending) : sorted(this.#values(by), descending);
      const [oldest] = this.#orders.keys();
      if (this.#orders.size >= ORDERS_KEPT && oldest !== undefined) this.#orders.delete(oldest);
      this.#orders.set(key, order);
    }
    return order;
  }

  #values(by: Exclude<SortColumn, 'store_id'>): Float64Array {
    const figure = namedFigures(this.figures).find(({ name }) => name === by);
    if (figure === undefined) return pollsCounted(this.figures);
    return Float64Array.from({ length: this.figures.ids.length }, (_, place) => figure.of(place));
  }
}

async function inPlace({ ids }: ReportFigures, descending: boolean): Promise<Int32Array> {
  const order = Int32Array.from(ids.keys());
  return descending ? order.reverse() : order;
}

/**
 * The places in the order of their values, equal ones in the order of their ids. Numbers alone are sorted many times as
 * quickly as places by a comparison; where each then belongs is looked up, piece by piece.
 */
async function sorted(values: Float64Array, descending: boolean): Promise<Int32Array> {
  const keys = descending ? values.map((value) => -value) : values;
  const ranks = Float64Array.from(keys).sort();
  const taken = new Int32Array(ranks.length);
  const order = new Int32Array(ranks.length);
  for (let place = 0; place < keys.length; place++) {
    if (place % STORES_PER_TURN === STORES_PER_TURN - 1) await setImmediate();
    const first = lowerBound(ranks, keys[place] as number);
    order[first + (taken[first] as number)] = place;
    taken[first] = (taken[first] as number) + 1;
  }
  return order;
}

/** The place of the first of the sorted values that is not less. */
function lowerBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
