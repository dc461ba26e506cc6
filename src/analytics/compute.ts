import { offsetAt, zoneBetween } from '../calendar/tzdb.ts';
import { DAY, HOUR } from '../domain/hours.ts';
import { type Intervals, subtract, totalWithin } from '../domain/interval.ts';
import type { EstimatorName, FleetModel } from '../domain/markov/estimator.ts';
import { monitoredTime } from '../domain/monitored.ts';
import { type Adjustments, adjustedStore, isAdjusted } from '../domain/periods/adjusted.ts';
import {
  alignedCells,
  type Cells,
  cellsOf,
  type Daypart,
  type DivisionName,
  renumbered,
} from '../domain/periods/cells.ts';
import type { DateRange } from '../domain/periods/dates.ts';
import { PeriodEstimates } from '../domain/periods/estimates.ts';
import type { Alignment, FiscalCalendar } from '../domain/periods/fiscal.ts';
import { PeriodPosterior } from '../domain/periods/posterior.ts';
import { type Slots, slotsIn } from '../domain/periods/slots.ts';
import { newPeriodStates, walkPeriodStates } from '../domain/periods/states.ts';
import { addStore, eachPiece, type PeriodStore, PeriodSums } from '../domain/periods/sums.ts';
import { LossSums } from '../domain/sales/loss.ts';
import type { ZoneStretch } from '../domain/schedule.ts';
import { timeAroundPolls } from '../domain/seen.ts';
import type { Stretch } from '../domain/timeline.ts';
import { POLL_REACH } from '../domain/window.ts';
import { instantOf, type Zone } from '../domain/zone.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { walkStores } from '../fleet/walk.ts';
import { TimeSlice } from '../lib/time-slice.ts';
import type { SalesRates } from '../sales/rates.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { labelMatcher } from '../stores/labels.ts';
import type { LabelDayparts } from './dayparts.ts';
import type { Grouping } from './groups.ts';
import { learnModel } from './model.ts';

/** No clock is further from UTC. */
const SLACK = DAY;

/** The length of a time slice, milliseconds. */
const SLICE = 8;

/** Dates, or the instants `[from, to)`. */
export type PeriodEnds =
  | { readonly kind: 'dates'; readonly dates: DateRange }
  | { readonly kind: 'instants'; readonly from: number; readonly to: number };

/** What is computed of some stores. */
export interface PeriodTerms {
  readonly ends: PeriodEnds;
  /** No later poll counts, and no later time is in the period. */
  readonly asOf: number;
  /**
   * Limits the period to what was over at `asOf` of the one that it is compared with: where it ends then, for instants of
   * `asOf`, for dates of its wall time on the clock of each store. `undefined`: it is not limited.
   */
  readonly limit?: ((at: number) => number) | undefined;
  /** How its dates correspond to those of the period that it is compared with; `undefined`: one by one, in their order. */
  readonly aligned?: Alignment | undefined;
  /** The zone whose clock divides time; `undefined`: that of each store. */
  readonly zone: string | undefined;
  readonly by: DivisionName;
  readonly dayparts: readonly Daypart[];
  /** Those of stores with other ones; the first label that a store has counts. */
  readonly labelDayparts: readonly LabelDayparts[];
  /** Has the dates of the period, if the division needs it. */
  readonly calendar: FiscalCalendar | undefined;
  readonly grouping: Grouping;
  /** Of a store, complete over `readOf` and not clipped to it. */
  readonly adjustments: (store: StoreEntry) => Adjustments;
  readonly estimator: EstimatorName;
  /** Whether credible intervals are asked for. */
  readonly intervals: boolean;
  /** What stores sell; `undefined`: what downtime cost is not asked for, or nothing says what is sold. */
  readonly rates?: SalesRates | undefined;
  /** The stores to whose behavior the rates of the Markov chain are fitted. */
  readonly peers: readonly StoreEntry[];
}

/** Estimates of the downtime of each row by the Markov chain: of all known time, and of the adjusted one. */
export interface RowEstimates {
  readonly raw: PeriodEstimates;
  readonly adjusted: PeriodEstimates;
}

