import type { Sql } from '../../lib/sql.ts';
import type {
  AccountChanges,
  AuditRecord,
  NewKey,
  NewUser,
  SessionRecord,
  UserRecord,
} from '../ports/account-catalog.ts';
import type { FactorChanges } from '../ports/factors.ts';
import type { LinkChanges } from '../ports/sign-in-links.ts';
import { SqlAccountReader } from './account-reader.ts';
import { rulesNaming } from './alert-uses.ts';
import { addAudit } from './audit.ts';
import { removeContactPointsOf } from './contact-points.ts';
import { SqlFactorChanges } from './factors.ts';
import type { JsonRows } from './json-rows.ts';
import { SqlLinkChanges } from './sign-in-links.ts';

/** What differs between the engines. */
export interface AccountDialect extends Pick<JsonRows, 'texts'> {
  /** Waits, within a transaction, until no other transaction changes accounts. */
  lock(sql: Sql): Promise<void>;
  /** Likewise, alerts. Transactions that change alerts wait for no others, so this cannot deadlock. */
  lockAlerts(sql: Sql): Promise<void>;
}

/** Changes accounts within a transaction, in SQL common to both engines. */
export class SqlAccountChanges extends SqlAccountReader implements AccountChanges {
  override readonly factors: FactorChanges;
  override readonly links: LinkChanges;
  readonly #dialect: AccountDialect;

  constructor(sql: Sql, dialect: AccountDialect) {
    super(sql);
    this.factors = new SqlFactorChanges(sql);
    this.links = new SqlLinkChanges(sql);
    this.#dialect = dialect;
  }

  async countEnabledAdmins(): Promise<number> {
    const { admins } = await this.sql.row(`select count(*) as admins from users where role = 'admin' and not disabled`);
    return Number(admins);
  }

  async countAdminsWhoSignIn(issuer: string | undefined): Promise<number> {
    const { admins } = await this.sql.row(
      `select count(*) as admins from users u
       where u.role = 'admin' and not u.disabled and (
         u.password_hash is not null
         or exists (select 1 from passkeys p where p.user_id = u.user_id)
         or exists (select 1 from identities i where i.user_id = u.user_id and rtrim(i.issuer, '/') = $issuer))`,
      // No identity has an empty issuer.
      { issuer: issuer ?? '' },
    );
    return Number(admins);
  }

  async addUser(user: NewUser): Promise<void> {
    await this.sql.run(
      `insert into users (user_id, login, name, email, role, password_hash, disabled, version, created_ms)
       values ($id, $login, $name, $email, $role, $password_hash, false, 1, $created::bigint)`,
      {
        id: user.id,
        login: user.login,
        name: user.name,
        email: user.email ?? null,
        role: user.role,
        password_hash: user.passwordHash,
        created: user.createdAt,
      },
    );
  }

  async changeUser(user: Pick<UserRecord, 'id' | 'login' | 'name' | 'email' | 'role' | 'disabled'>): Promise<void> {
    const { id, login, name, email = null, role, disabled } = user;
    await this.sql.run(
      `update users set login = $login, name = $name, email = $email, role = $role, disabled = $disabled,
         version = version + 1
       where user_id = $id`,
      { id, login, name, email, role, disabled },
    );
  }

  async setPasswordHash(userId: string, hash: string): Promise<void> {
    await this.sql.run('update users set password_hash = $hash, version = version + 1 where user_id = $user_id', {
      user_id: userId,
      hash,
    });
  }

  async removeUser(id: string): Promise<void> {
    await this.factors.removeFactors(id);
    await removeContactPointsOf(this.sql, id);
    for (const table of [
      'user_stores',
      'sessions',
      'api_keys',
      'identities',
      'sign_in_links',
      'subscriptions',
      'users',
    ]) {
      await this.sql.run(`delete from ${table} where user_id = $id`, { id });
    }
  }

  async assignStores(userId: string, storeIds: readonly string[]): Promise<void> {
    await this.sql.run('delete from user_stores where user_id = $user_id', { user_id: userId });
    if (storeIds.length === 0) return;
    await this.sql.run(
      `insert into user_stores (user_id, store_id) select $user_id, ${this.#dialect.texts('$store_ids')}`,
      { user_id: userId, store_ids: JSON.stringify(storeIds) },
    );
  }

