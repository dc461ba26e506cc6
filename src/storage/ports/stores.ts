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

/** Changes to single stores, as one transaction. */
export interface StoreWriter extends ScheduleWriter {
  /** The store with this id, deleted or not. */
  findStore(id: string): Promise<StoreRecord | undefined>;
  /** Creates a store, or restores a deleted one with its hours and polls; returns its key. */
  addStore(id: string): Promise<number>;
  /** Returns whether anything changed. */
  describeStore(key: number, description: StoreDescription): Promise<boolean>;
  /** Adds an entry to the audit log in the same transaction. */
  addAudit(entry: AuditRecord): Promise<void>;
  deleteStore(key: number, options: { readonly withPolls: boolean }): Promise<void>;
  /**
   * Deletes the poll at an instant (milliseconds) and returns it; `undefined`: there is none. The store's first poll and
   * the newest poll of all are then the next ones.
   */
  deletePoll(key: number, instant: number): Promise<DeletedPoll | undefined>;
}
