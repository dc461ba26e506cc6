import { canWriteStores, type Principal, storesOf } from '../accounts/access.ts';
import { type AuditLog, actorOf, type Detail } from '../accounts/audit.ts';
import { formatInstant } from '../calendar/instant.ts';
import { DEFAULT_ZONE, localDate } from '../calendar/tzdb.ts';
import { invalid, notFound, refuseOtherVersion, UserError } from '../lib/errors.ts';
import { newIdFlaw, noStore } from '../lib/store-id.ts';
import { trimmed } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import type { HoursVersion, KnownWeek, Opening, SpecialDate } from '../storage/ports/schedules.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreRecord, StoreWriter } from '../storage/ports/stores.ts';
import { deletedDetail, differenceOf, hoursDetail, replacedHours, specialDetail } from './audit-detail.ts';
import { type BatchedChange, type BatchOptions, type BatchResult, changeStores } from './batch.ts';
import {
  checkedChange,
  detailOf,
  NOTHING_SAID,
  refuseOwner,
  type StoreChange,
  type StoreServiceParts,
  writeChange,
} from './change.ts';
import { entryOf, type StoreDirectory, type StoreEntry, storeNamed } from './directory.ts';
import { effectiveFrom } from './effective-from.ts';
import { type GivenVersions, replacePlanned } from './planned-hours.ts';

/** The version of a store that a change is based on; `undefined`: any. */
export type Expected = number | undefined;

export interface StoreHours {
  readonly store: StoreEntry;
  readonly versions: readonly HoursVersion[];
}

/**
 * Reads and changes stores for a principal. Stores that the principal may not see are not found. Owners may only change
 * the hours of their stores, from now on.
 */
export class StoreService {
  readonly #parts: StoreServiceParts;
  readonly #storage: Storage;
  readonly #directory: StoreDirectory;
  readonly #now: () => number;
  readonly #audit: Pick<AuditLog, 'entry'>;

  constructor(parts: StoreServiceParts) {
    const { storage, directory, now, audit } = parts;
    this.#parts = parts;
    this.#storage = storage;
    this.#directory = directory;
    this.#now = now;
    this.#audit = audit;
  }

  /** @throws UserError `not_found`, `invalid_input` if the text cannot be an id */
  async find(principal: Principal, id: string): Promise<StoreEntry> {
    return storeNamed(await this.#directory.current(), storesOf(principal), id);
  }

  /**
   * Creates a store. A deleted store with this id is restored, with its hours and polls.
   *
   * @param given its id; `undefined`: a generated one
   * @throws UserError `conflict` if the store exists, `invalid_input` if a new store may not have this id
   */
  async create(principal: Principal, given: string = newId(), change: StoreChange = {}): Promise<StoreEntry> {
    refuseOwner(principal, 'create a store');
    const id = trimmed(given);
    const flaw = newIdFlaw(id);
    if (flaw !== undefined) throw invalid(`store_id ${flaw}`, 'store_id');
    const said = checkedChange(change);
    const store = await this.#storage.changing(async (writer) => {
      const there = await writer.findStore(id);
      if (there !== undefined && !there.deleted) throw new UserError('conflict', `the store "${id}" already exists`);
      const key = await writer.addStore(id);
      await writeChange(writer, key, NOTHING_SAID, said, this.#now());
      const created = found(await writer.findStore(id), id);
      if (there === undefined) await this.#note(writer, principal, 'store.created', id, detailOf(said));
      else await this.#note(writer, principal, 'store.restored', id, differenceOf(there, created));
      return created;
    });
    this.#directory.changed();
    return entryOf(store);
  }

