import type { FactorChanges, FactorReader } from './factors.ts';
import type { LinkChanges, LinkReader } from './sign-in-links.ts';

/**
 * Users, how they sign in, and the audit log, as a database keeps them. The catalog stores and finds; the rules are in
 * `accounts/`. Instants are milliseconds since 1970-01-01T00:00Z.
 */

export type Role = 'admin' | 'operator' | 'owner';

export interface UserRecord {
  readonly id: string;
  /** What the user signs in with, in lower case; no two users share one. */
  readonly login: string;
  readonly name: string;
  /** In lower case; no two users share one. `undefined`: none. */
  readonly email: string | undefined;
  readonly role: Role;
  readonly disabled: boolean;
  /** Without one, this user can use API keys only. */
  readonly hasPassword: boolean;
  /** An authenticator app or a passkey. */
  readonly hasFactor: boolean;
  /** Starts at 1 and rises with every change. */
  readonly version: number;
  readonly createdAt: number;
  /** Number of assigned stores. */
  readonly storeCount: number;
}

export interface NewUser {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  /** In lower case; `undefined`: none. */
  readonly email?: string | undefined;
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
  /** When its user last authenticated: at sign-in, or by a reauthentication. */
  readonly provenAt: number;
}

export interface KeyRecord {
  readonly id: string;
  readonly userId: string;
  /** The user's role. */
  readonly login: string;
  readonly name: string;
  /** The first characters of the key, so that its owner recognizes it. */
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
  /** The actor's name at that time. */
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
  /** One of these. */
  readonly actions?: readonly string[];
  readonly subjectKind?: string;
  readonly subjectId?: string;
}

/** A position in a list that is ordered by time, newest first. */
export interface TimePlace {
  readonly at: number;
  readonly id: string;
}

export interface AccountReader {
  readonly factors: FactorReader;
  readonly links: LinkReader;
  anyUser(): Promise<boolean>;
  /** Rises with every change of accounts, by any server on the database. */
  revision(): Promise<number>;
  user(id: string): Promise<UserRecord | undefined>;
  /** @param login in lower case */
  userByLogin(login: string): Promise<UserRecord | undefined>;
  /** @param email in lower case */
  userByEmail(email: string): Promise<UserRecord | undefined>;
  /** At most `limit` users, ordered by login, after the login `after`. */
  users(after: string | undefined, limit: number): Promise<UserRecord[]>;
  /** The hash of a user's password; `undefined`: no such user, or one without a password. */
  passwordHash(login: string): Promise<string | undefined>;
  /** The ids of the stores assigned to a user, sorted. */
  storesOf(userId: string): Promise<string[]>;
  session(tokenHash: string): Promise<SessionRecord | undefined>;
  /** A secret shared by the servers on this database. */
  serverSecret(name: string): Promise<string | undefined>;
  key(id: string): Promise<KeyRecord | undefined>;
  keyByToken(tokenHash: string): Promise<KeyRecord | undefined>;
  /** At most `limit` keys of one user or of all, newest first, after `before`. */
  keys(userId: string | undefined, before: TimePlace | undefined, limit: number): Promise<KeyRecord[]>;
  /** At most `limit` entries of the audit log, newest first, after `before`. */
  audit(filter: AuditFilter, before: TimePlace | undefined, limit: number): Promise<AuditRecord[]>;
}

/** What a transaction can change. Each method does one thing and checks nothing. */
export interface AccountChanges extends AccountReader {
  readonly factors: FactorChanges;
  readonly links: LinkChanges;
  /** Number of admins that are not disabled. */
  countEnabledAdmins(): Promise<number>;
  /**
   * Number of those who have a password, a passkey, or an identity at the issuer.
   *
   * @param issuer without a slash at its end; `undefined`: identities do not count
   */
  countAdminsWhoSignIn(issuer: string | undefined): Promise<number>;
  addUser(user: NewUser): Promise<void>;
  /** Writes login, name, email, role and whether it is disabled, and counts the change. */
  changeUser(user: Pick<UserRecord, 'id' | 'login' | 'name' | 'email' | 'role' | 'disabled'>): Promise<void>;
  /** Sets a password and counts the change. */
  setPasswordHash(userId: string, hash: string): Promise<void>;
  /** Removes a user with its assignments, sessions, keys, second factors, identities, links and contact points. */
  removeUser(id: string): Promise<void>;
  /** @param storeIds without repetition */
  assignStores(userId: string, storeIds: readonly string[]): Promise<void>;
  /** Adds a session and removes those of the user beyond the `atMost` newest. */
  addSession(session: SessionRecord, atMost: number): Promise<void>;
  /** Replaces the token of a session after its user reauthenticated. */
  renewSession(tokenHash: string, nextHash: string, provenAt: number): Promise<void>;
  removeSession(tokenHash: string): Promise<void>;
  /** Removes the sessions of a user except the one to keep; returns how many. */
  removeSessionsOf(userId: string, keep?: string): Promise<number>;
  removeExpiredSessions(now: number): Promise<void>;
  /** How many keys of a user are neither revoked nor expired. */
  countLiveKeys(userId: string, now: number): Promise<number>;
  addKey(key: NewKey): Promise<void>;
  addServerSecret(name: string, value: string): Promise<void>;
  /**
   * The names of the alert rules with a step that names a contact point of a user. No rule changes until the transaction
   * ends.
   */
  alertRulesOf(userId: string): Promise<string[]>;
  /** Records the first use of a key. */
  useKeyFirst(id: string, at: number): Promise<void>;
  revokeKey(id: string, at: number): Promise<void>;
  /** Revokes all keys of a user that are not revoked; returns how many. */
  revokeKeysOf(userId: string, at: number): Promise<number>;
  addAudit(entry: AuditRecord): Promise<void>;
}

export interface AccountCatalog extends AccountReader {
  /**
   * Runs `work` as one transaction. Changes of accounts are serialized across all servers, so what `work` has read stays
   * true until it ends. `work` is short and uses only its argument.
   */
  changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T>;
  /** Records a use of a session. */
  touchSession(tokenHash: string, lastSeenAt: number, expiresAt: number): Promise<void>;
  /** Records a use of a key. */
  touchKey(id: string, lastUsedAt: number): Promise<void>;
}
