import type { HoursColumns } from '../../../src/domain/hours.ts';
import { type PackedPolls, type PollColumns, packingBase } from '../../../src/domain/polls.ts';
import type { SalesColumns } from '../../../src/domain/sales/learning.ts';
import { CLOSED_ALL_DAY, type SpecialHoursColumns } from '../../../src/domain/special-hours.ts';
import { yieldTurn } from '../../../src/lib/world/timers.ts';
import type { StoreCensus } from '../../../src/storage/ports/import-session.ts';
import type { RecordRows, RecordTable } from '../../../src/storage/ports/records.ts';
import type { HoursVersion, SpecialDate, ZoneVersion } from '../../../src/storage/ports/schedules.ts';
import type {
  PollsOfReason,
  Snapshot,
  StoreColumns,
  StoredPoll,
  ZoneChangeRows,
} from '../../../src/storage/ports/snapshot.ts';
import type { StoreRecord } from '../../../src/storage/ports/stores.ts';
import { packPolls } from '../../support/fleet.ts';
import { census } from './census.ts';
import { newestPoll } from './changes.ts';
import { only, type Store, type View } from './data.ts';
import { groupBy } from './group-by.ts';
import { pollsIn } from './polls.ts';
import { byBytes, textsOf } from './record-tables.ts';
import { salesBetween, salesRange } from './sales.ts';
import { FOR_GOOD, FOREVER_BACK, hoursVersions, specialDates, zoneVersions } from './schedules.ts';
import { recordOf, storeOf, storesBetween, storesById } from './stores.ts';

/** Reads one moment of the data. Each call takes a turn, as a round trip to a database does. */
export class MemorySnapshot implements Snapshot {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async revision(): Promise<number> {
    return only(await this.#turn(), 'revision').number;
  }

