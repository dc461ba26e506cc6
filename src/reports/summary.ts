import type { WindowName } from '../domain/window.ts';
import { columnOf, coveredIn, type ReportFigures } from './figures.ts';

/** Uptime ratios at which the bars of the histogram begin; the last bar holds the stores that were never down. */
const BAR_STARTS = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 1] as const;

/** The stores whose uptime ratio is at least `from` and below `to`; from 1 to 1: exactly 1. */
export interface UptimeBar {
  readonly from: number;
  readonly to: number;
  readonly stores: number;
}

/** One window of a report, all its stores together. */
export interface WindowSummary {
  /** Milliseconds; open = up + down + unknown, exactly. */
  readonly open: number;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  /** The open time within one polling interval of a counting poll; `undefined`: not computed. */
  readonly covered: number | undefined;
  /** Stores with known open time, which are those in the histogram. */
  readonly storesWithData: number;
  readonly storesWithoutData: number;
  /** In ascending order of uptime. */
  readonly histogram: readonly UptimeBar[];
}

/** Sums one window over all stores of a report, and counts the stores by their uptime ratio. */
export function summaryOf(figures: ReportFigures, window: WindowName): WindowSummary {
  const ups = columnOf(figures, 'up', window);
  const downs = columnOf(figures, 'down', window);
  const counts = BAR_STARTS.map(() => 0);
  let [up, down, storesWithData] = [0, 0, 0];
  for (let place = 0; place < ups.length; place++) {
    const [storeUp, storeDown] = [ups[place] as number, downs[place] as number];
    if (storeUp + storeDown === 0) continue;
    up += storeUp;
    down += storeDown;
    storesWithData++;
    const ratio = storeUp / (storeUp + storeDown);
    const bar = BAR_STARTS.findLastIndex((start) => ratio >= start);
    counts[bar] = (counts[bar] as number) + 1;
  }
  const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0);
  const open = sum(columnOf(figures, 'open', window));
  const covered = coveredIn(figures, window);
  return {
    open,
    up,
    down,
    unknown: open - up - down,
    covered: covered && sum(covered),
    storesWithData,
    storesWithoutData: ups.length - storesWithData,
    histogram: BAR_STARTS.map((from, i) => ({ from, to: BAR_STARTS[i + 1] ?? 1, stores: counts[i] as number })),
  };
}