  /** @throws UserError `not_found`, `forbidden`, `precondition_failed`, `invalid_input` */
  async update(principal: Principal, given: string, change: StoreChange, expected?: Expected): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    refuseOwner(principal, 'change anything else about a store');
    const said = checkedChange(change);
    return this.#change(principal, id, expected, 'store.changed', async (writer, store) => {
      const { described } = await writeChange(writer, store.key, store, said, this.#now());
      const { zone = store.zone } = said;
      return differenceOf(store, { ...described, zone });
    });
  }

  async remove(
    principal: Principal,
    given: string,
    options: { withPolls: boolean },
    expected?: Expected,
  ): Promise<void> {
    const { id } = await this.find(principal, given);
    refuseOwner(principal, 'delete a store');
    await this.#change(principal, id, expected, 'store.deleted', async (writer, store) => {
      await writer.deleteStore(store.key, options);
      return deletedDetail(store, options.withPolls);
    });
  }

  /**
   * Deletes a poll. Nothing remembers it: whatever brings it again is new.
   *
   * @param instant milliseconds
   * @throws UserError `not_found`, also if the store has no poll at this instant; `busy`
   */
  async deletePoll(principal: Principal, given: string, instant: number): Promise<void> {
    const { id, key } = await this.find(principal, given);
    await this.#storage.changing(async (writer) => {
      const poll = await writer.deletePoll(key, instant);
      const at = formatInstant(instant);
      if (poll === undefined) throw notFound(`the store "${id}" has no poll at ${at}`);
      const detail = { at, status: poll.active ? 'active' : 'inactive', reason: poll.reason ?? null };
      await this.#note(writer, principal, 'poll.deleted', id, detail);
    });
    this.#directory.changed();
  }

  /** Changes many stores, all or none; none after the signal. @throws UserError `forbidden`, `busy` */
  changeAll(
    principal: Principal,
    changes: readonly BatchedChange[],
    options: BatchOptions,
    signal: AbortSignal,
  ): Promise<BatchResult> {
    return changeStores(this.#parts, principal, changes, options, signal);
  }

  /** The deleted stores, by id. @throws UserError `forbidden` for owners */
  async deleted(principal: Principal): Promise<readonly StoreEntry[]> {
    refuseOwner(principal, 'see deleted stores');
    return (await this.#directory.current()).deleted;
  }

  async hours(principal: Principal, id: string): Promise<StoreHours> {
    const store = await this.find(principal, id);
    return { store, versions: await this.#storage.snapshot((snapshot) => snapshot.hoursVersions(store.key)) };
  }

  /**
   * @param from the instant or local date from which they apply; `undefined`: now, except that the first hours of a
   * store also apply to all time before
   */
  async setHours(
    principal: Principal,
    given: string,
    week: KnownWeek,
    from: string | undefined,
    expected?: Expected,
  ): Promise<StoreHours> {
    const { id } = await this.find(principal, given);
    let versions: HoursVersion[] = [];
    const store = await this.#change(principal, id, expected, 'store.hours_changed', async (writer, { key }) => {
      const now = this.#now();
      const instant = from === undefined ? now : effectiveFrom(from, await writer.zoneVersions(key));
      const owner = !canWriteStores(principal);
      if (owner && instant < now) {
        throw new UserError('forbidden', `effective_from is ${from}; owners change hours from now on, not before`);
      }
      const before = replacedHours(await writer.hoursVersions(key), instant);
      // Without an explicit instant, the first hours of a store would also apply to the past, which owners cannot change.
      await writer.setHours(key, week, { instant, asked: from !== undefined || owner });
      versions = await writer.hoursVersions(key);
      return { ...hoursDetail(week), effective_from: from, before };
    });
    return { store, versions };
  }

  /**
   * Replaces all planned hours at once.
   *
   * @throws UserError `conflict` if the versions in effect are not those that are stored
   */
  async setPlannedHours(
    principal: Principal,
    given: string,
    to: GivenVersions,
    expected?: Expected,
  ): Promise<StoreHours> {
    const { id } = await this.find(principal, given);
    let versions: HoursVersion[] = [];
    const store = await this.#change(principal, id, expected, 'store.hours_changed', async (writer, { key }) => {
      const detail = await replacePlanned(writer, key, to, this.#now());
      versions = await writer.hoursVersions(key);
      return detail;
    });
    return { store, versions };
  }

  /**
   * Withdraws planned hours: those before them go on until the next planned ones.
   *
   * @param from the instant or local date from which they would apply
   * @throws UserError `not_found` if none begin then, `conflict` if they are in effect already
   */
  async withdrawHours(principal: Principal, given: string, from: string, expected?: Expected): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    return this.#change(principal, id, expected, 'store.hours_withdrawn', async (writer, { key }) => {
      const instant = effectiveFrom(from, await writer.zoneVersions(key));
      const versions = await writer.hoursVersions(key);
      const planned = versions.find((version) => version.from === instant);
      if (planned === undefined) throw notFound(`the store "${id}" has no hours that begin at ${from}`);
      if (instant <= this.#now()) {
        throw new UserError(
          'conflict',
          `the hours of the store "${id}" from ${from} on are in effect already; only planned ones can be withdrawn`,
        );
      }
      await writer.withdrawHours(key, instant);
      const before = hoursDetail(planned.week);
      const goesOn = versions.find((version) => version.until === instant);
      return { effective_from: from, ...(goesOn !== undefined && hoursDetail(goesOn.week)), before };
    });
  }

  /** @param range the first and the last date, both included; by default all dates */
  async specialHours(
    principal: Principal,
    id: string,
    range: { from?: string | undefined; to?: string | undefined } = {},
  ): Promise<{ store: StoreEntry; dates: SpecialDate[] }> {
    const store = await this.find(principal, id);
    const read = (writer: { specialDates: StoreWriter['specialDates'] }) =>
      writer.specialDates(store.key, range.from, range.to);
    return { store, dates: await this.#storage.snapshot(read) };
  }

  /** @param openings empty: closed on that date */
  async setSpecialHours(
    principal: Principal,
    given: string,
    date: string,
    openings: readonly Opening[],
    expected?: Expected,
  ): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    return this.#change(principal, id, expected, 'store.special_hours_set', async (writer, store) => {
      this.#refuseStartedDate(principal, store, date);
      const [before] = await writer.specialDates(store.key, date, date);
      await writer.setSpecialHours(store.key, date, openings);
      return { date, hours: openings, before: specialDetail(before) };
    });
  }

  /** @throws UserError `not_found`, also if the date has no special hours */
  async removeSpecialHours(
    principal: Principal,
    given: string,
    date: string,
    expected?: Expected,
  ): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    return this.#change(principal, id, expected, 'store.special_hours_removed', async (writer, store) => {
      this.#refuseStartedDate(principal, store, date);
      const [before] = await writer.specialDates(store.key, date, date);
      if (before === undefined) throw notFound(`the store "${id}" has no special hours on ${date}`);
      await writer.removeSpecialHours(store.key, date);
      return { date, before: specialDetail(before) };
    });
  }

  /** Owners cannot change the past, and a date that has started is partly past. */
  #refuseStartedDate(principal: Principal, { zone }: StoreRecord, date: string): void {
    if (canWriteStores(principal)) return;
    const today = localDate(this.#now(), zone ?? DEFAULT_ZONE);
    if (date > today) return;
    throw new UserError(
      'forbidden',
      `${date} has started in the store's time zone; owners can only set special hours for later dates`,
    );
  }

  /** @param work returns what the audit log keeps of the change */
  async #change(
    principal: Principal,
    id: string,
    expected: Expected,
    action: string,
    work: (writer: StoreWriter, store: StoreRecord) => Promise<Detail>,
  ): Promise<StoreEntry> {
    const { before, after } = await this.#storage.changing(async (writer) => {
      const before = found(await writer.findStore(id), id);
      if (before.deleted) throw noStore(id);
      refuseOtherVersion(`the store "${id}"`, before.version, expected);
      const detail = await work(writer, before);
      const after = found(await writer.findStore(id), id);
      if (after.version !== before.version) await this.#note(writer, principal, action, id, detail);
      return { before, after };
    });
    if (after.version !== before.version) this.#directory.changed();
    return entryOf(after);
  }

  #note(writer: StoreWriter, principal: Principal, action: string, id: string, detail: Detail): Promise<void> {
    return writer.addAudit(this.#audit.entry(actorOf(principal), action, { kind: 'store', id }, detail));
  }
}

function found(store: StoreRecord | undefined, id: string): StoreRecord {
  if (store === undefined) throw noStore(id);
  return store;
}
