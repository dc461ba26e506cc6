import { UNKNOWN_ZONE } from '../domain/zone.ts';
import { counted } from '../lib/text.ts';
import type { StoreEntry } from './directory.ts';

/** Whether the hours in force at an instant are known. */
export function hoursKnown({ hoursUnknownUntil }: StoreEntry, at: number): boolean {
  return hoursUnknownUntil === undefined || at >= hoursUnknownUntil;
}

/** Whether the zone of a store is known; a store without one has the default zone. */
export function zoneKnown({ zone }: StoreEntry): boolean {
  return zone !== UNKNOWN_ZONE;
}

/** Whether both hours and zone are known. */
export function scheduleKnown(store: StoreEntry, at: number): boolean {
  return hoursKnown(store, at) && zoneKnown(store);
}

/** The numbers of stores with unknown hours or an unknown zone. */
export interface UnknownSchedules {
  readonly hours: number;
  readonly zones: number;
}

/** The warnings about them. */
export function unknownWarnings({ hours, zones }: UnknownSchedules): string[] {
  const said = (count: number, one: string, many: string) =>
    count === 0 ? [] : [counted(count, `store has ${one}`, `stores have ${many}`)];
  return [
    ...said(hours, 'unknown business hours', 'unknown business hours'),
    ...said(zones, 'an unknown time zone', 'unknown time zones'),
  ];
}

/** Counts them at an instant. */
export function unknownSchedules(stores: readonly StoreEntry[], at: number): UnknownSchedules {
  const unknown = { hours: 0, zones: 0 };
  for (const store of stores) {
    if (!hoursKnown(store, at)) unknown.hours++;
    if (!zoneKnown(store)) unknown.zones++;
  }
  return unknown;
}
