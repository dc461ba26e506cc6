import { UNKNOWN_ZONE } from '../../../src/domain/zone.ts';
import { labelsText } from '../../../src/lib/store-fields.ts';
import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type {
  EffectiveFrom,
  HoursVersion,
  KnownWeek,
  Opening,
  SpecialDate,
  ZoneOfStore,
  ZoneVersion,
} from '../../../src/storage/ports/schedules.ts';
import type {
  DeletedPoll,
  DescribedStore,
  StoreDescription,
  StoreRecord,
  StoreWriter,
} from '../../../src/storage/ports/stores.ts';
import { addAudit } from './audit.ts';
import type { Changes } from './changes.ts';
import type { SpecialRow, Store } from './data.ts';
import {
  byDate,
  distinct,
  FOR_GOOD,
  FOREVER_BACK,
  givenHours,
  hoursFrom,
  hoursVersions,
  inOrder,
  rowsOf,
  sameTimes,
  specialDates,
  zoneVersions,
} from './schedules.ts';
import { changeStore, nameStore, recordOf, storeOf } from './stores.ts';
import type { Transaction } from './transaction.ts';

/** Changes single stores within a transaction. */
export class MemoryStoreWriter implements StoreWriter {
  readonly #transaction: Transaction;
  readonly #changes: Changes;

  constructor(transaction: Transaction, changes: Changes) {
    this.#transaction = transaction;
    this.#changes = changes;
  }

