import type { FactorChanges, FactorReader } from './factors.ts';

/**
 * What the rest of the program may ask of a database about users, their ways in, and the audit log. The catalog keeps
 * and finds; the rules are in `accounts/`. Instants are milliseconds since 1970-01-01T00:00Z.
 */

export type Role = 'admin' | 'operator' | 'owner';

export interface UserRecord {
  readonly id: string;
  /** What the user signs in with, in lower case; no two users share one. */
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  /** Without one, only API keys let this user in. */
  readonly hasPassword: boolean;
  /** An authenticator app or a passkey. */
  readonly hasFactor: boolean;
  /** Counts the changes, from 1. */
  readonly version: number;
  readonly createdAt: number;
  /** How many stores are assigned. */
  readonly storeCount: number;
}

export interface NewUser {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string | null;
  readonly createdAt: number;
}

/** How a session began. */
export type SignInMethod = 'password' | 'passkey' | 'oidc';

export interface SessionRecord {
  readonly tokenHash: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly method: SignInMethod;
  /** When its user last proved who it is: at sign-in, or later. */
  readonly provenAt: number;
}

export interface KeyRecord {
  readonly id: string;
  readonly userId: string;
  /** That of the user. */
  readonly login: string;
  readonly name: string;
  /** How the key begins, so that its owner recognises it. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  /** `undefined`: never. */
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

export interface NewKey extends Omit<KeyRecord, 'login' | 'lastUsedAt' | 'revokedAt'> {
  readonly tokenHash: string;
}

export interface AuditRecord {
  readonly id: string;
  readonly at: number;
  /** `undefined`: not a user. */
  readonly actorId: string | undefined;
  /** What the actor was called then. */
  readonly actor: string;
  /** The API key that was used. */
  readonly keyId: string | undefined;
  /** Such as `user.changed`. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditFilter {
  readonly actorId?: string;
  readonly action?: string;
  readonly subjectKind?: string;
  readonly subjectId?: string;
}

/** A place in a list that is ordered by time, newest first. */
export interface TimePlace {
  readonly at: number;
  readonly id: string;
}

export interface AccountReader {
  readonly factors: FactorReader;
  anyUser(): Promise<boolean>;
  /** Counts the changes of accounts, those of other servers on the database too. */
  revision(): Promise<number>;
  user(id: string): Promise<UserRecord | undefined>;
  /** @param login in lower case */
  userByLogin(login: string): Promise<UserRecord | undefined>;
  /** At most `limit` users by login, from behind the login `after` on. */
  users(after: string | undefined, limit: number): Promise<UserRecord[]>;
  /** The hash of a user's password; `undefined`: no such user, or one without a password. */
  passwordHash(login: string): Promise<string | undefined>;
  /** The ids of the stores that are assigned to a user, in order. */
  storesOf(userId: string): Promise<string[]>;
  session(tokenHash: string): Promise<SessionRecord | undefined>;
  /** A secret that the servers on this database share. */
  serverSecret(name: string): Promise<string | undefined>;
  key(id: string): Promise<KeyRecord | undefined>;
  keyByToken(tokenHash: string): Promise<KeyRecord | undefined>;
  /** At most `limit` keys, of one user or of all, newest first, from behind `before` on. */
  keys(userId: string | undefined, before: TimePlace | undefined, limit: number): Promise<KeyRecord[]>;
  /** At most `limit` entries of the audit log, newest first, from behind `before` on. */
  audit(filter: AuditFilter, before: TimePlace | undefined, limit: number): Promise<AuditRecord[]>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface AccountChanges extends AccountReader {
  readonly factors: FactorChanges;
  /** How many admins there are that are not disabled. */
  countEnabledAdmins(): Promise<number>;
  addUser(user: NewUser): Promise<void>;
  /** Writes login, name, role and whether it is disabled, and counts the change. */
  changeUser(user: Pick<UserRecord, 'id' | 'login' | 'name' | 'role' | 'disabled'>): Promise<void>;
  /** Sets a password and counts the change. */
  setPasswordHash(userId: string, hash: string): Promise<void>;
  /** Removes a user with its assignments, sessions, keys, second factors and identities. */
  removeUser(id: string): Promise<void>;
  /** @param storeIds without repetition */
  assignStores(userId: string, storeIds: readonly string[]): Promise<void>;
  /** Adds a session and forgets those of the user beyond the `atMost` newest. */
  addSession(session: SessionRecord, atMost: number): Promise<void>;
  /** Gives a session another token, because its user proved who it is. */
  renewSession(tokenHash: string, nextHash: string, provenAt: number): Promise<void>;
  removeSession(tokenHash: string): Promise<void>;
  /** Removes the sessions of a user, but for the one to keep; returns how many. */
  removeSessionsOf(userId: string, keep?: string): Promise<number>;
  removeExpiredSessions(now: number): Promise<void>;
  /** How many keys of a user are neither revoked nor expired. */
  countLiveKeys(userId: string, now: number): Promise<number>;
  addKey(key: NewKey): Promise<void>;
  addServerSecret(name: string, value: string): Promise<void>;
  /** Says that a key was used for the first time. */
  useKeyFirst(id: string, at: number): Promise<void>;
  revokeKey(id: string, at: number): Promise<void>;
  /** Revokes all keys of a user that are not revoked; returns how many. */
  revokeKeysOf(userId: string, at: number): Promise<number>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface AccountCatalog extends AccountReader {
  /**
   * Runs `work` as one transaction: all of it holds, or nothing. Changes of accounts wait for one another, whichever
   * server makes them, so what `work` has read holds until it ends. It is short and uses only what it is handed.
   */
  changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T>;
  /** Says that a session was used. */
  touchSession(tokenHash: string, lastSeenAt: number, expiresAt: number): Promise<void>;
  /** Says that a key was used. */
  touchKey(id: string, lastUsedAt: number): Promise<void>;
}
