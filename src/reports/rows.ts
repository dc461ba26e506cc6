import { formatInstant } from '../calendar/instant.ts';
import { invalid } from '../lib/errors.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import { storeMatcher } from '../lib/store-search.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import { pollsCounted, type ReportFigures } from './figures.ts';
import {
  DETAIL_NAMES,
  type DetailName,
  detailsOf,
  type JsonRow,
  jsonRows,
  QUANTITY_NAMES,
  type QuantityName,
  quantitiesOf,
} from './quantities.ts';

/** The columns that rows can be sorted by; details only if the report has them. */
export type SortColumn = 'store_id' | QuantityName | 'polls_counted' | DetailName;
export const SORT_COLUMNS: readonly SortColumn[] = ['store_id', ...QUANTITY_NAMES, 'polls_counted', ...DETAIL_NAMES];

export interface Order {
  readonly by: SortColumn;
  readonly descending: boolean;
}

export interface RowsQuery {
  readonly order: Order;
  /** A part of the id or the name, or a list of ids; case-insensitive. */
  readonly search?: string | undefined;
  /** The name of a store; `undefined`: it has none. */
  readonly nameOf: (id: string) => string | undefined;
  /** The position in the order to start from. */
  readonly from: number;
  readonly limit: number;
}

export interface RowsPage {
  readonly rows: readonly JsonRow[];
  /** The position that the next page starts from; `undefined`: there is none. */
  readonly next: number | undefined;
}

/** The number of stores handled before other work of the process runs: some milliseconds. */
const STORES_PER_TURN = 20_000;
/** Orders of one result that are cached. */
const CACHED_ORDERS = 4;

/** The figures of a report, with the orders in which they were last read. */
export class Ordered {
  readonly figures: ReportFigures;
  readonly #row: (row: number) => JsonRow;
  readonly #orders = new PromiseCache<Int32Array>(CACHED_ORDERS);

  constructor(figures: ReportFigures) {
    this.figures = figures;
    this.#row = jsonRows(figures);
  }

  /** @throws UserError `invalid_input` when it would be sorted by details that it does not have */
  async page({ order, search = '', nameOf, from, limit }: RowsQuery): Promise<RowsPage> {
    const { ids } = this.figures;
    const places = await this.#order(order);
    const matches = storeMatcher(search, () => ids);
    const rows: JsonRow[] = [];
    for (let i = from; i < places.length; i++) {
      if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
      const place = places[i] as number;
      const id = ids[place] as string;
      if (search !== '' && !matches(id, nameOf(id))) continue;
      if (rows.length === limit) return { rows, next: i };
      rows.push(this.#row(place));
    }
    return { rows, next: undefined };
  }

  #order({ by, descending }: Order): Promise<Int32Array> {
    const key = `${descending ? '-' : ''}${by}`;
    return this.#orders.get(key, async () =>
      by === 'store_id' ? inPlace(this.figures, descending) : sorted(this.#values(by), descending),
    );
  }

  #values(by: Exclude<SortColumn, 'store_id'>): Float64Array {
    if (by === 'polls_counted') return pollsCounted(this.figures);
    const column = [...quantitiesOf(this.figures), ...detailsOf(this.figures)].find(({ name }) => name === by);
    if (column !== undefined) return column.values;
    throw invalid(
      `sort names "${by}", which only detailed reports have: trigger one with "as_of": "${formatInstant(this.figures.asOf)}", "detailed": true`,
      'sort',
    );
  }
}

function inPlace({ ids }: ReportFigures, descending: boolean): Int32Array {
  const order = Int32Array.from(ids.keys());
  return descending ? order.reverse() : order;
}

/**
 * The places in the order of their values, equal ones in the order of their ids. Sorting plain numbers and then looking up
 * the rank of each is many times as fast as sorting places by a comparison.
 */
async function sorted(values: Float64Array, descending: boolean): Promise<Int32Array> {
  const keys = descending ? values.map((value) => -value) : values;
  const ranks = Float64Array.from(keys).sort();
  const taken = new Int32Array(ranks.length);
  const order = new Int32Array(ranks.length);
  for (let place = 0; place < keys.length; place++) {
    if (place % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
    const first = lowerBound(ranks, keys[place] as number);
    order[first + (taken[first] as number)] = place;
    taken[first] = (taken[first] as number) + 1;
  }
  return order;
}

/** The position of the first of the sorted values that is not less than `value`. */
function lowerBound(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
