import type {
  AuditRecord,
  KeyRecord,
  Role,
  SessionRecord,
  SignInMethod,
  UserRecord,
} from '../../../src/storage/ports/account-catalog.ts';
import type { View } from './data.ts';
import { hasFactor } from './factors.ts';
import type { RecordRow } from './record-tables.ts';

export function userOf(view: View, row: RecordRow<'users'>): UserRecord {
  const stores = [...view.table('user_stores').values()].filter(({ user_id }) => user_id === row.user_id);
  return {
    ...{ id: row.user_id, login: row.login, name: row.name, email: row.email ?? undefined },
    ...{ role: row.role as Role, disabled: row.disabled },
    ...{ hasPassword: row.password_hash !== null, hasFactor: hasFactor(view, row.user_id), version: row.version },
    ...{ createdAt: row.created_ms, storeCount: stores.length },
  };
}

export function sessionOf(row: RecordRow<'sessions'>): SessionRecord {
  return {
    ...{ tokenHash: row.token_hash, userId: row.user_id, createdAt: row.created_ms, lastSeenAt: row.last_seen_ms },
    ...{ expiresAt: row.expires_ms, method: (row.method ?? 'password') as SignInMethod },
    provenAt: row.proven_ms ?? row.created_ms,
  };
}

export function keyRecordOf(view: View, row: RecordRow<'api_keys'>): KeyRecord {
  return {
    ...{ id: row.key_id, userId: row.user_id, login: String(view.table('users').get(row.user_id)?.login) },
    ...{ name: row.name, prefix: row.prefix, scopes: JSON.parse(row.scopes) as string[], createdAt: row.created_ms },
    ...{ expiresAt: row.expires_ms ?? undefined, lastUsedAt: row.last_used_ms ?? undefined },
    revokedAt: row.revoked_ms ?? undefined,
  };
}

export function auditOf(row: RecordRow<'audit'>): AuditRecord {
  return {
    ...{ id: row.audit_id, at: row.at_ms, actorId: row.actor_id ?? undefined, actor: row.actor },
    ...{ keyId: row.key_id ?? undefined, action: row.action, subjectKind: row.subject_kind },
    ...{ subjectId: row.subject_id, detail: JSON.parse(row.detail) as Record<string, unknown> },
  };
}
