import type { NotificationFacts, NotificationKind } from '../../domain/alerts/facts.ts';
import type { ContactPointFilter } from './contact-points.ts';

/**
 * Deliveries: the messages to contact points, from the change that causes them until they are sent or given up. Instants
 * are milliseconds.
 */

/**
 * - `pending`: it waits for its time, or to be tried again.
 * - `sending`: a worker has it.
 * - `sent`: the channel accepted it.
 * - `failed`: the channel rejected it, or it was given up.
 * - `cancelled`: it is not needed anymore.
 */
export const DELIVERY_STATUSES = ['pending', 'sending', 'sent', 'failed', 'cancelled'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

export interface NewDelivery {
  readonly id: string;
  /** Unique, and the same whenever the same message is asked for: `<incident or group>.<step>.<contact point>`. */
  readonly key: string;
  readonly contactPointId: string;
  readonly incidentId?: string | undefined;
  readonly kind: NotificationKind;
  readonly facts: NotificationFacts;
  /** It is not sent earlier. */
  readonly notBefore: number;
  readonly createdAt: number;
}

export interface DeliveryRecord extends NewDelivery {
  readonly status: DeliveryStatus;
  /** When it is tried next. */
  readonly nextAt: number;
  /** How many times a worker took it to send it. */
  readonly attempts: number;
  /** Why the last attempt did not succeed, or why it was cancelled. */
  readonly reason: string | undefined;
  /** When it was sent, failed or was cancelled. */
  readonly finishedAt: number | undefined;
}

/** What a transaction can change. */
export interface DeliveryChanges {
  /** Adds a delivery; `false`: the key is known, and nothing changes. */
  addDelivery(delivery: NewDelivery): Promise<boolean>;
  /** Cancels the pending deliveries of an incident; returns how many. One that is being sent is not stopped. */
  cancelDeliveries(incidentId: string, reason: string, at: number): Promise<number>;
}

export interface DeliveryFilter {
  /** To whose contact points, including removed ones. */
  readonly whose: ContactPointFilter;
  readonly id?: string | undefined;
  readonly contactPointId?: string | undefined;
  readonly incidentId?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly kind?: NotificationKind | undefined;
  /** How its key begins. */
  readonly keyStart?: string | undefined;
  /** A part of the contact point's name or of the reason, in any case. */
  readonly search?: string | undefined;
}

/** A delivery in a list, with its contact point, which may have been removed. */
export interface ListedDelivery extends DeliveryRecord {
  readonly contactPointName: string;
  readonly channel: string;
}

/** A position in the list of deliveries, newest first. */
export interface DeliveryPlace {
  readonly createdAt: number;
  readonly id: string;
}

/** A delivery that a worker took. */
export interface ClaimedDelivery extends DeliveryRecord {
  readonly claim: string;
}

/** What becomes of a delivery after an attempt. */
export type DeliveryOutcome =
  | { readonly status: 'sent' }
  /** It is tried again. An attempt that was only put off does not count. */
  | {
      readonly status: 'pending';
      readonly reason: string | undefined;
      readonly nextAt: number;
      readonly counts: boolean;
    }
  /** @property notice disables the contact point, and says why */
  | { readonly status: 'failed'; readonly reason: string; readonly notice?: string | undefined };

export interface Deliveries {
  /** Runs `work` as one transaction. */
  adding<T>(work: (changes: DeliveryChanges) => Promise<T>): Promise<T>;
  delivery(id: string): Promise<DeliveryRecord | undefined>;
  /** At most `limit`, newest first, before a position. */
  deliveries(filter: DeliveryFilter, before: DeliveryPlace | undefined, limit: number): Promise<ListedDelivery[]>;
  /**
   * Takes the delivery that is due longest, and its contact point for `lease` milliseconds by the database's clock. A
   * contact point gets one message at a time, and those of an incident in the order in which they were added. A delivery
   * whose lease is over was lost with its worker, and is due.
   *
   * @param claim a token of this attempt
   * @param now the clock of the worker
   */
  claim(claim: string, now: number, lease: number): Promise<ClaimedDelivery | undefined>;
  /**
   * Records how an attempt ended and frees the contact point. `false`: another worker has taken the delivery.
   *
   * @param holdUntil until when the contact point gets no other message
   */
  settle(delivery: ClaimedDelivery, outcome: DeliveryOutcome, now: number, holdUntil: number): Promise<boolean>;
  /**
   * Makes everything that waits due at `now`, for after the clock was set back: it may wait for an instant that a clock
   * that was ahead gave it. Leases end within `lease` milliseconds by the database's clock.
   */
  bringForward(now: number, lease: number): Promise<void>;
  /** Deletes deliveries that finished before an instant; returns how many. */
  prune(before: number): Promise<number>;
}
