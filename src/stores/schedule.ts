import { DEFAULT_ZONE, zoneBetween } from '../calendar/tzdb.ts';
import { DAY, type HoursColumns } from '../domain/hours.ts';
import type { ScheduleColumns } from '../domain/schedule.ts';
import type { SpecialHoursColumns } from '../domain/special-hours.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot, ZoneChangeRows } from '../storage/ports/snapshot.ts';

/** Local dates that begin this long before or after a range may still have hours in it. */
const SLACK = 4 * DAY;

/** The instants `[from, to]`, and the offsets of zones around them. */
export class ScheduleRange {
  readonly from: number;
  readonly to: number;
  readonly #zones = new Map<string, Zone>();

  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }

  /** @param name an IANA name; `null`: the default zone */
  zone(name: string | null): Zone {
    const known = name ?? DEFAULT_ZONE;
    let zone = this.#zones.get(known);
    if (zone === undefined) {
      zone = zoneBetween(known, this.from - SLACK, this.to + SLACK);
      this.#zones.set(known, zone);
    }
    return zone;
  }
}

/** What is stored of the schedules of stores with consecutive keys. Indices in the columns count from the first key. */
export interface ScheduleRows {
  readonly zoneChanges: ZoneChangeRows;
  readonly hours: HoursColumns;
  readonly specialHours: SpecialHoursColumns;
}

/** Reads the schedules of the stores with `firstKey ≤ key < endKey`, complete over the instants `[from, to]`. */
export async function readScheduleRows(
  snapshot: Snapshot,
  firstKey: number,
  endKey: number,
  { from, to }: Pick<ScheduleRange, 'from' | 'to'>,
): Promise<ScheduleRows> {
  const [firstDate, lastDate] = [Math.floor((from - SLACK) / DAY), Math.floor((to + SLACK) / DAY)];
  return {
    zoneChanges: await snapshot.zoneChanges(firstKey, endKey),
    hours: await snapshot.hours(firstKey, endKey, from, to),
    specialHours: await snapshot.specialHours(firstKey, endKey, firstDate, lastDate),
  };
}

/**
 * The schedules of stores.
 *
 * @param rows complete over `range`
 * @param zones the latest zone of each store
 */
export function scheduleColumns(
  { zoneChanges, ...rows }: ScheduleRows,
  zones: readonly Zone[],
  range: ScheduleRange,
): ScheduleColumns {
  return { ...rows, zones, zoneChanges: { ...zoneChanges, zone: zoneChanges.zones.map((name) => range.zone(name)) } };
}
