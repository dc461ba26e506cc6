import { DAY } from '../domain/hours.ts';
import { intersect, totalWithin } from '../domain/interval.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { TimeSlice } from '../lib/time-slice.ts';
import type { AdjustmentInterval, AdjustmentRecord } from '../storage/ports/adjustments.ts';
import type { StoreEntry } from '../stores/directory.ts';
import { AdjustedTime } from './adjusted-time.ts';
import { newlyKnown } from './known.ts';
import { beginningOf } from './phase.ts';
import { recurrenceOf } from './recurrence.ts';

/** The most time whose open hours are counted, milliseconds. */
const COUNTED = 31 * DAY;

/** Local times at which a recurrence begins that are listed. */
const LISTED = 5;

/** What an adjustment would cover. */
export interface Coverage {
  readonly stores: number;
  /** Open time of these stores in it, milliseconds, within `counted`. */
  readonly open: number;
  /** From its beginning, at most 31 days. */
  readonly counted: AdjustmentInterval;
  /** The wall values at which it begins first; empty: it is an interval. */
  readonly starts: readonly number[];
}

/**
 * Counts what an adjustment covers, and yields to other work in between.
 *
 * @param stores those that the caller can see
 * @param zones of these stores
 */
export async function coverageOf(
  record: AdjustmentRecord,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  zones: Iterable<string>,
): Promise<Coverage> {
  const recurrence = recurrenceOf(record.time);
  const from = beginningOf(record, zones);
  const to = Math.min('to' in record.time ? record.time.to : Number.POSITIVE_INFINITY, from + COUNTED);
  const window = new AdjustedTime([newlyKnown(record)]).over(from, to);
  const { base, schedule } = fleet.over(from, to);
  const slice = new TimeSlice();
  let open = 0;
  for (const store of stores) {
    await slice.yieldIfOver();
    const key = store.key - base;
    const covered = window.of(store, schedule.zonesOf(key));
    if (covered.length > 0) open += totalWithin(intersect(covered, schedule.openIntervals(key, from, to)), from, to);
  }
  return { stores: stores.length, open, counted: { from, to }, starts: recurrence?.firstStarts(LISTED) ?? [] };
}
