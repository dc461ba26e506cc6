import type { EscalationStep } from '../../domain/alerts/escalation.ts';
import type { Severity } from '../../domain/alerts/facts.ts';
import type { Grouping, Said } from '../../domain/alerts/grouping.ts';
import type { IncidentKind } from '../../domain/alerts/incident.ts';
import type { AlertRule } from '../../domain/alerts/rule.ts';
import type { AccountReader, AuditRecord, TimePlace } from './account-catalog.ts';
import type { ContactPointReader } from './contact-points.ts';
import type { DeliveryChanges } from './deliveries.ts';

/** Alert rules and incidents, as a database keeps them. Instants are milliseconds since 1970-01-01T00:00Z. */

export interface AlertRuleRecord {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  /** The labels that a store must have, all of them; none: every store. */
  readonly labels: Readonly<Record<string, string>>;
  readonly rule: AlertRule;
  readonly grouping: Grouping;
  readonly steps: readonly EscalationStep[];
  /** Starts at 1 and rises with every change. */
  readonly version: number;
  readonly createdAt: number;
}

/**
 * - `mass_outage`: unusually many stores that share a label value are down.
 * - `blind`: the monitor itself could not observe stores.
 */
export type AnyIncidentKind = IncidentKind | 'mass_outage' | 'blind';

/**
 * How an incident ended.
 * - `recovered`: the store is up again; of a mass outage, its stores are; of blindness, stores can be observed again.
 * - `dropped`: its rule or its store was removed, or the rule does not apply to the store anymore.
 */
export type Resolution = 'recovered' | 'dropped';

export interface IncidentRecord {
  readonly id: string;
  /** `undefined`: no rule made it, since the monitor was blind. */
  readonly ruleId: string | undefined;
  /** The name of the rule when it opened. */
  readonly ruleName: string;
  readonly severity: Severity;
  /** `undefined`: a mass outage or blindness. */
  readonly storeId: string | undefined;
  readonly kind: AnyIncidentKind;
  /** Of a mass outage; both texts empty: all stores of the rule. */
  readonly label: string | undefined;
  readonly value: string | undefined;
  /** When the store went down. */
  readonly since: number;
  /** As in `Incident` of the kernel. */
  readonly firstPoll: number | undefined;
  readonly openedBy: number | undefined;
  /** When it was found, and when its end was. */
  readonly openedAt: number;
  readonly resolvedAt: number | undefined;
  /** When the store came up. */
  readonly upAt: number | undefined;
  readonly resolution: Resolution | undefined;
  /** Polls up to this instant open no other incident of its rule and store. */
  readonly settledThrough: number | undefined;
  /** The open mass outage that it is a part of, which speaks for it. */
  readonly parentId: string | undefined;
  /** The last mass outage that it was a part of. */
  readonly outageId: string | undefined;
  readonly groupId: string;
  /** It was held back by planned downtime. */
  readonly afterPlanned: boolean;
  /** What the last message about it said, and when. */
  readonly said: Said;
  readonly saidAt: number | undefined;
  /** The contact points that were notified. */
  readonly told: readonly string[];
  /** How many escalation steps were taken. */
  readonly step: number;
  readonly acknowledgedAt: number | undefined;
  /** The name of the user or contact point that acknowledged it, and the reason that was given. */
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgement: string | undefined;
  readonly snoozedUntil: number | undefined;
  readonly assigneeId: string | undefined;
  /** Starts at 1 and rises with every change. */
  readonly version: number;
}

export type IncidentEventKind =
  | 'opened'
  | 'resolved'
  | 'joined'
  | 'left'
  | 'told'
  | 'escalated'
  | 'acknowledged'
  | 'snoozed'
  | 'assigned'
  | 'commented';

