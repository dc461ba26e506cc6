import { canWriteStores, type Principal, storesOf } from '../accounts/access.ts';
import { type AuditLog, actorOf, type Detail } from '../accounts/audit.ts';
import { DEFAULT_ZONE, localDate, zoneName } from '../calendar/tzdb.ts';
import { invalid, notFound, UserError } from '../lib/errors.ts';
import { newIdFlaw, noStore } from '../lib/store-id.ts';
import { isStorable, trimmed } from '../lib/text.ts';
import { newId } from '../lib/world/random.ts';
import type { HoursVersion, KnownWeek, Opening, SpecialDate } from '../storage/ports/schedules.ts';
import type { Storage } from '../storage/ports/storage.ts';
import type { StoreDescription, StoreRecord, StoreWriter } from '../storage/ports/stores.ts';
import { entryOf, type StoreDirectory, type StoreEntry, storeNamed } from './directory.ts';
import { effectiveFrom } from './effective-from.ts';

export interface StoreServiceParts {
  readonly storage: Storage;
  readonly directory: StoreDirectory;
  /** The clock, milliseconds. */
  readonly now: () => number;
  readonly audit: Pick<AuditLog, 'entry'>;
}

/** What is said of a store; what is not given stays as it is. */
export interface StoreChange {
  readonly name?: string | null;
  readonly zone?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly probeUrl?: string | null;
}

/** A version of a store that somebody has read; `undefined`: whichever there is. */
export type Expected = number | undefined;

export interface StoreHours {
  readonly store: StoreEntry;
  readonly versions: readonly HoursVersion[];
}

/**
 * Reads and changes stores for somebody. Stores that do not exist for that one are not found. Owners change nothing but
 * the hours of their stores, and these only from now on.
 */
export class StoreService {
  readonly #storage: Storage;
  readonly #directory: StoreDirectory;
  readonly #now: () => number;
  readonly #audit: Pick<AuditLog, 'entry'>;

  constructor({ storage, directory, now, audit }: StoreServiceParts) {
    this.#storage = storage;
    this.#directory = directory;
    this.#now = now;
    this.#audit = audit;
  }

