import { DEFAULT_ZONE, zoneBetween } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import type { ScheduleColumns } from '../domain/schedule.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';

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

/**
 * Reads the schedules of the stores with consecutive keys from `firstKey` on.
 *
 * @param zones the latest zone of each store
 */
export async function readScheduleColumns(
  snapshot: Snapshot,
  firstKey: number,
  zones: readonly Zone[],
  range: ScheduleRange,
): Promise<ScheduleColumns> {
  const endKey = firstKey + zones.length;
  const { from, to } = range;
  const [firstDate, lastDate] = [Math.floor((from - SLACK) / DAY), Math.floor((to + SLACK) / DAY)];
  const zoneChanges = await snapshot.zoneChanges(firstKey, endKey);
  return {
    zones,
    zoneChanges: { ...zoneChanges, zone: zoneChanges.zones.map((name) => range.zone(name)) },
    hours: await snapshot.hours(firstKey, endKey, from, to),
    specialHours: await snapshot.specialHours(firstKey, endKey, firstDate, lastDate),
  };
}
