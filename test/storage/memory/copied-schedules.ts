import type { Row } from '../../../src/lib/sql.ts';
import type { Store } from './data.ts';
import { groupBy } from './group-by.ts';
import { byDate, inOrder } from './schedules.ts';
import { hoursRowOf, idOf, numberOf, specialRowOf, textOf, zoneChangeOf } from './staged-rows.ts';
import { storeOf } from './stores.ts';
import type { Transaction } from './transaction.ts';

/** The rows of the tables of `CopiedSchedules`. */
export interface CopiedRows {
  readonly stores: readonly Row[];
  readonly hours: readonly Row[];
  readonly zoneChanges: readonly Row[];
  readonly specialHours: readonly Row[];
}

/** Makes stores, which exist, and their schedules equal to the copied ones. Returns whether anything changed. */
export function takeCopiedSchedules(transaction: Transaction, copied: CopiedRows): boolean {
  const hours = groupBy(copied.hours, idOf);
  const zoneChanges = groupBy(copied.zoneChanges, idOf);
  const specialHours = groupBy(copied.specialHours, idOf);
  let changed = false;
  for (const row of copied.stores) {
    const id = idOf(row);
    const before = storeOf(transaction, id) as Store;
    const store: Store = {
      ...{ key: before.key, id, zone: textOf(row.zone), name: textOf(row.name), labels: String(row.labels) },
      ...{ probeUrl: textOf(row.probe_url), version: Number(row.version), deleted: row.deleted === true },
      firstPoll: numberOf(row.first_poll_ms) ?? undefined,
      hours: inOrder((hours.get(id) ?? []).map(hoursRowOf)),
      zoneChanges: (zoneChanges.get(id) ?? []).map(zoneChangeOf).sort((a, b) => a.until - b.until),
      specialHours: byDate((specialHours.get(id) ?? []).map(specialRowOf)),
    };
    if (comparable(store) === comparable(before)) continue;
    transaction.set('stores', store.key, store);
    changed = true;
  }
  return changed;
}

function comparable({ key, id, zone, name, labels, probeUrl, version, deleted, ...rest }: Store): string {
  const { firstPoll, hours, zoneChanges, specialHours } = rest;
  const rows = hours.map(({ day, start, end, from, until }) => [day, start, end, String(from), String(until)]);
  return JSON.stringify([
    ...[key, id, zone, name, labels, probeUrl, version, deleted, firstPoll ?? null, rows],
    zoneChanges.map((change) => [change.zone, change.until]),
    specialHours.map(({ date, start, end }) => [date, start, end]),
  ]);
}
