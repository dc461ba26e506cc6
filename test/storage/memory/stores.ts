import { UNKNOWN_DAY } from '../../../src/domain/hours.ts';
import type { StoreRecord } from '../../../src/storage/ports/stores.ts';
import type { Changes } from './changes.ts';
import type { Store, Table, View } from './data.ts';
import { byBytes } from './record-tables.ts';
import type { Transaction } from './transaction.ts';

/** The latest instant of a JavaScript date stands for hours that are unknown without end. */
const FOR_GOOD = 8.64e15;

const sorted = new WeakMap<Table<'stores'>, readonly Store[]>();

/** All stores by id, deleted ones too. */
export function storesById(view: View): readonly Store[] {
  const table = view.table('stores');
  let stores = sorted.get(table);
  if (stores === undefined) {
    stores = [...table.values()].sort((a, b) => byBytes(a.id, b.id));
    sorted.set(table, stores);
  }
  return stores;
}

export function storeOf(view: View, id: string): Store | undefined {
  const key = view.table('store_keys').get(id);
  return key === undefined ? undefined : view.table('stores').get(key);
}

/** The stores with `firstKey ≤ key < endKey`, in the order of their keys, which run from 1 without a gap. */
export function* storesBetween(view: View, firstKey: number, endKey: number): Generator<Store> {
  const stores = view.table('stores');
  for (let key = Math.max(1, firstKey); key < endKey && key <= stores.size; key++) yield stores.get(key) as Store;
}

export function recordOf(store: Store): StoreRecord {
  const unknown = store.hours.filter(({ day }) => day === UNKNOWN_DAY).map(({ until }) => Math.min(until, FOR_GOOD));
  return {
    ...{ key: store.key, id: store.id, name: store.name, zone: store.zone, probeUrl: store.probeUrl },
    ...{ version: store.version, deleted: store.deleted },
    labels: JSON.parse(store.labels) as Record<string, string>,
    hoursUnknownUntil: unknown.length === 0 ? null : Math.max(...unknown),
  };
}

/** Creates the stores that do not exist, in the order of their ids, and restores deleted ones. */
export function nameStores(transaction: Transaction, ids: Iterable<string>, changes: Changes): void {
  for (const id of [...new Set(ids)].sort(byBytes)) nameStore(transaction, id, changes);
}

/** Creates a store, or restores it if it is deleted; returns it. */
export function nameStore(transaction: Transaction, id: string, changes: Changes): Store {
  const there = storeOf(transaction, id);
  if (there !== undefined && !there.deleted) return there;
  changes.stores();
  if (there !== undefined) return changeStore(transaction, there.key, { deleted: false });
  const store: Store = {
    ...{ key: transaction.table('stores').size + 1, id, zone: null, name: null, labels: '{}', probeUrl: null },
    ...{ version: 1, deleted: false, firstPoll: undefined, hours: [], zoneChanges: [], specialHours: [] },
  };
  transaction.set('stores', store.key, store);
  transaction.set('store_keys', id, store.key);
  return store;
}

/** Changes a store and raises its version; returns it. */
export function changeStore(transaction: Transaction, key: number, change: Partial<Store>): Store {
  const before = transaction.get('stores', key);
  if (before === undefined) throw new Error(`there is no store with the key ${key}`);
  const store = { ...before, version: before.version + 1, ...change };
  transaction.set('stores', key, store);
  return store;
}