  async storesRevision(): Promise<number> {
    return only(await this.#turn(), 'revision').stores;
  }

  async census(): Promise<StoreCensus> {
    return census(await this.#turn());
  }

  async earliestPoll(): Promise<number | undefined> {
    const firsts = [...(await this.#turn()).table('polls').values()].flatMap(([first]) => first?.instant ?? []);
    return firsts.length === 0 ? undefined : Math.min(...firsts);
  }

  async latestPoll(upTo?: number): Promise<number | undefined> {
    const view = await this.#turn();
    const { latestPoll } = only(view, 'revision');
    return upTo === undefined ? latestPoll : newestPoll(view, upTo);
  }

  async latestPollOf(ids: readonly string[], upTo = FOR_GOOD): Promise<number | undefined> {
    const view = await this.#turn();
    const latest = existing(view, ids).flatMap(
      ({ key }) =>
        view
          .table('polls')
          .get(key)
          ?.findLast(({ instant }) => instant <= upTo)?.instant ?? [],
    );
    return latest.length === 0 ? undefined : Math.max(...latest);
  }

  async stores(): Promise<StoreColumns> {
    return columnsOf(storesById(await this.#turn()).filter(({ deleted }) => !deleted));
  }

  async storesNamed(ids: readonly string[]): Promise<StoreColumns> {
    return columnsOf(existing(await this.#turn(), ids).sort((a, b) => byBytes(a.id, b.id)));
  }

  async storeRecords(after: string, limit: number): Promise<StoreRecord[]> {
    const stores = storesById(await this.#turn()).filter(({ id }) => byBytes(id, after) > 0);
    return stores.slice(0, limit).map(recordOf);
  }

  async countPolls(from: number, to: number): Promise<number> {
    const all = (await this.#turn()).table('polls').values();
    return [...all].reduce((sum, polls) => sum + pollsIn(polls, from, to).length, 0);
  }

  async hours(firstKey: number, endKey: number, from: number, to: number): Promise<HoursColumns> {
    const stores = [...storesBetween(await this.#turn(), firstKey, endKey)];
    const all = stores.flatMap(({ key, hours }) => hours.map((row) => ({ store: key - firstKey, ...row })));
    const rows = all.filter((row) => row.from <= to && row.until > from);
    const isLimited = all.some((row) => row.from !== FOREVER_BACK || row.until !== FOR_GOOD);
    return {
      length: rows.length,
      store: Int32Array.from(rows, ({ store }) => store),
      day: Uint8Array.from(rows, ({ day }) => day),
      start: Int32Array.from(rows, ({ start }) => start),
      end: Int32Array.from(rows, ({ end }) => end),
      held: isLimited
        ? { from: Float64Array.from(rows, (row) => row.from), until: Float64Array.from(rows, (row) => row.until) }
        : undefined,
    };
  }

  async specialHours(firstKey: number, endKey: number, firstDate: number, lastDate: number) {
    const rows = [...storesBetween(await this.#turn(), firstKey, endKey)].flatMap(({ key, specialHours }) =>
      specialHours.map(({ date, start, end }) => ({ store: key - firstKey, date: daysOf(date), start, end })),
    );
    const found = rows.filter(({ date }) => date >= firstDate && date <= lastDate);
    return {
      length: found.length,
      store: Int32Array.from(found, ({ store }) => store),
      date: Int32Array.from(found, ({ date }) => date),
      start: Int32Array.from(found, ({ start }) => start ?? CLOSED_ALL_DAY),
      end: Int32Array.from(found, ({ end }) => end ?? CLOSED_ALL_DAY),
    } satisfies SpecialHoursColumns;
  }

  async zoneChanges(firstKey: number, endKey: number): Promise<ZoneChangeRows> {
    const rows = [...storesBetween(await this.#turn(), firstKey, endKey)].flatMap(({ key, zoneChanges }) =>
      zoneChanges.map((change) => ({ store: key - firstKey, ...change })),
    );
    return {
      length: rows.length,
      store: Int32Array.from(rows, ({ store }) => store),
      until: Float64Array.from(rows, ({ until }) => until),
      zones: rows.map(({ zone }) => zone),
    };
  }

  async hoursVersions(key: number): Promise<HoursVersion[]> {
    return hoursVersions(await this.#store(key));
  }

  async zoneVersions(key: number): Promise<ZoneVersion[]> {
    return zoneVersions(await this.#store(key));
  }

  async specialDates(key: number, from?: string, to?: string): Promise<SpecialDate[]> {
    return specialDates(await this.#store(key), from, to);
  }

  async firstPolls(firstKey: number, endKey: number): Promise<Float64Array> {
    const first = new Float64Array(endKey - firstKey).fill(Number.NaN);
    for (const { key, firstPoll } of storesBetween(await this.#turn(), firstKey, endKey)) {
      if (firstPoll !== undefined) first[key - firstKey] = firstPoll;
    }
    return first;
  }

  async polls(firstKey: number, endKey: number, from: number, to: number): Promise<PollColumns> {
    const rows = pollsBetween(await this.#turn(), firstKey, endKey, from, to);
    return {
      length: rows.length,
      store: Int32Array.from(rows, ({ store }) => store),
      instant: Float64Array.from(rows, ({ poll }) => poll.instant),
      active: Uint8Array.from(rows, ({ poll }) => (poll.active ? 1 : 0)),
    };
  }

  async packedPolls(firstKey: number, endKey: number, from: number, to: number): Promise<PackedPolls> {
    return packPolls(await this.polls(firstKey, endKey, from, to), packingBase(from, to));
  }

  async pollReasons(firstKey: number, endKey: number, from: number, to: number): Promise<PollsOfReason[]> {
    const rows = pollsBetween(await this.#turn(), firstKey, endKey, from, to);
    const withReason = rows.filter(({ poll }) => poll.reason !== undefined);
    return [...groupBy(withReason, ({ poll }) => poll.reason as string)].map(([reason, own]) => ({
      reason,
      store: own.map(({ store }) => store),
      instant: own.map(({ poll }) => poll.instant),
    }));
  }

  async inactiveKeys(from: number, to: number): Promise<Int32Array> {
    const polls = [...(await this.#turn()).table('polls')];
    const found = polls.filter(([, own]) => pollsIn(own, from, to).some(({ active }) => !active));
    return Int32Array.from(found, ([key]) => Number(key));
  }

  async lastPolls(key: number, from: number, to: number, limit: number): Promise<StoredPoll[]> {
    const polls = pollsIn((await this.#turn()).table('polls').get(key), from, to);
    return polls.toReversed().slice(0, limit);
  }

  async salesRevision(): Promise<number> {
    return only(await this.#turn(), 'revision').sales;
  }

  async sales(firstKey: number, endKey: number, from: number, to: number): Promise<SalesColumns> {
    return salesBetween(await this.#turn(), firstKey, endKey, from, to);
  }

  async salesRange(): Promise<{ from: number; to: number } | undefined> {
    return salesRange(await this.#turn());
  }

  async *records(table: RecordTable): AsyncGenerator<RecordRows> {
    const rows = [...(await this.#turn()).table(table)].sort(([a], [b]) => byBytes(String(a), String(b)));
    if (rows.length > 0) yield rows.map(([, row]) => textsOf(row));
  }

  async #turn(): Promise<View> {
    await yieldTurn();
    return this.#view;
  }

  async #store(key: number): Promise<Store> {
    const store = (await this.#turn()).table('stores').get(key);
    if (store === undefined) throw new Error(`there is no store with the key ${key}`);
    return store;
  }
}

function columnsOf(stores: readonly Store[]): StoreColumns {
  return {
    keys: Int32Array.from(stores, ({ key }) => key),
    ids: stores.map(({ id }) => id),
    zones: stores.map(({ zone }) => zone),
  };
}

/** The stores with these ids that are not deleted. */
function existing(view: View, ids: readonly string[]): Store[] {
  return ids.map((id) => storeOf(view, id)).filter((store) => store?.deleted === false) as Store[];
}

function pollsBetween(view: View, firstKey: number, endKey: number, from: number, to: number) {
  return [...storesBetween(view, firstKey, endKey)].flatMap(({ key }) =>
    pollsIn(view.table('polls').get(key), from, to).map((poll) => ({ store: key - firstKey, poll })),
  );
}

/** Days since 1970-01-01 of a date. */
function daysOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}