  async addSession(session: SessionRecord, atMost: number): Promise<void> {
    await this.sql.run(
      `insert into sessions (token_hash, user_id, created_ms, last_seen_ms, expires_ms, method, proven_ms)
       values ($token_hash, $user_id, $created::bigint, $last_seen::bigint, $expires::bigint, $method, $proven::bigint)`,
      {
        token_hash: session.tokenHash,
        user_id: session.userId,
        created: session.createdAt,
        last_seen: session.lastSeenAt,
        expires: session.expiresAt,
        method: session.method,
        proven: session.provenAt,
      },
    );
    await this.sql.run(
      `delete from sessions where user_id = $user_id and token_hash not in (
         select token_hash from sessions where user_id = $user_id order by created_ms desc limit $at_most
       )`,
      { user_id: session.userId, at_most: atMost },
    );
  }

  async renewSession(tokenHash: string, nextHash: string, provenAt: number): Promise<void> {
    await this.sql.run(
      'update sessions set token_hash = $next_hash, proven_ms = $proven::bigint where token_hash = $token_hash',
      { token_hash: tokenHash, next_hash: nextHash, proven: provenAt },
    );
  }

  async removeSession(tokenHash: string): Promise<void> {
    await this.sql.run('delete from sessions where token_hash = $token_hash', { token_hash: tokenHash });
  }

  removeSessionsOf(userId: string, keep = ''): Promise<number> {
    return this.sql.run('delete from sessions where user_id = $user_id and token_hash <> $keep', {
      user_id: userId,
      keep,
    });
  }

  async removeExpiredSessions(now: number): Promise<void> {
    await this.sql.run('delete from sessions where expires_ms <= $now::bigint', { now });
  }

  async countLiveKeys(userId: string, now: number): Promise<number> {
    const { keys } = await this.sql.row(
      `select count(*) as keys from api_keys
       where user_id = $user_id and revoked_ms is null and (expires_ms is null or expires_ms > $now::bigint)`,
      { user_id: userId, now },
    );
    return Number(keys);
  }

  async addKey(key: NewKey): Promise<void> {
    await this.sql.run(
      `insert into api_keys (key_id, user_id, name, token_hash, prefix, scopes, created_ms, expires_ms)
       values ($id, $user_id, $name, $token_hash, $prefix, $scopes, $created::bigint, $expires::bigint)`,
      {
        id: key.id,
        user_id: key.userId,
        name: key.name,
        token_hash: key.tokenHash,
        prefix: key.prefix,
        scopes: JSON.stringify(key.scopes),
        created: key.createdAt,
        expires: key.expiresAt ?? null,
      },
    );
  }

  async addServerSecret(name: string, value: string): Promise<void> {
    await this.sql.run('insert into server_secrets (name, value) values ($name, $value)', { name, value });
  }

  async alertRulesOf(userId: string): Promise<string[]> {
    await this.#dialect.lockAlerts(this.sql);
    const points = await this.sql.rows(
      'select contact_point_id from contact_points where user_id = $user_id and not deleted',
      { user_id: userId },
    );
    return rulesNaming(
      this.sql,
      points.map(({ contact_point_id }) => String(contact_point_id)),
    );
  }

  async revokeKey(id: string, at: number): Promise<void> {
    await this.sql.run('update api_keys set revoked_ms = $at::bigint where key_id = $id and revoked_ms is null', {
      id,
      at,
    });
  }

  async useKeyFirst(id: string, at: number): Promise<void> {
    await this.sql.run('update api_keys set last_used_ms = $at::bigint where key_id = $id', { id, at });
  }

  revokeKeysOf(userId: string, at: number): Promise<number> {
    return this.sql.run(
      'update api_keys set revoked_ms = $at::bigint where user_id = $user_id and revoked_ms is null',
      { user_id: userId, at },
    );
  }

  addAudit(entry: AuditRecord): Promise<void> {
    return addAudit(this.sql, entry);
  }
}
