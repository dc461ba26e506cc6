import type {
  AccountChanges,
  AuditRecord,
  NewKey,
  NewUser,
  SessionRecord,
  UserRecord,
} from '../../../src/storage/ports/account-catalog.ts';
import type { FactorChanges } from '../../../src/storage/ports/factors.ts';
import type { LinkChanges } from '../../../src/storage/ports/sign-in-links.ts';
import { MemoryAccountReader } from './account-reader.ts';
import { rulesNaming } from './alert-uses.ts';
import { addAudit } from './audit.ts';
import { removeContactPointsOf } from './contact-points.ts';
import { MemoryFactorChanges } from './factors.ts';
import { keyOf, type RecordRow } from './record-tables.ts';
import { MemoryLinkChanges } from './sign-in-links.ts';
import type { Transaction } from './transaction.ts';

/** The tables whose rows belong to a user. */
const USER_TABLES = [
  ...(['user_stores', 'sessions', 'api_keys', 'identities', 'sign_in_links', 'subscriptions', 'users'] as const),
];

/** Changes accounts within a transaction. */
export class MemoryAccountChanges extends MemoryAccountReader implements AccountChanges {
  override readonly factors: FactorChanges;
  override readonly links: LinkChanges;
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.factors = new MemoryFactorChanges(transaction);
    this.links = new MemoryLinkChanges(transaction);
    this.#transaction = transaction;
  }

  async countEnabledAdmins(): Promise<number> {
    return this.#enabledAdmins().length;
  }

  async countAdminsWhoSignIn(issuer: string | undefined): Promise<number> {
    const passkeys = new Set([...this.#transaction.table('passkeys').values()].map(({ user_id }) => user_id));
    const identities = [...this.#transaction.table('identities').values()]
      .filter((identity) => identity.issuer.replace(/\/+$/, '') === issuer)
      .map(({ user_id }) => user_id);
    return this.#enabledAdmins().filter(
      ({ user_id, password_hash }) => password_hash !== null || passkeys.has(user_id) || identities.includes(user_id),
    ).length;
  }

  async addUser(user: NewUser): Promise<void> {
    this.#transaction.set('users', user.id, {
      ...{ user_id: user.id, login: user.login, name: user.name, role: user.role, disabled: false, version: 1 },
      ...{ email: user.email ?? null, password_hash: user.passwordHash, created_ms: user.createdAt },
    });
  }

  async changeUser(user: Pick<UserRecord, 'id' | 'login' | 'name' | 'email' | 'role' | 'disabled'>): Promise<void> {
    const { id, login, name, email = null, role, disabled } = user;
    this.#changeUser(id, { login, name, email, role, disabled });
  }

  async setPasswordHash(userId: string, hash: string): Promise<void> {
    this.#changeUser(userId, { password_hash: hash });
  }

  async removeUser(id: string): Promise<void> {
    await this.factors.removeFactors(id);
    removeContactPointsOf(this.#transaction, id);
    for (const table of USER_TABLES) {
      this.#transaction.deleteWhere(table, ({ user_id }) => user_id === id);
    }
  }

  async assignStores(userId: string, storeIds: readonly string[]): Promise<void> {
    this.#transaction.deleteWhere('user_stores', ({ user_id }) => user_id === userId);
    for (const id of storeIds) {
      this.#transaction.set('user_stores', keyOf(userId, id), { user_id: userId, store_id: id });
    }
  }

  async addSession(session: SessionRecord, atMost: number): Promise<void> {
    this.#transaction.set('sessions', session.tokenHash, {
      ...{ token_hash: session.tokenHash, user_id: session.userId, created_ms: session.createdAt },
      ...{ last_seen_ms: session.lastSeenAt, expires_ms: session.expiresAt, proven_ms: session.provenAt },
      method: session.method,
    });
    const newestFirst = [...this.#transaction.table('sessions').values()]
      .filter(({ user_id }) => user_id === session.userId)
      .sort((a, b) => b.created_ms - a.created_ms);
    for (const { token_hash } of newestFirst.slice(atMost)) this.#transaction.delete('sessions', token_hash);
  }

  async renewSession(tokenHash: string, nextHash: string, provenAt: number): Promise<void> {
    const session = this.#transaction.get('sessions', tokenHash);
    if (session === undefined) return;
    this.#transaction.delete('sessions', tokenHash);
    this.#transaction.set('sessions', nextHash, { ...session, token_hash: nextHash, proven_ms: provenAt });
  }

  async removeSession(tokenHash: string): Promise<void> {
    this.#transaction.delete('sessions', tokenHash);
  }

  async removeSessionsOf(userId: string, keep?: string): Promise<number> {
    return this.#transaction.deleteWhere('sessions', (row) => row.user_id === userId && row.token_hash !== keep);
  }

  async removeExpiredSessions(now: number): Promise<void> {
    this.#transaction.deleteWhere('sessions', ({ expires_ms }) => expires_ms <= now);
  }

  async countLiveKeys(userId: string, now: number): Promise<number> {
    return [...this.#transaction.table('api_keys').values()].filter(
      (key) => key.user_id === userId && key.revoked_ms === null && (key.expires_ms === null || key.expires_ms > now),
    ).length;
  }

  async addKey(key: NewKey): Promise<void> {
    this.#transaction.set('api_keys', key.id, {
      ...{ key_id: key.id, user_id: key.userId, name: key.name, token_hash: key.tokenHash, prefix: key.prefix },
      ...{ scopes: JSON.stringify(key.scopes), created_ms: key.createdAt, expires_ms: key.expiresAt ?? null },
      ...{ last_used_ms: null, revoked_ms: null },
    });
  }

  async addServerSecret(name: string, value: string): Promise<void> {
    this.#transaction.set('server_secrets', name, { name, value });
  }

  async alertRulesOf(userId: string): Promise<string[]> {
    const points = [...this.#transaction.table('contact_points').values()].filter(
      ({ user_id, deleted }) => user_id === userId && !deleted,
    );
    return rulesNaming(
      this.#transaction,
      points.map(({ contact_point_id }) => contact_point_id),
    );
  }

  async useKeyFirst(id: string, at: number): Promise<void> {
    this.#changeKeys((key) => key.key_id === id, { last_used_ms: at });
  }

  async revokeKey(id: string, at: number): Promise<void> {
    this.#changeKeys((key) => key.key_id === id && key.revoked_ms === null, { revoked_ms: at });
  }

  async revokeKeysOf(userId: string, at: number): Promise<number> {
    return this.#changeKeys((key) => key.user_id === userId && key.revoked_ms === null, { revoked_ms: at });
  }

  async addAudit(entry: AuditRecord): Promise<void> {
    addAudit(this.#transaction, entry);
  }

  #enabledAdmins(): RecordRow<'users'>[] {
    return [...this.#transaction.table('users').values()].filter(({ role, disabled }) => role === 'admin' && !disabled);
  }

  #changeUser(id: string, change: Partial<RecordRow<'users'>>): void {
    const user = this.#transaction.get('users', id);
    if (user !== undefined) this.#transaction.set('users', id, { ...user, ...change, version: user.version + 1 });
  }

  #changeKeys(matches: (key: RecordRow<'api_keys'>) => boolean, change: Partial<RecordRow<'api_keys'>>): number {
    const keys = [...this.#transaction.table('api_keys').values()].filter(matches);
    for (const key of keys) this.#transaction.set('api_keys', key.key_id, { ...key, ...change });
    return keys.length;
  }
}