  async hoursVersions(key: number): Promise<HoursVersion[]> {
    return hoursVersions(this.#store(key));
  }

  async zoneVersions(key: number): Promise<ZoneVersion[]> {
    return zoneVersions(this.#store(key));
  }

  async specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]> {
    return specialDates(this.#store(key), from, to);
  }

  async findStore(id: string): Promise<StoreRecord | undefined> {
    const store = storeOf(this.#transaction, id);
    return store && recordOf(store);
  }

  async findStores(ids: readonly string[]): Promise<ReadonlyMap<string, StoreRecord>> {
    const found = ids.flatMap((id) => storeOf(this.#transaction, id) ?? []);
    return new Map(found.map((store) => [store.id, recordOf(store)]));
  }

  async addStore(id: string): Promise<number> {
    return nameStore(this.#transaction, id, this.#changes).key;
  }

  async addStores(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return new Map(ids.map((id) => [id, nameStore(this.#transaction, id, this.#changes).key]));
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }

  async addAudits(entries: readonly AuditRecord[]): Promise<void> {
    for (const entry of entries) addAudit(this.#transaction, entry);
  }

  async setHours(key: number, week: KnownWeek, { instant, asked }: EffectiveFrom): Promise<boolean> {
    const store = this.#store(key);
    const given = givenHours(store);
    const before = given.find(({ from, until }) => from <= instant && instant < until)?.week ?? 'always';
    const rows = rowsOf(week);
    if (before !== 'unknown' && sameTimes(rows, rowsOf(before))) return false;
    if ((given.length === 0 || before === 'unknown') && !asked) {
      return this.#change(key, { hours: rows.map((row) => ({ ...row, from: FOREVER_BACK, until: FOR_GOOD })) });
    }
    const always = rowsOf('always').map((row) => ({ ...row, from: FOREVER_BACK, until: FOR_GOOD }));
    return this.#change(key, { hours: hoursFrom(given.length === 0 ? always : store.hours, instant, rows) });
  }

  async withdrawHours(key: number, from: number): Promise<boolean> {
    const { hours } = this.#store(key);
    const withdrawn = hours.find((row) => row.from === from);
    if (withdrawn === undefined) return false;
    const left = hours.filter((row) => row.from !== from);
    return this.#change(key, {
      hours: left.map((row) => (row.until === from ? { ...row, until: withdrawn.until } : row)),
    });
  }

  async setZone(key: number, zone: string | null, { instant, asked }: EffectiveFrom): Promise<boolean> {
    const store = this.#store(key);
    const versions = zoneVersions(store);
    const before = versions.find(({ from, until }) => from <= instant && instant < until);
    if (before === undefined || before.zone === zone) return false;
    const isFirst = (versions.length === 1 && before.zone === null) || before.zone === UNKNOWN_ZONE;
    const zoneChanges = store.zoneChanges.filter(({ until }) => until <= instant);
    // A zone that began at this instant was never in force.
    if (before.from < instant && (asked || !isFirst)) zoneChanges.push({ zone: before.zone, until: instant });
    return this.#change(key, { zone, zoneChanges });
  }

  async setZones(zones: readonly ZoneOfStore[], effectiveFrom: EffectiveFrom): Promise<ReadonlySet<number>> {
    const changed = new Set<number>();
    for (const { key, zone } of zones) if (await this.setZone(key, zone, effectiveFrom)) changed.add(key);
    return changed;
  }

  async setSpecialHours(key: number, date: string, openings: readonly Opening[]): Promise<boolean> {
    const { specialHours } = this.#store(key);
    const rows: SpecialRow[] = distinct(openings).map(({ start, end }) => ({ date, start, end }));
    if (rows.length === 0) rows.push({ date, start: null, end: null });
    const before = specialHours.filter((row) => row.date === date);
    if (sameTimes(rows, before)) return false;
    return this.#change(key, { specialHours: byDate([...specialHours.filter((row) => row.date !== date), ...rows]) });
  }

  async removeSpecialHours(key: number, date: string): Promise<boolean> {
    const { specialHours } = this.#store(key);
    const left = specialHours.filter((row) => row.date !== date);
    return left.length < specialHours.length && this.#change(key, { specialHours: left });
  }

  async describeStore(key: number, { name, labels, probeUrl }: StoreDescription): Promise<boolean> {
    const text = labelsText(Object.entries(labels));
    const store = this.#store(key);
    if (store.name === name && store.labels === text && store.probeUrl === probeUrl) return false;
    return this.#change(key, { name, labels: text, probeUrl });
  }

  async describeStores(stores: readonly DescribedStore[]): Promise<ReadonlySet<number>> {
    const changed = new Set<number>();
    for (const { key, description } of stores) if (await this.describeStore(key, description)) changed.add(key);
    return changed;
  }

  async deleteStores(keys: readonly number[]): Promise<void> {
    for (const key of keys) await this.deleteStore(key, { withPolls: false });
  }

  async deleteStore(key: number, { withPolls }: { readonly withPolls: boolean }): Promise<void> {
    if (withPolls && this.#transaction.delete('polls', key)) this.#changes.polls();
    if (withPolls && this.#transaction.delete('sales', key)) this.#changes.sales();
    this.#change(key, { deleted: true, ...(withPolls && { firstPoll: undefined }) });
  }

  async deletePoll(key: number, instant: number): Promise<DeletedPoll | undefined> {
    const polls = this.#transaction.get('polls', key) ?? [];
    const found = polls.find((poll) => poll.instant === instant);
    if (found === undefined) return undefined;
    const left = polls.filter((poll) => poll !== found);
    if (left.length > 0) this.#transaction.set('polls', key, left);
    else this.#transaction.delete('polls', key);
    this.#changes.polls();
    const store = this.#store(key);
    if (store.firstPoll === instant) this.#transaction.set('stores', key, { ...store, firstPoll: left[0]?.instant });
    return { active: found.active, reason: found.reason };
  }

  #store(key: number): Store {
    const store = this.#transaction.get('stores', key);
    if (store === undefined) throw new Error(`there is no store with the key ${key}`);
    return store;
  }

  #change(key: number, { hours, ...change }: Partial<Store>): true {
    changeStore(this.#transaction, key, { ...change, ...(hours !== undefined && { hours: inOrder(hours) }) });
    this.#changes.stores();
    return true;
  }
}
