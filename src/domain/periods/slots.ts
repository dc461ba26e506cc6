import { DAY } from '../hours.ts';
import type { ZoneStretch } from '../schedule.ts';
import { instantOf, wallAt } from '../zone.ts';

/** Stretches of time in order, each of which belongs to one cell of a result. There may be time between them. */
export interface Slots {
  readonly length: number;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly cell: Int32Array;
}

/** How local time is divided into cells. */
export interface Division {
  /** The times of day, milliseconds since local midnight, at which a cell may begin besides midnight. */
  readonly times: readonly number[];
  /**
   * The cell of a stretch between two such times.
   *
   * @param date its local date, days since 1970-01-01
   * @param wall the wall value of its beginning
   * @returns a number from 0; negative: it is in no cell
   */
  cell(date: number, wall: number): number;
}

/**
 * Divides `[from, to)` by local time. A local date runs from its midnight to the next; a midnight that a clock change
 * skips moves forward by the length of the gap, and one that occurs twice means the first.
 *
 * @param zones cover all time
 */
export function slotsIn(zones: readonly ZoneStretch[], from: number, to: number, division: Division): Slots {
  const slots: { from: number; to: number; cell: number }[] = [];
  for (const stretch of zones) {
    const begin = Math.max(from, stretch.from);
    const end = Math.min(to, stretch.until);
    if (begin >= end) continue;
    for (const piece of piecesOf(stretch, begin, end, division)) {
      const last = slots.at(-1);
      if (last !== undefined && last.cell === piece.cell && last.to === piece.from) last.to = piece.to;
      else if (piece.cell >= 0) slots.push(piece);
    }
  }
  return {
    length: slots.length,
    from: Float64Array.from(slots, (slot) => slot.from),
    to: Float64Array.from(slots, (slot) => slot.to),
    cell: Int32Array.from(slots, (slot) => slot.cell),
  };
}

/** The stretches of `[begin, end)` in one zone between midnights, times of the division and, if it has any, clock changes. */
function* piecesOf({ zone }: ZoneStretch, begin: number, end: number, { times, cell }: Division) {
  const firstDate = Math.floor(wallAt(zone, begin) / DAY) - 1;
  const lastDate = Math.floor(wallAt(zone, end) / DAY) + 1;
  const midnights: number[] = [];
  const cuts: number[] = [begin, end];
  for (let date = firstDate; date <= lastDate; date++) {
    const midnight = instantOf(zone, date * DAY);
    midnights.push(midnight);
    cuts.push(midnight);
  }
  for (const [i, offset] of times.length === 0 ? [] : zone.offsets.entries()) {
    const start = Math.max(begin, zone.starts[i] as number);
    const until = Math.min(end, zone.starts[i + 1] ?? Number.POSITIVE_INFINITY);
    cuts.push(start);
    for (let date = Math.floor((start + offset) / DAY); date * DAY - offset < until; date++) {
      for (const time of times) {
        const at = date * DAY + time - offset;
        if (at >= start && at < until) cuts.push(at);
      }
    }
  }
  cuts.sort((a, b) => a - b);
  let date = 0;
  for (const [i, from] of cuts.entries()) {
    const to = cuts[i + 1];
    if (from < begin || to === undefined || from === to || to > end) continue;
    while (date + 1 < midnights.length && (midnights[date + 1] as number) <= from) date++;
    yield { from, to, cell: cell(firstDate + date, wallAt(zone, from)) };
  }
}
