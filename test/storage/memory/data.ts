import type { KeyHolder } from '../../../src/storage/ports/idempotency.ts';
import type { Peer } from '../../../src/storage/ports/peers.ts';
import { RECORD_TABLES, type RecordTable } from '../../../src/storage/ports/records.ts';
import type { StoredPoll } from '../../../src/storage/ports/snapshot.ts';
import type { RecordRow } from './record-tables.ts';

/** A weekly row that is in force during `[from, until)`, which may be infinite. */
export interface HoursRow {
  readonly day: number;
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly until: number;
}

/** The zone that a store had before `until`. */
export interface ZoneChange {
  /** `null`: the default zone. */
  readonly zone: string | null;
  readonly until: number;
}

/** An opening on a local date, such as `2025-12-24`; without times, the store is closed on it. */
export interface SpecialRow {
  readonly date: string;
  readonly start: number | null;
  readonly end: number | null;
}

/** A store with its schedule. */
export interface Store {
  readonly key: number;
  readonly id: string;
  readonly zone: string | null;
  readonly name: string | null;
  /** Canonical JSON. */
  readonly labels: string;
  readonly probeUrl: string | null;
  readonly version: number;
  readonly deleted: boolean;
  readonly firstPoll: number | undefined;
  /** Versions in order. */
  readonly hours: readonly HoursRow[];
  /** In order. */
  readonly zoneChanges: readonly ZoneChange[];
  /** By date and start. */
  readonly specialHours: readonly SpecialRow[];
}

/** What a store sold in an hour. */
export interface SoldHour {
  /** Hours since 1970-01-01T00:00. */
  readonly hour: number;
  readonly isLocal: boolean;
  readonly orders: number | null;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
}

export interface Revision {
  readonly number: number;
  readonly stores: number;
  /** The instant of the newest poll. */
  readonly latestPoll: number | undefined;
  readonly sales: number;
}

export interface HeldLease {
  readonly holder: string;
  readonly until: number;
}

/** An idempotency key that a request has. */
export interface HeldKey extends KeyHolder {
  readonly token: string;
  readonly until: number;
}

/** What the tables hold besides records. A table of one row has it under the key `ONLY`. */
interface OwnRows {
  /** By key. */
  readonly stores: Store;
  /** The keys of stores by id. */
  readonly store_keys: number;
  /** The polls of a store by its key, in the order of their instants. */
  readonly polls: readonly StoredPoll[];
  /** The sales of a store by its key, in the order of their hours. */
  readonly sales: readonly SoldHour[];
  readonly revision: Revision;
  readonly account_revision: number;
  readonly alert_revision: number;
  readonly generation: string;
  readonly write_checks: number;
  /** By the id of the report and the kind of result. */
  readonly report_results: Buffer;
  readonly peers: Peer;
  readonly leases: HeldLease;
  /** By the hash of the key. */
  readonly idempotency_keys: HeldKey;
}

export type Rows = OwnRows & { readonly [T in RecordTable]: RecordRow<T> };
export type TableName = keyof Rows;
export type Table<T extends TableName> = ReadonlyMap<string | number, Rows[T]>;

/** Everything in the database at one moment. Nothing in it changes. */
export type Data = { readonly [T in TableName]: Table<T> };

/** Something that tables are read from. */
export interface View {
  table<T extends TableName>(name: T): Table<T>;
}

/** The key of the row of a table that has one. */
export const ONLY = 0;

/** The row of a table that has one. */
export function only<T extends TableName>(view: View, name: T): Rows[T] {
  return view.table(name).get(ONLY) as Rows[T];
}

/** An empty database. @param generation a name of this history of the data */
export function emptyData(generation: string): Data {
  const records = Object.fromEntries(RECORD_TABLES.map((table) => [table, new Map()])) as unknown as {
    [T in RecordTable]: Table<T>;
  };
  return {
    ...records,
    ...{ stores: new Map(), store_keys: new Map(), polls: new Map(), sales: new Map(), report_results: new Map() },
    ...{ peers: new Map(), leases: new Map(), idempotency_keys: new Map() },
    revision: new Map([[ONLY, { number: 0, stores: 0, latestPoll: undefined, sales: 0 }]]),
    account_revision: new Map([[ONLY, 0]]),
    alert_revision: new Map([[ONLY, 0]]),
    generation: new Map([[ONLY, generation]]),
    write_checks: new Map([[ONLY, 0]]),
  };
}
