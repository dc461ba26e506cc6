import type { TargetPeriod } from '../../domain/periods/target.ts';
import type { AuditRecord } from './account-catalog.ts';

/** The stores of a target: one, or those with a label. */
export type TargetSubject = { readonly storeId: string } | { readonly label: readonly [key: string, value: string] };

/** The uptime that was promised for some stores, in each period of a kind. */
export interface UptimeTargetRecord {
  readonly id: string;
  readonly subject: TargetSubject;
  readonly period: TargetPeriod;
  /** More than 0, less than 1. */
  readonly uptime: number;
  /** `undefined`: not a user. */
  readonly authorId: string | undefined;
  /** The name of the author at that time. */
  readonly author: string;
  /** Starts at 1 and rises with every change. */
  readonly version: number;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface UptimeTargetReader {
  /** All of them, oldest first; there are few. */
  targets(): Promise<UptimeTargetRecord[]>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface UptimeTargetChanges extends UptimeTargetReader {
  /** Adds a target, or writes everything of one that is there. */
  save(target: UptimeTargetRecord): Promise<void>;
  remove(id: string): Promise<void>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface UptimeTargetCatalog extends UptimeTargetReader {
  /** Runs `work` as one transaction. Changes are serialized across all servers. `work` is short and uses only its argument. */
  changing<T>(work: (changes: UptimeTargetChanges) => Promise<T>): Promise<T>;
}