  /** @throws UserError `not_found`, `invalid_input` when no store can have such an id */
  async find(principal: Principal, id: string): Promise<StoreEntry> {
    return storeNamed(await this.#directory.current(), storesOf(principal), id);
  }

  /**
   * Makes a store known. One that was deleted is back, with the hours and polls that it had.
   *
   * @param given its id; `undefined`: a new one is made up
   * @throws UserError `conflict` when there is one with this id, `invalid_input` when no new store may have it
   */
  async create(principal: Principal, given: string = newId(), change: StoreChange = {}): Promise<StoreEntry> {
    refuseOwner(principal, 'make a store known');
    const id = trimmed(given);
    const flaw = newIdFlaw(id);
    if (flaw !== undefined) throw invalid(`store_id ${flaw}`, 'store_id');
    const said = checked(change);
    const store = await this.#storage.changing(async (writer) => {
      const there = await writer.findStore(id);
      if (there !== undefined && !there.deleted) throw new UserError('conflict', `there is a store "${id}" already`);
      const key = await writer.addStore(id);
      await writer.describeStore(key, { name: null, labels: {}, probeUrl: null, ...said });
      if (said.zone !== undefined) await writer.setZone(key, said.zone, { instant: this.#now(), asked: false });
      await this.#note(writer, principal, 'store.created', id, detailOf(said));
      return found(await writer.findStore(id), id);
    });
    this.#directory.changed();
    return entryOf(store);
  }

  /** @throws UserError `not_found`, `forbidden`, `precondition_failed`, `invalid_input` */
  async update(principal: Principal, given: string, change: StoreChange, expected?: Expected): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    refuseOwner(principal, 'change a store otherwise than its hours');
    const said = checked(change);
    return this.#change(principal, id, expected, 'store.changed', detailOf(said), async (writer, store) => {
      await writer.describeStore(store.key, { ...descriptionOf(store), ...said });
      if (said.zone !== undefined) await writer.setZone(store.key, said.zone, { instant: this.#now(), asked: false });
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
    const detail = { with_polls: options.withPolls };
    await this.#change(principal, id, expected, 'store.deleted', detail, (writer, store) =>
      writer.deleteStore(store.key, options),
    );
  }

  async hours(principal: Principal, id: string): Promise<StoreHours> {
    const store = await this.find(principal, id);
    return { store, versions: await this.#storage.snapshot((snapshot) => snapshot.hoursVersions(store.key)) };
  }

  /**
   * @param from an instant, or a local date, from which they hold; `undefined`: now, where the first hours that a store
   * ever gets hold for ever back
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
    const detail = { hours: week, effective_from: from };
    const store = await this.#change(
      principal,
      id,
      expected,
      'store.hours_changed',
      detail,
      async (writer, { key }) => {
        const now = this.#now();
        const instant = from === undefined ? now : effectiveFrom(from, await writer.zoneVersions(key));
        const owner = !canWriteStores(principal);
        if (owner && instant < now) {
          throw new UserError('forbidden', `effective_from is ${from}; owners change hours from now on, not before`);
        }
        // The first hours of a store would hold for ever back, which is not an owner's to say.
        await writer.setHours(key, week, { instant, asked: from !== undefined || owner });
        versions = await writer.hoursVersions(key);
      },
    );
    return { store, versions };
  }

  /** @param range the first and the last date, both included; without it, all */
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

  /** @param openings none: closed on that date */
  async setSpecialHours(
    principal: Principal,
    given: string,
    date: string,
    openings: readonly Opening[],
    expected?: Expected,
  ): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    const detail = { date, hours: openings };
    return this.#change(principal, id, expected, 'store.special_hours_set', detail, async (writer, store) => {
      this.#refuseBegunDate(principal, store, date);
      await writer.setSpecialHours(store.key, date, openings);
    });
  }

  /** @throws UserError `not_found` also when there are none on that date */
  async removeSpecialHours(
    principal: Principal,
    given: string,
    date: string,
    expected?: Expected,
  ): Promise<StoreEntry> {
    const { id } = await this.find(principal, given);
    return this.#change(principal, id, expected, 'store.special_hours_removed', { date }, async (writer, store) => {
      this.#refuseBegunDate(principal, store, date);
      if (await writer.removeSpecialHours(store.key, date)) return;
      throw notFound(`the store "${id}" has no special hours on ${date}`);
    });
  }

  /** Openings that have begun are past, and the past is not an owner's to change. */
  #refuseBegunDate(principal: Principal, { zone }: StoreRecord, date: string): void {
    if (canWriteStores(principal)) return;
    const today = localDate(this.#now(), zone ?? DEFAULT_ZONE);
    if (date > today) return;
    throw new UserError('forbidden', `${date} has begun at the store; owners set special hours for later dates`);
  }

  async #change(
    principal: Principal,
    id: string,
    expected: Expected,
    action: string,
    detail: Detail,
    work: (writer: StoreWriter, store: StoreRecord) => Promise<void>,
  ): Promise<StoreEntry> {
    const { before, after } = await this.#storage.changing(async (writer) => {
      const before = found(await writer.findStore(id), id);
      if (before.deleted) throw noStore(id);
      if (expected !== undefined && expected !== before.version) {
        const message = `the store "${id}" was changed since you read it: it has version ${before.version}, not ${expected}`;
        throw new UserError('precondition_failed', message);
      }
      await work(writer, before);
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

function refuseOwner(principal: Principal, what: string): void {
  if (canWriteStores(principal)) return;
  throw new UserError('forbidden', `owners may change the hours of their stores, but not ${what}; an operator can`);
}

function found(store: StoreRecord | undefined, id: string): StoreRecord {
  if (store === undefined) throw noStore(id);
  return store;
}

function descriptionOf({ name, labels, probeUrl }: StoreRecord): StoreDescription {
  return { name, labels, probeUrl };
}

/** As callers name it. */
function detailOf({ probeUrl, ...rest }: StoreChange): Detail {
  return { ...rest, ...(probeUrl !== undefined && { probe_url: probeUrl }) };
}

/** @throws UserError `invalid_input` when a text cannot be stored, or a zone or URL is none */
function checked(change: StoreChange): StoreChange {
  const { name, zone, labels = {}, probeUrl } = change;
  for (const [key, value] of Object.entries(labels)) {
    checkText('labels', key);
    checkText(`labels.${key}`, value);
  }
  return {
    ...change,
    ...(typeof name === 'string' && { name: checkedName(name) }),
    ...(typeof zone === 'string' && { zone: checkedZone(zone) }),
    ...(typeof probeUrl === 'string' && { probeUrl: checkedUrl(probeUrl) }),
  };
}

function checkedName(text: string): string {
  const name = trimmed(text);
  checkText('name', name);
  if (name !== '') return name;
  throw invalid('name has nothing in it that can be seen, expected at least one character', 'name');
}

function checkText(field: string, text: string): void {
  if (isStorable(text)) return;
  throw invalid(`${field} holds a null character or half a character`, field);
}

function checkedZone(text: string): string {
  const zone = zoneName(trimmed(text));
  if (zone !== undefined) return zone;
  throw invalid(`zone is "${text.slice(0, 100)}", expected an IANA time zone such as "America/Chicago"`, 'zone');
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid(`probe_url is "${text.slice(0, 100)}", expected an http or https URL`, 'probe_url');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'probe_url has a user name or a password in it, which everybody who sees the store would read',
      'probe_url',
    );
  }
  // Taken literally, it would lead nowhere, and the store would be offline for ever.
  if (text.includes('{store_id}')) {
    throw invalid('probe_url has {store_id} in it, which only PROBE_URL may: give the URL of this store', 'probe_url');
  }
  return url.href;
}
