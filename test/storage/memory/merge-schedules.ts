import { UNKNOWN_DAY } from '../../../src/domain/hours.ts';
import { UNKNOWN_ZONE } from '../../../src/domain/zone.ts';
import type { MergeCounts, ScheduleFeed } from '../../../src/storage/ports/import-session.ts';
import type { WeekRow } from '../../../src/storage/ports/schedules.ts';
import type { SpecialRow, Store } from './data.ts';
import { groupBy } from './group-by.ts';
import { byDate, distinct, FOR_GOOD, FOREVER_BACK, hoursFrom, inOrder, sameTimes } from './schedules.ts';

/** How the rows of a store compare with its data before. */
export type MergeState = 'added' | 'replaced' | 'same';

/** What a feed changes of a store. */
export interface MergedStore {
  readonly state: MergeState;
  /** `undefined`: nothing. */
  readonly change: Partial<Store> | undefined;
}

/**
 * Replaces the weekly hours of a store from `at` on. Unknown hours count as none: what replaces them applies to all time
 * before.
 *
 * @param rows without repetition
 * @param isFirst whether the import has given the store its first hours
 */
export function mergeHours(store: Store, rows: readonly WeekRow[], at: number, isFirst: boolean): MergedStore {
  const inForce = store.hours.filter(({ day, from, until }) => day !== UNKNOWN_DAY && from <= at && at < until);
  const state = inForce.length === 0 ? 'added' : sameTimes(rows, inForce) ? 'same' : 'replaced';
  if (state === 'same') return { state, change: undefined };
  if (state === 'added' || isFirst) {
    return { state, change: { hours: inOrder(rows.map((row) => ({ ...row, from: FOREVER_BACK, until: FOR_GOOD }))) } };
  }
  return { state, change: { hours: hoursFrom(store.hours, at, rows) } };
}

/** Replaces the zone of a store in the same way. */
export function mergeZone(store: Store, zone: string, at: number, isFirst: boolean): MergedStore {
  const next = store.zoneChanges.find(({ until }) => until > at);
  const inForce = next === undefined ? store.zone : next.zone;
  const hadNone = inForce === null && store.zone === null && store.zoneChanges.length === 0;
  const state = inForce === UNKNOWN_ZONE || hadNone ? 'added' : inForce === zone ? 'same' : 'replaced';
  if (state === 'same') return { state, change: undefined };
  const zoneChanges = store.zoneChanges.filter(({ until }) => until <= at);
  if (state === 'replaced' && !isFirst && zoneChanges.at(-1)?.until !== at) {
    zoneChanges.push({ zone: inForce, until: at });
  }
  return { state, change: { zone, zoneChanges } };
}

/** Replaces the special hours of a store on the dates of the rows. Returns the states of these dates, too. */
export function mergeSpecialHours(
  store: Store,
  rows: readonly SpecialRow[],
): { readonly states: (readonly [MergeState, number])[]; readonly change: Partial<Store> | undefined } {
  let { specialHours } = store;
  const states = [...groupBy(rows, ({ date }) => date)].map(([date, own]): readonly [MergeState, number] => {
    const openings = lastOpenings(own);
    const before = specialHours.filter((row) => row.date === date);
    if (sameTimes(openings, before)) return ['same', openings.length];
    specialHours = byDate([...specialHours.filter((row) => row.date !== date), ...openings]);
    return [before.length === 0 ? 'added' : 'replaced', openings.length];
  });
  return { states, change: specialHours === store.specialHours ? undefined : { specialHours } };
}

/** The rows of one date that count: the openings after the last closed row, or that row if none follow. */
function lastOpenings(rows: readonly SpecialRow[]): SpecialRow[] {
  const closed = rows.findLastIndex(({ start }) => start === null);
  return distinct(rows.slice(closed === rows.length - 1 ? closed : closed + 1));
}

/** Adds up the rows of stores by state. @param staged number of rows in the feed, including repeated ones */
export function countStates(states: Iterable<readonly [state: MergeState, rows: number]>, staged: number): MergeCounts {
  const counts = { added: 0, replaced: 0, same: 0 };
  for (const [state, rows] of states) counts[state] += rows;
  const { added, replaced, same } = counts;
  return { added, replaced, alreadyThere: same, repeated: staged - added - replaced - same };
}

/** What a feed with unreadable rows of a store makes unknown: all of its schedule, if it has none. */
export function unknownInstead(store: Store, feed: ScheduleFeed): Partial<Store> | undefined {
  if (feed === 'zones') {
    return store.zone === null && store.zoneChanges.length === 0 ? { zone: UNKNOWN_ZONE } : undefined;
  }
  if (store.hours.length > 0 || (feed === 'specialHours' && store.specialHours.length > 0)) return undefined;
  return { hours: [{ day: UNKNOWN_DAY, start: 0, end: 0, from: FOREVER_BACK, until: FOR_GOOD }] };
}

/** Whether what a feed says of a store is unknown without end. */
export function isUnknown(store: Store, feed: ScheduleFeed): boolean {
  if (feed === 'zones') return store.zone === UNKNOWN_ZONE;
  return store.hours.some(({ day, until }) => day === UNKNOWN_DAY && until === FOR_GOOD);
}
