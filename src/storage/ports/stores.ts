import type { AuditRecord } from './account-catalog.ts';
import type { ScheduleWriter } from './schedules.ts';

/** Attributes of a store that users edit, besides hours and zone. */
export interface StoreDescription {
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** The URL that is probed. */
  readonly probeUrl: string | null;
}

/** A store without its hours and polls. */
export interface StoreRecord extends StoreDescription {
  readonly key: number;
  readonly id: string;
  /** An IANA name; `null`: the default zone; `Etc/Unknown`: the feed gave one that could not be read. */
  readonly zone: string | null;
  /** The instant until which its hours are unknown, milliseconds; `null`: they are known. */
  readonly hoursUnknownUntil: number | null;
  /** Rises with every change of the store, its hours and special hours. */
  readonly version: number;
  /** Deleted until a feed or a poll names it again. */
  readonly deleted: boolean;
}

/** What a deleted poll found. */
export interface DeletedPoll {
  readonly active: boolean;
  /** In the form of `reasonText`; `undefined`: active, or unknown. */
  readonly reason: string | undefined;
}

/** What is written of a store. */
export interface DescribedStore {
  readonly key: number;
  readonly description: StoreDescription;
}

/** Changes to stores, as one transaction. Lists name each store at most once. */
export interface StoreWriter extends ScheduleWriter {
  /** The store with this id, deleted or not. */
  findStore(id: string): Promise<StoreRecord | undefined>;
  /** Those of the stores that exist, deleted or not, by id. */
  findStores(ids: readonly string[]): Promise<ReadonlyMap<string, StoreRecord>>;
  /** Creates a store, or restores a deleted one with its hours and polls; returns its key. */
  addStore(id: string): Promise<number>;
  /** Creates stores, or restores deleted ones with their hours and polls; returns the keys of all of them by id. */
  addStores(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Returns whether anything changed. */
  describeStore(key: number, description: StoreDescription): Promise<boolean>;
  /** Returns the keys of those that changed. */
  describeStores(stores: readonly DescribedStore[]): Promise<ReadonlySet<number>>;
  /** Adds an entry to the audit log in the same transaction. */
  addAudit(entry: AuditRecord): Promise<void>;
  addAudits(entries: readonly AuditRecord[]): Promise<void>;
  deleteStore(key: number, options: { readonly withPolls: boolean }): Promise<void>;
  /** Deletes stores and keeps their polls. */
  deleteStores(keys: readonly number[]): Promise<void>;
  /**
   * Deletes the poll at an instant (milliseconds) and returns it; `undefined`: there is none. The store's first poll and
   * the newest poll of all are then the next ones.
   */
  deletePoll(key: number, instant: number): Promise<DeletedPoll | undefined>;
}
