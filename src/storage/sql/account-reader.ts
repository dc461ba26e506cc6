import type { Parameters, Row, Sql } from '../../lib/sql.ts';
import type {
  AccountReader,
  AuditFilter,
  AuditRecord,
  KeyRecord,
  Role,
  SessionRecord,
  SignInMethod,
  TimePlace,
  UserRecord,
} from '../ports/account-catalog.ts';
import type { FactorReader } from '../ports/factors.ts';
import type { LinkReader } from '../ports/sign-in-links.ts';
import { SqlFactorReader } from './factors.ts';
import { SqlLinkReader } from './sign-in-links.ts';

const USERS = `
  select user_id, login, name, email, role, disabled, password_hash is not null as has_password, version, created_ms,
    exists (select 1 from totp f where f.user_id = u.user_id)
      or exists (select 1 from passkeys f where f.user_id = u.user_id) as has_factor,
    (select count(*) from user_stores s where s.user_id = u.user_id) as store_count
  from users u`;
const KEYS = `
  select key_id, user_id, (select login from users u where u.user_id = k.user_id) as login, name, prefix, scopes,
    created_ms, expires_ms, last_used_ms, revoked_ms
  from api_keys k`;

/** Reads users, sessions, keys and the audit log, in SQL common to both engines. */
export class SqlAccountReader implements AccountReader {
  readonly factors: FactorReader;
  readonly links: LinkReader;
  protected readonly sql: Sql;

  constructor(sql: Sql) {
    this.sql = sql;
    this.factors = new SqlFactorReader(sql);
    this.links = new SqlLinkReader(sql);
  }

  async anyUser(): Promise<boolean> {
    return (await this.sql.rows('select user_id from users limit 1')).length > 0;
  }

  async revision(): Promise<number> {
    return Number((await this.sql.row('select number from account_revision')).number);
  }

  user(id: string): Promise<UserRecord | undefined> {
    return this.#first(userRecord, `${USERS} where user_id = $id`, { id });
  }

  userByLogin(login: string): Promise<UserRecord | undefined> {
    return this.#first(userRecord, `${USERS} where login = $login`, { login });
  }

  userByEmail(email: string): Promise<UserRecord | undefined> {
    return this.#first(userRecord, `${USERS} where email = $email`, { email });
  }

  users(after: string | undefined, limit: number): Promise<UserRecord[]> {
    return this.#list(userRecord, `${USERS} where login > $after order by login limit $limit`, {
      after: after ?? '',
      limit,
    });
  }

  passwordHash(login: string): Promise<string | undefined> {
    const sql = 'select password_hash from users where login = $login';
    return this.#first((row) => optional(row.password_hash, String), sql, { login });
  }

  storesOf(userId: string): Promise<string[]> {
    const sql = 'select store_id from user_stores where user_id = $user_id order by store_id';
    return this.#list((row) => String(row.store_id), sql, { user_id: userId });
  }

  session(tokenHash: string): Promise<SessionRecord | undefined> {
    const sql = `
      select token_hash, user_id, created_ms, last_seen_ms, expires_ms, method,
        coalesce(proven_ms, created_ms) as proven_ms
      from sessions where token_hash = $token_hash`;
    return this.#first(sessionRecord, sql, { token_hash: tokenHash });
  }

  serverSecret(name: string): Promise<string | undefined> {
    return this.#first(({ value }) => String(value), 'select value from server_secrets where name = $name', { name });
  }

  key(id: string): Promise<KeyRecord | undefined> {
    return this.#first(keyRecord, `${KEYS} where key_id = $id`, { id });
  }

  keyByToken(tokenHash: string): Promise<KeyRecord | undefined> {
    return this.#first(keyRecord, `${KEYS} where token_hash = $token_hash`, { token_hash: tokenHash });
  }

  keys(userId: string | undefined, before: TimePlace | undefined, limit: number): Promise<KeyRecord[]> {
    const conditions = new Conditions().equal('user_id', userId).behind('created_ms', 'key_id', before);
    const sql = `${KEYS} ${conditions.where} order by created_ms desc, key_id desc limit $limit`;
    return this.#list(keyRecord, sql, { ...conditions.values, limit });
  }

  audit(filter: AuditFilter, before: TimePlace | undefined, limit: number): Promise<AuditRecord[]> {
    const conditions = new Conditions()
      .equal('actor_id', filter.actorId)
      .among('action', filter.actions)
      .equal('subject_kind', filter.subjectKind)
      .equal('subject_id', filter.subjectId)
      .behind('at_ms', 'audit_id', before);
    const sql = `
      select audit_id, at_ms, actor_id, actor, key_id, action, subject_kind, subject_id, detail
      from audit ${conditions.where} order by at_ms desc, audit_id desc limit $limit`;
    return this.#list(auditRecord, sql, { ...conditions.values, limit });
  }

  async #first<T>(record: (row: Row) => T, sql: string, parameters: Parameters): Promise<T | undefined> {
    const [row] = await this.sql.rows(sql, parameters);
    return row === undefined ? undefined : record(row);
  }

  async #list<T>(record: (row: Row) => T, sql: string, parameters: Parameters): Promise<T[]> {
    return (await this.sql.rows(sql, parameters)).map(record);
  }
}

