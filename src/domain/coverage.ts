import type { FigureColumns } from './figures.ts';
import { type Intervals, intersect, totalWithin } from './interval.ts';
import type { PollColumns } from './polls.ts';
import { timeAroundPolls } from './seen.ts';
import { WINDOWS } from './window.ts';

/**
 * Sets the covered time of a store in each window that ends at `asOf`, if the figures have coverage: its open time within
 * one polling interval of a counting poll, and not before its first poll ever.
 *
 * @param row of the store in `figures`, whose first poll is set
 * @param open the store's open intervals, complete over the time of its polls
 * @param polls arranged polls of which `[first, last)` are this store's within the eight days before `asOf`
 */
export function setCoverage(
  figures: FigureColumns,
  row: number,
  open: Intervals,
  polls: PollColumns,
  first: number,
  last: number,
  asOf: number,
): void {
  const { pollInterval } = figures;
  if (pollInterval === undefined) return;
  const around = timeAroundPolls(open, polls, first, last, pollInterval, figures.firstPoll[row] as number);
  const covered = intersect(open, around);
  for (let w = 0; w < WINDOWS.length; w++) {
    figures.setCovered(row, w, totalWithin(covered, asOf - (WINDOWS[w] as number), asOf));
  }
}
