import type { AuditRecord } from './account-catalog.ts';

/** Contact points: where messages reach a user or a team, as a database keeps them. */

/** A stretch of every day, in the recipient's zone, in which messages wait. */
export interface QuietHours {
  /** Milliseconds since local midnight. If `end` is not later than `start`, they end on the next day. */
  readonly start: number;
  readonly end: number;
  /** Whether messages of severity `page` wait, too. */
  readonly holdPages: boolean;
}

/** A digest of incidents that is sent every day or every week, at a time in the recipient's zone. */
export interface Digest {
  /** Milliseconds since local midnight. */
  readonly time: number;
  /** The weekday, 0 is Monday; `undefined`: every day. */
  readonly day?: number | undefined;
  /** Since when it is sent at that time, milliseconds. */
  readonly since: number;
}

export interface ContactPointRecord {
  readonly id: string;
  /** The user that it belongs to; `undefined`: the team. */
  readonly userId: string | undefined;
  readonly name: string;
  /** Such as `mail`. */
  readonly channel: string;
  /** What the channel needs and everyone who can see the contact point may see. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The secret settings: sealed JSON; `undefined`: there are none. */
  readonly secrets: string | undefined;
  /** The recipient's IANA time zone. */
  readonly zone: string;
  readonly quietHours: QuietHours | undefined;
  readonly digest: Digest | undefined;
  readonly enabled: boolean;
  /** Why it was disabled by itself, such as that its address is gone; `undefined`: it was not. */
  readonly notice: string | undefined;
  /** Starts at 1 and rises with every change by a user. */
  readonly version: number;
  readonly createdAt: number;
}

export type NewContactPoint = Omit<ContactPointRecord, 'version' | 'notice'>;

/** A position in the list of contact points, which is ordered by creation. */
export interface ContactPointPlace {
  readonly createdAt: number;
  readonly id: string;
}

/** Whose contact points: those of a user, of the team, or both. */
export interface ContactPointFilter {
  readonly userId?: string | undefined;
  readonly team: boolean;
}

export interface ContactPointReader {
  /** `undefined`: there is none, or it was removed. */
  contactPoint(id: string): Promise<ContactPointRecord | undefined>;
  /** At most `limit`, oldest first, after a position. */
  contactPoints(
    filter: ContactPointFilter,
    after: ContactPointPlace | undefined,
    limit: number,
  ): Promise<ContactPointRecord[]>;
  countContactPoints(filter: ContactPointFilter): Promise<number>;
  /** Those that are enabled and get a digest, oldest first. */
  contactPointsWithDigest(): Promise<ContactPointRecord[]>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface ContactPointChanges extends ContactPointReader {
  addContactPoint(point: NewContactPoint): Promise<void>;
  /** Writes everything but the owner, the channel and the creation, removes the notice, and counts the change. */
  changeContactPoint(point: Omit<NewContactPoint, 'userId' | 'channel' | 'createdAt'>): Promise<void>;
  /** Removes it with its secrets, and cancels its deliveries that are not finished. Its finished ones stay. */
  removeContactPoint(id: string, at: number): Promise<void>;
  /** The names of the alert rules with a step that names it. No rule changes until the transaction ends. */
  alertRulesOf(id: string): Promise<string[]>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface ContactPointCatalog extends ContactPointReader {
  /** Runs `work` as one transaction. Changes of contact points are serialized across all servers. */
  changing<T>(work: (changes: ContactPointChanges) => Promise<T>): Promise<T>;
}
