import { WINDOW_NAMES, type WindowName } from './window.ts';

export type FigureKind = 'up' | 'down' | 'open';
/** The ends of the credible interval of `up`, the longest gap, and the number of counting polls. */
export type DetailKind = 'low' | 'high' | 'unpolled' | 'polls';
export type ColumnName = `${FigureKind | DetailKind | 'covered'}_${WindowName}` | 'polls_counted' | 'first_poll';

/**
 * The figures of many stores as named columns with a row for each store: from here to the format that renders them, this
 * is their one shape. Times are in milliseconds (halves occur). What is open and neither up nor down is unknown.
 */
export class FigureColumns {
  readonly stores: number;
  /** What the columns are views of, if other threads can share them. */
  readonly memory: SharedArrayBuffer | undefined;
  /** Whether there are columns of `DetailKind`. */
  readonly isDetailed: boolean;
  /** Milliseconds between two polls of a store, if there are columns of the covered time. */
  readonly pollInterval: number | undefined;
  /** All columns, in the order of files. */
  readonly columns: ReadonlyMap<ColumnName, Float64Array>;
  /** The number of counting polls in the eight days. */
  readonly pollsCounted: Float64Array;
  /** The instant of the first poll ever; NaN: not known. */
  readonly firstPoll: Float64Array;
  readonly #up: readonly Float64Array[];
  readonly #down: readonly Float64Array[];
  readonly #open: readonly Float64Array[];
  readonly #low: readonly Float64Array[];
  readonly #high: readonly Float64Array[];
  readonly #longestGap: readonly Float64Array[];
  readonly #polls: readonly Float64Array[];
  readonly #covered: readonly Float64Array[];

  /**
   * @param pollInterval milliseconds between two polls of a store; without it, there is no covered time
   * @param memory that of equal figures, to share them; new columns, if not given
   */
  constructor(
    stores: number,
    detailed = false,
    pollInterval: number | undefined = undefined,
    memory?: SharedArrayBuffer,
  ) {
    this.stores = stores;
    this.memory = memory;
    this.isDetailed = detailed;
    this.pollInterval = pollInterval;
    const columns = new Map<ColumnName, Float64Array>();
    const add = (name: ColumnName): Float64Array => {
      const column =
        memory === undefined
          ? new Float64Array(stores)
          : new Float64Array(memory, columns.size * stores * Float64Array.BYTES_PER_ELEMENT, stores);
      columns.set(name, column);
      return column;
    };
    const byWindow = <Kind extends FigureKind | DetailKind | 'covered'>(kinds: readonly Kind[]) => {
      const rows = WINDOW_NAMES.map((window) => kinds.map((kind) => add(`${kind}_${window}`)));
      return kinds.map((_, k) => rows.map((row) => row[k] as Float64Array));
    };
    const [up = [], down = [], open = []] = byWindow(['up', 'down', 'open']);
    this.pollsCounted = add('polls_counted');
    this.firstPoll = add('first_poll');
    if (memory === undefined) this.firstPoll.fill(Number.NaN);
    const [low = [], high = [], gap = [], polls = []] = byWindow(detailed ? ['low', 'high', 'unpolled', 'polls'] : []);
    const [covered = []] = byWindow(pollInterval === undefined ? [] : ['covered']);
    this.columns = columns;
    this.#up = up;
    this.#down = down;
    this.#open = open;
    this.#low = low;
    this.#high = high;
    this.#longestGap = gap;
    this.#polls = polls;
    this.#covered = covered;
  }

  /** New figures that other threads can share. */
  static shared(stores: number, detailed: boolean, pollInterval: number | undefined): FigureColumns {
    const perWindow = 3 + (detailed ? 4 : 0) + (pollInterval === undefined ? 0 : 1);
    const columns = perWindow * WINDOW_NAMES.length + 2;
    const memory = new SharedArrayBuffer(columns * stores * Float64Array.BYTES_PER_ELEMENT);
    const figures = new FigureColumns(stores, detailed, pollInterval, memory);
    figures.firstPoll.fill(Number.NaN);
    return figures;
  }

  up(store: number, window: number): number {
    return this.#up[window]?.[store] as number;
  }

  down(store: number, window: number): number {
    return this.#down[window]?.[store] as number;
  }

  open(store: number, window: number): number {
    return this.#open[window]?.[store] as number;
  }

  /** The lower end of the credible interval. */
  low(store: number, window: number): number {
    return this.#low[window]?.[store] as number;
  }

  /** The upper end of the credible interval. */
  high(store: number, window: number): number {
    return this.#high[window]?.[store] as number;
  }

  /** The longest open time between two consecutive counting polls, or a poll and the window's edge. */
  longestGap(store: number, window: number): number {
    return this.#longestGap[window]?.[store] as number;
  }

  /** The number of counting polls in the window. */
  polls(store: number, window: number): number {
    return this.#polls[window]?.[store] as number;
  }

  /** The open time within one polling interval of a counting poll. */
  covered(store: number, window: number): number {
    return this.#covered[window]?.[store] as number;
  }

  /** @param window a position in `WINDOWS` */
  set(store: number, window: number, up: number, down: number, open: number): void {
    (this.#up[window] as Float64Array)[store] = up;
    (this.#down[window] as Float64Array)[store] = down;
    (this.#open[window] as Float64Array)[store] = open;
  }

  /** Only if detailed. */
  setDetails(store: number, window: number, low: number, high: number, longestGap: number, polls: number): void {
    (this.#low[window] as Float64Array)[store] = low;
    (this.#high[window] as Float64Array)[store] = high;
    (this.#longestGap[window] as Float64Array)[store] = longestGap;
    (this.#polls[window] as Float64Array)[store] = polls;
  }

  /** Only with a polling interval. */
  setCovered(store: number, window: number, covered: number): void {
    (this.#covered[window] as Float64Array)[store] = covered;
  }
}
