import type { AnalyticsFacts } from './analytics-facts.ts';

/**
 * Why a message is sent.
 * - `opened`, `resolved`: an incident began, or ended.
 * - `reminder`: an incident is still open after the repeat interval of its group.
 * - `escalated`: nobody acknowledged an incident before the next escalation step.
 * - `mass_outage`: unusually many stores that share a label value are down.
 * - `blind`, `sight_returned`: the monitor itself cannot observe stores, or can again.
 * - `planned_ended`: a store is still down when its planned downtime ends.
 * - `digest`: what happened in a period.
 * - `analytics`: the answer to a saved question, for its subscribers.
 * - `test`: a user tests a contact point.
 */
export const NOTIFICATION_KINDS = [
  'opened',
  'resolved',
  'reminder',
  'escalated',
  'mass_outage',
  'blind',
  'sight_returned',
  'planned_ended',
  'digest',
  'analytics',
  'test',
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** `page`: wakes people up. `notice`: can wait until the quiet hours of its recipient end. */
export const SEVERITIES = ['page', 'notice'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A poll, as a message shows it. */
export interface PollFact {
  /** Milliseconds. */
  readonly at: number;
  readonly active: boolean;
  /** In the form of `reasonText`, with the platform's own word: `closed_by_store: PAUSED`. */
  readonly reason?: string | undefined;
}

/** What a message says about a store. Instants and times are milliseconds. */
export interface StoreFacts {
  readonly id: string;
  readonly name?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** An IANA time zone. */
  readonly zone: string;
  /** The first open instant at which it was down. */
  readonly downSince?: number | undefined;
  /** Whether it was down already at the earliest poll that is known of it: it may be down for longer. */
  readonly beganEarlier?: boolean | undefined;
  /** Whether it was not up since it should have opened. */
  readonly didNotOpen?: boolean | undefined;
  /** When it came up again. */
  readonly upSince?: number | undefined;
  /** When it went down once more after it came up; absent: it is up. */
  readonly downAgainSince?: number | undefined;
  /** When the planned downtime that it was in ends. */
  readonly plannedUntil?: number | undefined;
  /** The open time that was lost so far. */
  readonly lost?: number | undefined;
  readonly estimatedLoss?: { readonly amount: number; readonly currency: string } | undefined;
  /** The last ones, newest first. */
  readonly polls: readonly PollFact[];
}

/** What a message says about a mass outage: of the stores that the recipient may be notified about. */
export interface OutageFacts {
  /** The label value that the stores share; both texts empty: all stores of the rule. */
  readonly label: string;
  readonly value: string;
  /** How many of its stores are down, and how many stores have the label value. */
  readonly down: number;
  readonly of: number;
  /** How many of its stores are up again; absent while it goes on. */
  readonly recovered?: number | undefined;
  /** Whether the recipient is notified about some stores only. */
  readonly own?: boolean | undefined;
}

/** What a digest says of its period. The stores of the message are those that were still down at its end. */
export interface DigestFacts {
  /** How many incidents ended, and how many were still open at the end. */
  readonly ended: number;
  readonly open: number;
  /** How many of the stores that are still down are in planned downtime; absent: none is. */
  readonly planned?: number | undefined;
  /** For how long the monitor could not observe, milliseconds. */
  readonly interrupted: number;
  /** Whether any alert rule is enabled: without one, nothing is found. */
  readonly watched: boolean;
}

/**
 * Everything that a message can say, as JSON. Texts are made from it when it is sent, since they depend on the recipient.
 * It contains no secrets.
 */
export interface NotificationFacts {
  readonly kind: NotificationKind;
  readonly severity: Severity;
  /** When it happened, milliseconds. */
  readonly at: number;
  readonly incidentId?: string | undefined;
  /** The incidents that its link acknowledges, if they are open then. */
  readonly acknowledges?: readonly string[] | undefined;
  /** The name of the alert rule. */
  readonly rule?: string | undefined;
  /** The store of the incident, or some stores of a group. */
  readonly stores: readonly StoreFacts[];
  /** How many more stores it is about than `stores` lists. */
  readonly more: number;
  /** Of stores that came up: how many of them, listed or not, are down again; absent: none. */
  readonly downAgain?: number | undefined;
  readonly outage?: OutageFacts | undefined;
  /**
   * The stretch in which the monitor could not observe, that a digest covers, or of a mass outage that is over; without
   * `until`, it is ongoing.
   */
  readonly period?: { readonly from: number; readonly until?: number | undefined } | undefined;
  /** Of a digest: how many incidents opened. After blindness: how many polls were missed. */
  readonly count?: number | undefined;
  readonly digest?: DigestFacts | undefined;
  readonly analytics?: AnalyticsFacts | undefined;
  /** Whether the message offers a link to acknowledge the incident. The link is made when the message is sent. */
  readonly canAcknowledge: boolean;
  /** The page to open, below the public URL: `/stores/17`. */
  readonly page: string;
}