/** Something that happened to an incident, for its timeline. */
export interface IncidentEventRecord {
  readonly id: string;
  readonly incidentId: string;
  readonly at: number;
  readonly kind: IncidentEventKind;
  /** `undefined`: the program, or a contact point. */
  readonly actorId: string | undefined;
  /** The name of the actor at that time; `undefined`: the program. */
  readonly actor: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Incidents that share messages. */
export interface AlertGroupRecord {
  readonly id: string;
  /** `undefined`: blindness. */
  readonly ruleId: string | undefined;
  /** When it said something last; `undefined`: never. */
  readonly sentAt: number | undefined;
  /** How many times it said something. */
  readonly messages: number;
}

export interface IncidentFilter {
  /** Only those of these stores; `undefined`: all incidents. */
  readonly storeIds?: readonly string[] | undefined;
  readonly ruleId?: string | undefined;
  /** Only those that were part of this mass outage. */
  readonly outageId?: string | undefined;
  /** Only those of one of these kinds. */
  readonly kinds?: readonly IncidentRecord['kind'][] | undefined;
  readonly open?: boolean | undefined;
  /** Only those that were open at this instant or later, milliseconds. */
  readonly openSince?: number | undefined;
  /** Whether somebody has acknowledged it. */
  readonly acknowledged?: boolean | undefined;
  /** `false`: not those that an open mass outage speaks for, or that ended as a part of one. */
  readonly members?: boolean | undefined;
}

/** How many incidents are or were part of a mass outage, and how many of them are open. */
export interface MemberCount {
  readonly outageId: string;
  readonly stores: number;
  readonly open: number;
}

/** The instant through which the polls of a store are settled for a rule. */
export interface Settled {
  readonly ruleId: string;
  readonly storeId: string;
  readonly through: number;
}

/** A user whose store it is. */
export interface StoreOwner {
  readonly userId: string;
  readonly storeId: string;
}

/** How long the stores of a rule were down in all, by store. */
export interface StoreDowntime {
  readonly storeId: string;
  readonly milliseconds: number;
}

export interface AlertReader {
  /** Rises with every transaction of `AlertCatalog.changing`. */
  revision(): Promise<number>;
  /** Ordered by creation. */
  rules(): Promise<AlertRuleRecord[]>;
  rule(id: string): Promise<AlertRuleRecord | undefined>;
  /** The incidents that are open, and those whose end has not been said yet; in the order in which they opened. */
  liveIncidents(): Promise<IncidentRecord[]>;
  incident(id: string): Promise<IncidentRecord | undefined>;
  /** At most `limit`, newest first, after `before`. */
  incidents(filter: IncidentFilter, before: TimePlace | undefined, limit: number): Promise<IncidentRecord[]>;
  /**
   * How many incidents are or were part of these mass outages, of some stores only or of all; those without any are
   * missing.
   */
  memberCounts(outageIds: readonly string[], storeIds?: readonly string[]): Promise<MemberCount[]>;
  /** All events of an incident, earliest first. */
  events(incidentId: string): Promise<IncidentEventRecord[]>;
  groups(): Promise<AlertGroupRecord[]>;
  /** Of the incidents of these stores that have ended. */
  settled(storeIds: readonly string[]): Promise<Settled[]>;
  /** The owners of these stores who are not disabled. */
  ownersOf(storeIds: readonly string[]): Promise<StoreOwner[]>;
  /** The stores with an owner who is not disabled and has a contact point that is enabled; in no order. */
  storesWithNotifiedOwner(): Promise<string[]>;
  /** How long the stores of a rule were in an incident within `[from, to)`. */
  downtime(ruleId: string, from: number, to: number): Promise<StoreDowntime[]>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface AlertChanges extends AlertReader {
  /** What is to be sent, in the same transaction. */
  readonly deliveries: DeliveryChanges;
  readonly accounts: Pick<AccountReader, 'user'>;
  readonly contactPoints: Pick<ContactPointReader, 'contactPoint'>;
  /** Adds rules, or replaces those with the same ids. */
  saveRules(rules: readonly AlertRuleRecord[]): Promise<void>;
  removeRule(id: string): Promise<void>;
  /** Likewise. */
  saveIncidents(incidents: readonly IncidentRecord[]): Promise<void>;
  addEvents(events: readonly IncidentEventRecord[]): Promise<void>;
  /** Likewise. */
  saveGroups(groups: readonly AlertGroupRecord[]): Promise<void>;
  /** Marks a link as used, by its hash; `false`: it was used before. */
  spendLink(hash: string, expiresAt: number, now: number): Promise<boolean>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface AlertCatalog extends AlertReader {
  /**
   * Runs `work` as one transaction. Changes of alerts are serialized across all servers, so what `work` has read stays
   * true until it ends. `work` is short and uses only its argument.
   */
  changing<T>(work: (changes: AlertChanges) => Promise<T>): Promise<T>;
}
