import type { Row } from '../../../src/lib/sql.ts';
import { yieldTurn } from '../../../src/lib/world/timers.ts';
import type {
  CopiedSchedules,
  ImportSession,
  MergeCounts,
  ScheduleFeed,
  StoreCensus,
  UnreadStores,
} from '../../../src/storage/ports/import-session.ts';
import type { RecordRows, RecordTable } from '../../../src/storage/ports/records.ts';
import { census, isPolled } from './census.ts';
import type { Changes } from './changes.ts';
import { CopiedRecords } from './copied-records.ts';
import { takeCopiedSchedules } from './copied-schedules.ts';
import type { Store } from './data.ts';
import { groupBy } from './group-by.ts';
import {
  countStates,
  isUnknown,
  type MergeState,
  mergeHours,
  mergeSpecialHours,
  mergeZone,
  unknownInstead,
} from './merge-schedules.ts';
import { descriptionChanges, lastDescription } from './merge-stores.ts';
import { mergePolls } from './polls.ts';
import { byBytes } from './record-tables.ts';
import { mergedSales } from './sales.ts';
import { distinct } from './schedules.ts';
import { descriptionOf, idOf, pollOf, soldHourOf, specialRowOf, textOf, weekRowOf } from './staged-rows.ts';
import type { Staging } from './staging.ts';
import { changeStore, nameStores, storeOf } from './stores.ts';
import type { Transaction } from './transaction.ts';

/** Maximum number of ids returned of stores with unreadable rows. */
const NAMED = 20;

/** Merges staged tables into the data, within a transaction. */
export class MemoryImportSession implements ImportSession {
  readonly #staged: Staging;
  readonly #transaction: Transaction;
  readonly #changes: Changes;
  readonly #records = new CopiedRecords();
  /** The keys of the stores that the files of this import name, and of those that it gives the first hours, or zone. */
  readonly #named = { hours: new Set<number>(), zones: new Set<number>() };
  readonly #first = { hours: new Set<number>(), zones: new Set<number>() };

  constructor(staged: Staging, transaction: Transaction, changes: Changes) {
    this.#staged = staged;
    this.#transaction = transaction;
    this.#changes = changes;
  }

  get staging() {
    return this.#staged.session;
  }

