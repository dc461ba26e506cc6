import type { AuditRecord } from './account-catalog.ts';

/** What an adjustment says of the time that it covers. */
export const ADJUSTMENT_KINDS = [
  /** Downtime is planned. */
  'planned',
  /** The time is not counted. */
  'excused',
  /** The polls are wrong. */
  'false_reading',
  /** The stores were down, whatever the polls say. */
  'force_down',
] as const;
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];

/** The stores with these ids, or all that have all of these labels. */
export type StoreSelection =
  | { readonly storeIds: readonly string[] }
  | { readonly labels: Readonly<Record<string, string>> };

/** The instants `[from, to)`, milliseconds. */
export interface AdjustmentInterval {
  readonly from: number;
  readonly to: number;
}

/** Stretches that recur in the local time of each store. */
export interface Recurrence {
  /** RFC 5545, such as `FREQ=WEEKLY;BYDAY=SU`. */
  readonly rrule: string;
  /** The local date and time from which the rule counts, such as `2026-11-29T02:00:00`. */
  readonly start: string;
  /** How long each occurrence lasts, such as `PT2H`. */
  readonly duration: string;
}

interface Recorded {
  readonly id: string;
  readonly reason: string;
  /** `undefined`: not a user. */
  readonly authorId: string | undefined;
  /** The name of the author at that time. */
  readonly author: string;
  /** When it was recorded, milliseconds; never before an earlier entry. */
  readonly at: number;
}

/** A statement about a period of some stores. */
export interface AdjustmentRecord extends Recorded {
  readonly kind: AdjustmentKind;
  readonly stores: StoreSelection;
  readonly time: AdjustmentInterval | Recurrence;
}

/** Says that an adjustment no longer applies. */
export interface RevocationRecord extends Recorded {
  /** The id of the adjustment. */
  readonly revokes: string;
  /** The instant from which it no longer applies, milliseconds; `undefined`: it never applied. */
  readonly from: number | undefined;
}

export type AdjustmentEntry = AdjustmentRecord | RevocationRecord;

/** The adjustments in the database: entries are added and never changed. */
export interface Adjustments {
  /** The id of the entry that was recorded last, which changes with every one; `undefined`: there is none. */
  last(): Promise<string | undefined>;
  /** All entries, in the order in which they were recorded. */
  entries(): Promise<AdjustmentEntry[]>;
  /**
   * Runs `work` as one transaction. Additions are serialized across all servers, so what `work` has read stays true until
   * it ends. `work` is short and uses only its argument.
   */
  recording<T>(work: (changes: AdjustmentChanges) => Promise<T>): Promise<T>;
}

export interface AdjustmentChanges {
  /** The adjustment with this id, and what revokes it, in order; `undefined`: there is none. */
  find(id: string): Promise<{ adjustment: AdjustmentRecord; revocations: RevocationRecord[] } | undefined>;
  /** Adds an entry; one that would be before the last one is recorded at the instant of that one. */
  add(entry: AdjustmentEntry): Promise<void>;
  /** Adds an entry to the audit log in the same transaction. */
  addAudit(entry: AuditRecord): Promise<void>;
}