export interface PeriodResult {
  readonly grouping: Grouping;
  readonly cells: Cells;
  /** The cells in which there is time of any store, and all in between: `[first, end)`. */
  readonly first: number;
  readonly end: number;
  /** 1 for each cell in which there is time of any store. */
  readonly touched: Uint8Array;
  /** The row of a group and cell is `group * cells.count + cell`. */
  readonly sums: PeriodSums;
  /** `undefined`: credible intervals were not asked for. */
  readonly estimates: RowEstimates | undefined;
  /** What downtime by the nearest poll cost, and that downtime, milliseconds; `undefined`: there are no rates. */
  readonly losses: { readonly sums: LossSums; readonly down: Float64Array } | undefined;
  /** Whether the period had ended at `asOf` for all stores. */
  readonly complete: boolean;
  /** The polls that were read, within eight days of the period; and the first poll ever of the stores, NaN: none. */
  readonly polls: number;
  readonly firstPoll: number;
}

/** The instants in which a period lies, whatever the zone of a store is. */
export function spanOf(ends: PeriodEnds): { readonly from: number; readonly to: number } {
  if (ends.kind === 'instants') return ends;
  return { from: ends.dates.first * DAY - SLACK, to: ends.dates.end * DAY + SLACK };
}

/** The dates of a period on any clock. */
export function datesAround(ends: PeriodEnds): DateRange {
  if (ends.kind === 'dates') return ends.dates;
  return { first: Math.floor((ends.from - SLACK) / DAY), end: Math.ceil((ends.to + SLACK) / DAY) };
}

/** The instants `[from, to]` whose polls may decide a state in a period. */
export function readOf(ends: PeriodEnds, asOf: number): Stretch {
  const { from, to } = spanOf(ends);
  return { from: from - POLL_REACH, to: Math.min(to + POLL_REACH, asOf) };
}

/**
 * The cells of a period, which are the same for all stores.
 *
 * @param parts the dayparts of some stores
 */
export function cellsIn(
  ends: PeriodEnds,
  { by, dayparts, labelDayparts, calendar }: Pick<PeriodTerms, 'by' | 'dayparts' | 'labelDayparts' | 'calendar'>,
  parts = dayparts,
): Cells {
  const cells = cellsOf(by, datesAround(ends), parts, calendar);
  if (labelDayparts.length === 0) return cells;
  const all = [dayparts, ...labelDayparts.map((one) => one.parts)].flat();
  return renumbered(cells, [...new Set(all.map(({ name }) => name))]);
}

/**
 * Computes the measures of stores in a period, in one pass over their polls.
 *
 * @param pollInterval milliseconds between two polls of a store
 */
export async function computePeriod(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  terms: PeriodTerms,
  pollInterval: number,
): Promise<PeriodResult> {
  const { ends, asOf, grouping, aligned } = terms;
  const span = spanOf(ends);
  const to = Math.min(span.to, asOf);
  const read = readOf(ends, asOf);
  const own: PeriodEnds = aligned === undefined ? ends : { kind: 'dates', dates: aligned.dates };
  /** The cells by the dayparts of all stores, and by those of each label. */
  const divisions = [terms.dayparts, ...terms.labelDayparts.map(({ parts }) => parts)].map((parts) => {
    const cells = cellsIn(own, terms, parts);
    return aligned === undefined ? cells : alignedCells(cells, aligned);
  });
  const cells = divisions[0] as Cells;
  const matchers = terms.labelDayparts.map(({ label }) => labelMatcher([label]));
  const clocks = new Clocks(divisions, span.from, to, terms);
  const { base, schedule } = fleet.over(read.from, read.to);
  const rows = grouping.groups.length * cells.count;
  const sums = new PeriodSums(rows);
  const isEstimated = terms.intervals || terms.estimator === 'markov';
  const estimator = isEstimated
    ? new RowEstimator(await learnModel(snapshot, fleet, terms.peers, read, pollInterval), rows, cells.count)
    : undefined;
  const losses = terms.rates && new Losses(terms.rates, rows, cells.count, terms.intervals, span.from, to);
  const states = newPeriodStates();
  const otherStates = newPeriodStates();
  const leaves = new Map(stores.map(({ key }, i) => [key, grouping.leafOf[i] as number]));
  let polls = 0;
  let firstPoll = Number.NaN;
  await walkStores(snapshot, fleet, stores, read, pollInterval, (store, open, columns, first, last, ever, unknown) => {
    const slots = clocks.slots(schedule.zonesOf(store.key - base), matchers.findIndex((matches) => matches(store)) + 1);
    walkPeriodStates(open, columns, first, last, states);
    const row = (leaves.get(store.key) as number) * cells.count;
    const covered = timeAroundPolls(open, columns, first, last, pollInterval, ever);
    const adjustments = terms.adjustments(store);
    const counting = subtract(open, adjustments.falseReading);
    if (counting !== open) walkPeriodStates(counting, columns, first, last, otherStates);
    const own = {
      ...{ open, unknown, covered, states },
      adjusted: isAdjusted(adjustments)
        ? adjustedStore(open, unknown, adjustments, counting === open ? states : otherStates)
        : undefined,
    };
    addStore(own, slots, sums, row);
    const monitored = (time: Intervals) => monitoredTime(time, columns, first, last, read.from, read.to);
    estimator?.add(own, slots, row, { raw: () => monitored(open), adjusted: () => monitored(counting) });
    losses?.add(store, own, schedule.zonesOf(store.key - base), slots, row);
    polls += last - first;
    if (!Number.isNaN(ever) && !(firstPoll <= ever)) firstPoll = ever;
  });
  addUp(grouping, cells.count, (to, from) => {
    sums.add(to, sums, from);
    estimator?.addRow(to, from);
    losses?.sums.addRow(to, from);
  });
  const down = losses && sums.columns.down.slice();
  if (terms.estimator === 'markov') estimator?.replace(sums);
  const complete = asOf >= (ends.kind === 'instants' ? ends.to : clocks.latestEnd(ends.dates.end));
  const estimates = terms.intervals ? estimator : undefined;
  return {
    grouping,
    cells,
    ...clocks.touched,
    sums,
    estimates,
    losses: losses && down && { sums: losses.sums, down },
    complete,
    polls,
    firstPoll,
  };
}