  async storesAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(ids.filter((id) => storeOf(this.#transaction, id)?.deleted === false));
  }

  async nameStores(table: string): Promise<void> {
    this.#name(await this.#staged.rows(table));
  }

  async mergePolls(table: string): Promise<MergeCounts> {
    return mergePolls(this.#transaction, (await this.#staged.rows(table)).map(pollOf), this.#changes);
  }

  async replaceHours(table: string, effectiveFrom: number): Promise<MergeCounts> {
    const rows = await this.#staged.rows(table);
    const states: (readonly [MergeState, number])[] = [];
    for (const [store, own] of this.#byStore(rows)) {
      const week = distinct(own.map(weekRowOf));
      const { state, change } = mergeHours(store, week, effectiveFrom, this.#first.hours.has(store.key));
      this.#note('hours', store, state);
      this.#change(store, change);
      states.push([state, week.length]);
    }
    return countStates(states, rows.length);
  }

  async replaceZones(table: string, effectiveFrom: number): Promise<MergeCounts> {
    const rows = await this.#staged.rows(table);
    const states: (readonly [MergeState, number])[] = [];
    for (const [store, own] of this.#byStore(rows)) {
      const zone = textOf(own.findLast((row) => row.zone !== null)?.zone);
      if (zone !== null) states.push([this.#mergeZone(store, zone, effectiveFrom), 1]);
    }
    return countStates(states, rows.length);
  }

  async replaceStores(table: string, effectiveFrom: number): Promise<MergeCounts> {
    const rows = await this.#staged.rows(table);
    const known = new Set(await this.storesAmong([...new Set(rows.map(idOf))]));
    const states: (readonly [MergeState, number])[] = [];
    for (const [store, own] of this.#byStore(rows)) {
      const description = lastDescription(own.map(descriptionOf));
      if (description.zone !== null) this.#mergeZone(store, description.zone, effectiveFrom);
      for (const change of descriptionChanges(store, description)) this.#change(store, change);
      const isChanged = this.#transaction.get('stores', store.key) !== store;
      states.push([known.has(store.id) ? (isChanged ? 'replaced' : 'same') : 'added', 1]);
    }
    return countStates(states, rows.length);
  }

  async replaceSpecialHours(table: string): Promise<MergeCounts> {
    const rows = await this.#staged.rows(table);
    const states: (readonly [MergeState, number])[] = [];
    for (const [store, own] of this.#byStore(rows)) {
      const merged = mergeSpecialHours(store, own.map(specialRowOf));
      this.#change(store, merged.change);
      states.push(...merged.states);
    }
    return countStates(states, rows.length);
  }

  async mergeSales(table: string): Promise<MergeCounts> {
    const rows = await this.#staged.rows(table);
    const states: (readonly [MergeState, number])[] = [];
    for (const [{ key }, own] of this.#byStore(rows)) {
      const merged = mergedSales(this.#transaction.get('sales', key) ?? [], own.map(soldHourOf));
      this.#transaction.set('sales', key, merged.sales);
      states.push(...merged.states);
    }
    const counts = countStates(states, rows.length);
    if (counts.added + counts.replaced > 0) this.#changes.sales();
    return counts;
  }

  async keepUnread(feed: ScheduleFeed, table: string): Promise<UnreadStores> {
    const keys = this.#byStore(await this.#staged.rows(table)).map(([store]) => {
      this.#change(store, unknownInstead(store, feed));
      return store.key;
    });
    const stores = keys.map((key) => this.#transaction.get('stores', key) as Store);
    const ids = (unknown: boolean) =>
      stores
        .filter((store) => isUnknown(store, feed) === unknown)
        .map(({ id }) => id)
        .sort(byBytes);
    const [unknown, kept] = [ids(true), ids(false)];
    return { kept: kept.length, unknown: unknown.length, ids: [...unknown, ...kept].slice(0, NAMED) };
  }

  async census(): Promise<StoreCensus> {
    await yieldTurn();
    const polled = (keys: ReadonlySet<number>) =>
      [...keys].filter((key) => isPolled(this.#transaction.get('stores', key) as Store)).length;
    const { hours, zones } = this.#named;
    return {
      ...census(this.#transaction),
      ...(hours.size > 0 && { withHoursHere: polled(hours) }),
      ...(zones.size > 0 && { withZoneHere: polled(zones) }),
    };
  }

  async copySchedules({ stores, hours, zoneChanges, specialHours }: CopiedSchedules): Promise<void> {
    const copied = {
      stores: await this.#staged.rows(stores),
      hours: await this.#staged.rows(hours),
      zoneChanges: await this.#staged.rows(zoneChanges),
      specialHours: await this.#staged.rows(specialHours),
    };
    this.#name(copied.stores);
    if (takeCopiedSchedules(this.#transaction, copied)) this.#changes.stores();
  }

  stageRecords(table: RecordTable, rows: AsyncIterable<RecordRows>): Promise<void> {
    return this.#records.stage(table, rows);
  }

  async takeRecords(): Promise<void> {
    this.#records.take(this.#transaction);
  }

  #name(rows: readonly Row[]): void {
    nameStores(this.#transaction, rows.map(idOf), this.#changes);
  }

  /** The rows of each store, which is created if needed. */
  #byStore(rows: readonly Row[]): [Store, Row[]][] {
    this.#name(rows);
    return [...groupBy(rows, idOf)].map(([id, own]) => [storeOf(this.#transaction, id) as Store, own]);
  }

  #mergeZone(store: Store, zone: string, effectiveFrom: number): MergeState {
    const { state, change } = mergeZone(store, zone, effectiveFrom, this.#first.zones.has(store.key));
    this.#note('zones', store, state);
    this.#change(store, change);
    return state;
  }

  #note(feed: 'hours' | 'zones', { key }: Store, state: MergeState): void {
    this.#named[feed].add(key);
    if (state === 'added') this.#first[feed].add(key);
  }

  #change({ key }: Store, change: Partial<Store> | undefined): void {
    if (change === undefined) return;
    changeStore(this.#transaction, key, change);
    this.#changes.stores();
  }
}