/** The conditions whose values are given, with these values. */
class Conditions {
  readonly values: Parameters = {};
  readonly #conditions: string[] = [];

  get where(): string {
    return this.#conditions.length === 0 ? '' : `where ${this.#conditions.join(' and ')}`;
  }

  equal(column: string, value: string | undefined): this {
    if (value === undefined) return this;
    this.#conditions.push(`${column} = $${column}`);
    this.values[column] = value;
    return this;
  }

  among(column: string, values: readonly string[] | undefined): this {
    if (values === undefined) return this;
    const names = values.map((_, i) => `${column}_${i}`);
    this.#conditions.push(`${column} in (${names.map((name) => `$${name}`).join(', ')})`);
    Object.assign(this.values, Object.fromEntries(values.map((value, i) => [names[i], value])));
    return this;
  }

  behind(time: string, id: string, place: TimePlace | undefined): this {
    if (place === undefined) return this;
    this.#conditions.push(`${time} <= $at::bigint and (${time} < $at::bigint or ${id} < $id)`);
    Object.assign(this.values, { at: place.at, id: place.id });
    return this;
  }
}

function userRecord(row: Row): UserRecord {
  return {
    id: String(row.user_id),
    login: String(row.login),
    name: String(row.name),
    email: optional(row.email, String),
    role: row.role as Role,
    disabled: Boolean(row.disabled),
    hasPassword: Boolean(row.has_password),
    hasFactor: Boolean(row.has_factor),
    version: Number(row.version),
    createdAt: Number(row.created_ms),
    storeCount: Number(row.store_count),
  };
}

function sessionRecord(row: Row): SessionRecord {
  return {
    tokenHash: String(row.token_hash),
    userId: String(row.user_id),
    createdAt: Number(row.created_ms),
    lastSeenAt: Number(row.last_seen_ms),
    expiresAt: Number(row.expires_ms),
    method: (row.method ?? 'password') as SignInMethod,
    provenAt: Number(row.proven_ms),
  };
}

function keyRecord(row: Row): KeyRecord {
  return {
    id: String(row.key_id),
    userId: String(row.user_id),
    login: String(row.login),
    name: String(row.name),
    prefix: String(row.prefix),
    scopes: JSON.parse(String(row.scopes)) as string[],
    createdAt: Number(row.created_ms),
    expiresAt: optional(row.expires_ms, Number),
    lastUsedAt: optional(row.last_used_ms, Number),
    revokedAt: optional(row.revoked_ms, Number),
  };
}

function auditRecord(row: Row): AuditRecord {
  return {
    id: String(row.audit_id),
    at: Number(row.at_ms),
    actorId: optional(row.actor_id, String),
    actor: String(row.actor),
    keyId: optional(row.key_id, String),
    action: String(row.action),
    subjectKind: String(row.subject_kind),
    subjectId: String(row.subject_id),
    detail: JSON.parse(String(row.detail)) as Record<string, unknown>,
  };
}

function optional<T>(value: unknown, convert: (value: unknown) => T): T | undefined {
  return value === null ? undefined : convert(value);
}