/** How long a store was monitored, by all polls and by those that count after adjustments. */
interface OwnMonitored {
  readonly raw: () => number;
  readonly adjusted: () => number;
}

/** Estimates the downtime of rows, store by store. */
class RowEstimator implements RowEstimates {
  readonly raw: PeriodEstimates;
  readonly adjusted: PeriodEstimates;
  readonly #posterior: PeriodPosterior;
  readonly #fleet: number;

  constructor(model: FleetModel, rows: number, cells: number) {
    this.raw = new PeriodEstimates(rows);
    this.adjusted = new PeriodEstimates(rows);
    this.#posterior = new PeriodPosterior(model, cells);
    this.#fleet = model.monitored;
  }

  /** Adds one store to the rows from `row` on, one for each cell. */
  add({ open, states, adjusted }: PeriodStore, slots: Slots, row: number, own: OwnMonitored): void {
    this.#posterior.estimate(open, states, slots);
    this.raw.addStore(this.#posterior, row, { fleet: this.#fleet, own: own.raw });
    if (adjusted !== undefined) {
      this.#posterior.estimate(adjusted.polled, adjusted.states, slots);
      eachPiece(adjusted.forced, slots, (cell, from, to) => this.adjusted.addForced(row + cell, to - from));
    }
    this.adjusted.addStore(this.#posterior, row, { fleet: this.#fleet, own: own.adjusted });
  }

  addRow(to: number, from: number): void {
    this.raw.addRow(to, from);
    this.adjusted.addRow(to, from);
  }

  /** Puts the expected uptime and downtime in the place of those by the nearest poll. */
  replace({ columns }: PeriodSums): void {
    for (let row = 0; row < columns.up.length; row++) {
      const known = (columns.up[row] as number) + (columns.down[row] as number);
      const adjusted = (columns.adjustedUp[row] as number) + (columns.adjustedDown[row] as number);
      columns.down[row] = this.raw.expected(row);
      columns.up[row] = known - (columns.down[row] as number);
      columns.adjustedDown[row] = this.adjusted.expected(row);
      columns.adjustedUp[row] = adjusted - (columns.adjustedDown[row] as number);
    }
  }
}

/** The open time of stores on dates by their clocks, also after the latest poll, milliseconds. */
export async function scheduledTime(
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  dates: DateRange,
  zone: string | undefined,
): Promise<number> {
  const slice = new TimeSlice(SLICE);
  const { from, to } = spanOf({ kind: 'dates', dates });
  const { base, schedule } = fleet.over(from, to);
  const cells = cellsOf('total', dates);
  const only = zone === undefined ? undefined : slotsIn([always(zone, from, to)], from, to, cells);
  let time = 0;
  for (const { key } of stores) {
    await slice.yieldIfOver();
    const slots = only ?? slotsIn(schedule.zonesOf(key - base), from, to, cells);
    const [open, unknown] = [schedule.openIntervals(key - base, from, to), schedule.unknownIntervals(key - base)];
    for (let s = 0; s < slots.length; s++) {
      const [begin, end] = [slots.from[s] as number, slots.to[s] as number];
      time += totalWithin(open, begin, end) + totalWithin(unknown, begin, end);
    }
  }
  return time;
}

/** Adds up what downtime cost, store by store. */
class Losses {
  readonly sums: LossSums;
  readonly #rates: SalesRates;
  readonly #cells: number;
  readonly #from: number;
  readonly #to: number;
  /** The hours of the week on each clock. */
  readonly #hours = new Map<string, Slots>();

  constructor(rates: SalesRates, rows: number, cells: number, intervals: boolean, from: number, to: number) {
    this.sums = new LossSums(rows, intervals);
    this.#rates = rates;
    this.#cells = cells;
    // Hours are rounded as a whole, also the one in which the period begins.
    this.#from = from - 2 * HOUR;
    this.#to = to;
  }

  add(store: StoreEntry, own: PeriodStore, zones: readonly ZoneStretch[], slots: Slots, row: number): void {
    const key = nameOfClock(zones);
    let hours = this.#hours.get(key);
    if (hours === undefined) {
      const dates = { first: Math.floor(this.#from / DAY) - 1, end: Math.ceil(this.#to / DAY) + 2 };
      hours = slotsIn(zones, this.#from, this.#to, cellsOf('hour_of_week', dates));
      this.#hours.set(key, hours);
    }
    this.sums.addStore(own, this.#rates.of(store), hours, slots, row, this.#cells);
  }
}

/** Adds each smallest group to those that contain it. */
function addUp({ leafOf, above }: Grouping, cells: number, add: (to: number, from: number) => void): void {
  for (const leaf of new Set(leafOf)) {
    for (const group of above[leaf] as readonly number[]) {
      for (let cell = 0; cell < cells; cell++) add(group * cells + cell, leaf * cells + cell);
    }
  }
}

/** The slots of a period on the clocks of stores, made once for each clock. */
class Clocks {
  readonly #divisions: readonly Cells[];
  readonly #from: number;
  readonly #to: number;
  readonly #terms: PeriodTerms;
  /** That of a zone which counts for all stores. */
  readonly #only: readonly ZoneStretch[] | undefined;
  readonly #slots = new Map<string, Slots>();
  readonly #zones = new Map<string, ZoneStretch>();
  readonly #touched: Uint8Array;

  constructor(divisions: readonly Cells[], from: number, to: number, terms: PeriodTerms) {
    this.#divisions = divisions;
    this.#touched = new Uint8Array((divisions[0] as Cells).count);
    this.#from = from;
    this.#to = to;
    this.#terms = terms;
    const { zone } = terms;
    this.#only = zone === undefined ? undefined : [always(zone, from, to)];
  }

  /** @param division the index of the one that counts for the store */
  slots(zones: readonly ZoneStretch[], division: number): Slots {
    const clock = this.#only ?? zones;
    const key = `${division} ${nameOfClock(clock)}`;
    let slots = this.#slots.get(key);
    if (slots === undefined) {
      const last = clock.at(-1) as ZoneStretch;
      const to = Math.min(this.#to, this.#limitOn(last.zone));
      slots = slotsIn(clock, this.#from, to, this.#divisions[division] as Cells);
      this.#slots.set(key, slots);
      for (const cell of slots.cell) this.#touched[cell] = 1;
      this.#zones.set(last.zone.name, last);
    }
    return slots;
  }

  #limitOn(zone: Zone): number {
    const { ends, asOf, limit } = this.#terms;
    if (limit === undefined) return Number.POSITIVE_INFINITY;
    // `zone` has the offsets of the period, which may be long before.
    return ends.kind === 'instants' ? limit(asOf) : instantOf(zone, limit(asOf + offsetAt(zone.name, asOf)));
  }

  /** The cells that any of the slots is in. */
  get touched(): Pick<PeriodResult, 'first' | 'end' | 'touched'> {
    const touched = this.#touched;
    const end = touched.lastIndexOf(1) + 1;
    return { first: end === 0 ? 0 : touched.indexOf(1), end, touched };
  }

  /** When a date, days since 1970-01-01, has begun on all clocks. */
  latestEnd(date: number): number {
    return Math.max(...[...this.#zones.values()].map(({ zone }) => instantOf(zone, date * DAY)));
  }
}

function nameOfClock(zones: readonly ZoneStretch[]): string {
  return zones.map(({ zone, from }) => `${from} ${zone.name}`).join();
}

function always(name: string, from: number, to: number): ZoneStretch {
  const zone = zoneBetween(name, from - 2 * SLACK, to + 2 * SLACK);
  return { zone, from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
}
