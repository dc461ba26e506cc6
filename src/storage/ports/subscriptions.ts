import type { AuditRecord } from './account-catalog.ts';
import type { DeliveryChanges } from './deliveries.ts';

/** What is attached to a message. */
export const ATTACHMENT_FORMATS = ['csv'] as const;
export type AttachmentFormat = (typeof ATTACHMENT_FORMATS)[number];

/** A saved question whose answer is sent to contact points at certain times. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly questionId: string;
  /** The user that it belongs to; `undefined`: the team. */
  readonly userId: string | undefined;
  /** When it is due: a cron expression on the clock of `zone`. */
  readonly cron: string;
  readonly zone: string;
  /** The ids of contact points; some may have been removed. */
  readonly contactPoints: readonly string[];
  readonly formats: readonly AttachmentFormat[];
  readonly enabled: boolean;
  /** The last instant at which it was due and its messages were added, or from which on it is due; milliseconds. */
  readonly dueAt: number;
  /** Starts at 1 and rises with every change by a user. */
  readonly version: number;
  readonly createdAt: number;
}

export interface SubscriptionReader {
  /** All of them, oldest first. */
  subscriptions(): Promise<SubscriptionRecord[]>;
  /** `undefined`: there is none. */
  subscription(id: string): Promise<SubscriptionRecord | undefined>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface SubscriptionChanges extends SubscriptionReader, Pick<DeliveryChanges, 'addDelivery'> {
  /** Adds a subscription, or writes everything of one that is there. */
  save(subscription: SubscriptionRecord): Promise<void>;
  remove(id: string): Promise<void>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface SubscriptionCatalog extends SubscriptionReader {
  /**
   * Runs `work` as one transaction. Changes are serialized across all servers, with those of saved questions. `work` is
   * short and uses only its argument.
   */
  changing<T>(work: (changes: SubscriptionChanges) => Promise<T>): Promise<T>;
}
