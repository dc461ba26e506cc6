import { formatInstant } from '../calendar/instant.ts';
import { invalid } from '../lib/errors.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import { yieldTurn } from '../lib/world/timers.ts';
import { pollsCounted, type ReportFigures } from './figures.ts';
import {
  DETAIL_NAMES,
  type DetailName,
  FIGURE_NAMES,
  type FigureName,
  type JsonRow,
  namedDetails,
  namedFigures,
  rowsAsJson,
} from './quantities.ts';

/** What rows can be sorted by; those of a report that is not detailed, not by the details. */
export type SortColumn = 'store_id' | FigureName | 'polls_counted' | DetailName;
export const SORT_COLUMNS: readonly SortColumn[] = ['store_id', ...FIGURE_NAMES, 'polls_counted', ...DETAIL_NAMES];

export interface Order {
  readonly by: SortColumn;
  readonly descending: boolean;
}

export interface RowsQuery {
  readonly order: Order;
  /** Only stores whose id or name has this in it, whatever the case. */
  readonly search?: string | undefined;
  /** What people call a store; `undefined`: it has no name. */
  readonly nameOf: (id: string) => string | undefined;
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
/** Orders of one result that are cached. */
const CACHED_ORDERS = 4;

/** The figures of a report, and the orders in which somebody looked at them. */
export class Ordered {
  readonly figures: ReportFigures;
  readonly #orders = new PromiseCache<Int32Array>(CACHED_ORDERS);

  constructor(figures: ReportFigures) {
    this.figures = figures;
  }

  /** @throws UserError `invalid_input` when it is to be sorted by details that it does not have */
  async page({ order, search = '', nameOf, from, limit }: RowsQuery): Promise<RowsPage> {
    const { ids } = this.figures;
    const places = await this.#order(order);
    const text = search.toLowerCase();
    const matches = (id: string) =>
      text === '' || id.toLowerCase().includes(text) || (nameOf(id)?.toLowerCase().includes(text) ?? false);
    const row = rowsAsJson(this.figures);
    const rows: JsonRow[] = [];
    for (let i = from; i < places.length; i++) {
      if (i % STORES_PER_TURN === STORES_PER_TURN - 1) await yieldTurn();
      const place = places[i] as number;
      if (!matches(ids[place] as string)) continue;
      if (rows.length === limit) return { rows, next: i };
      rows.push(row(place));
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
    const figure = namedFigures(this.figures).find(({ name }) => name === by);
    if (figure !== undefined) return Float64Array.from(this.figures.ids, (_, place) => figure.of(place));
    const detail = namedDetails(this.figures).find(({ name }) => name === by);
    if (detail !== undefined) return detail.values;
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
 * The places in the order of their values, equal ones in the order of their ids. Numbers alone are sorted many times as
 * quickly as places by a comparison; where each then belongs is looked up, piece by piece.
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
