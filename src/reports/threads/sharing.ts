import type { PollColumns } from '../../domain/polls.ts';
import type { ScheduleColumns } from '../../domain/schedule.ts';
import type { Zone } from '../../domain/zone.ts';
import { shared } from '../../lib/columns.ts';
import type { BatchColumns } from '../kernel.ts';
import type { SharedSchedule } from './messages.ts';

/** Moves the columns of a batch to shared memory. */
export function shareBatch({ schedule, polls }: BatchColumns): {
  readonly schedule: SharedSchedule;
  readonly polls: PollColumns;
} {
  const { hours, specialHours, zoneChanges } = schedule;
  return {
    schedule: {
      ...shareZones(schedule.zones),
      zoneChanges: { ...zoneChanges, store: shared(zoneChanges.store), until: shared(zoneChanges.until) },
      hours: {
        length: hours.length,
        store: shared(hours.store),
        day: shared(hours.day),
        start: shared(hours.start),
        end: shared(hours.end),
        held: hours.held && { from: shared(hours.held.from), until: shared(hours.held.until) },
      },
      specialHours: {
        length: specialHours.length,
        store: shared(specialHours.store),
        date: shared(specialHours.date),
        start: shared(specialHours.start),
        end: shared(specialHours.end),
      },
    },
    polls: {
      length: polls.length,
      store: shared(polls.store, polls.length),
      instant: shared(polls.instant, polls.length),
      active: shared(polls.active, polls.length),
    },
  };
}

/** The schedules as the kernel takes them. */
export function scheduleIn({ zones, zoneOf, ...columns }: SharedSchedule): ScheduleColumns {
  return { ...columns, zones: Array.from(zoneOf, (zone) => zones[zone] as Zone) };
}

function shareZones(zones: readonly Zone[]): Pick<SharedSchedule, 'zones' | 'zoneOf'> {
  const places = new Map<Zone, number>();
  const zoneOf = new Int32Array(new SharedArrayBuffer(zones.length * Int32Array.BYTES_PER_ELEMENT));
  for (const [store, zone] of zones.entries()) {
    const place = places.get(zone) ?? places.size;
    places.set(zone, place);
    zoneOf[store] = place;
  }
  return { zones: [...places.keys()], zoneOf };
}
