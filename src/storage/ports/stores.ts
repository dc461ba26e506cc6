import type { AuditRecord } from './account-catalog.ts';
import type { ScheduleWriter } from './schedules.ts';

/** What people say of a store, beside its hours and its zone. */
export interface StoreDescription {
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it can be asked whether it is online. */
  readonly probeUrl: string | null;
}

/** What is known of a store beside its hours and polls. */
export interface StoreRecord extends StoreDescription {
  readonly key: number;
  readonly id: string;
  /** An IANA name; `null`: the default zone; `Etc/Unknown`: it was given and could not be read. */
  readonly zone: string | null;
  /** Its hours were given and could not be read: until when they are unknown, milliseconds; `null`: they are known. */
  readonly hoursUnknownUntil: number | null;
  /** Rises with every change of the store, its hours and special hours. */
  readonly version: number;
  /** Known to nobody any more, until a feed or a poll names it again. */
  readonly deleted: boolean;
}

/** Changes to single stores, as one transaction. */
export interface StoreWriter extends ScheduleWriter {
  /** The store with this id, also when it is deleted. */
  findStore(id: string): Promise<StoreRecord | undefined>;
  /** Makes a store known; gives its key. One that is deleted is back, with the hours and polls that it had. */
  addStore(id: string): Promise<number>;
  /** Says whether that is anything new. */
  describeStore(key: number, description: StoreDescription): Promise<boolean>;
  /** Writes an entry of the audit log with the change. */
  addAudit(entry: AuditRecord): Promise<void>;
  deleteStore(key: number, options: { readonly withPolls: boolean }): Promise<void>;
}
