import { subtract } from '../../src/domain/interval.ts';
import { type Adjustments, adjustedStore, isAdjusted, UNADJUSTED } from '../../src/domain/periods/adjusted.ts';
import type { Cells } from '../../src/domain/periods/cells.ts';
import { slotsIn } from '../../src/domain/periods/slots.ts';
import { newPeriodStates, walkPeriodStates } from '../../src/domain/periods/states.ts';
import { addStore, type Measures, PeriodSums } from '../../src/domain/periods/sums.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import type { Schedule } from '../../src/domain/schedule.ts';
import { timeAroundPolls } from '../../src/domain/seen.ts';
import { POLL_REACH } from '../../src/domain/window.ts';
import { type PollRow, pollColumns } from './fleet.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

export interface AskedPeriod extends Partial<Adjustments> {
  readonly from: number;
  readonly to: number;
  readonly cells: Cells;
}

/** The measures of one store in each cell, by the kernel; polls are one hour apart. */
export function measuresOf(
  schedule: Schedule,
  store: number,
  polls: readonly PollRow[],
  asOf: number,
  { from, to, cells, ...given }: AskedPeriod,
): Measures[] {
  const end = Math.min(to, asOf);
  const [first, last] = [from - POLL_REACH, Math.min(end + POLL_REACH, asOf)];
  const own = polls.filter((poll) => poll.store === store);
  const near = own.filter(({ instant }) => instant >= first && instant <= last);
  const columns = arrangePolls(pollColumns(near.map((poll) => ({ ...poll, store: 0 }))), 1);
  const open = schedule.openIntervals(store, first, last);
  const states = newPeriodStates();
  walkPeriodStates(open, columns, 0, columns.length, states);
  const sums = new PeriodSums(cells.count);
  const slots = slotsIn(schedule.zonesOf(store), from, end, cells);
  const firstPoll = Math.min(...own.map(({ instant }) => instant));
  const covered = timeAroundPolls(open, columns, 0, columns.length, HOUR, firstPoll);
  const adjustments = { ...UNADJUSTED, ...given };
  const others = newPeriodStates();
  walkPeriodStates(subtract(open, adjustments.falseReading), columns, 0, columns.length, others);
  const unknown = schedule.unknownIntervals(store);
  const adjusted = isAdjusted(adjustments) ? adjustedStore(open, unknown, adjustments, others) : undefined;
  addStore({ open, unknown, adjusted, covered, states }, slots, sums, 0);
  return Array.from({ length: cells.count }, (_, cell) => sums.at(cell));
}

/** Days since 1970-01-01 of a date. */
export function dayNumber(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY;
}
