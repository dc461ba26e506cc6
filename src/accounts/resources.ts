import { formatInstant, instantOrNull } from '../calendar/instant.ts';
import type { AuditRecord, KeyRecord, UserRecord } from '../storage/ports/account-catalog.ts';
import { knownScopes } from './access.ts';

/** A user as JSON: in the API, and on the command line. */
export function userResource(user: UserRecord) {
  return {
    user_id: user.id,
    login: user.login,
    name: user.name,
    email: user.email ?? null,
    role: user.role,
    disabled: user.disabled,
    has_password: user.hasPassword,
    has_second_factor: user.hasFactor,
    store_count: user.storeCount,
    created_at: formatInstant(user.createdAt),
  };
}

/** A key as JSON, likewise: without its secret. */
export function keyResource(key: KeyRecord) {
  return {
    key_id: key.id,
    user_id: key.userId,
    login: key.login,
    name: key.name,
    prefix: key.prefix,
    scopes: knownScopes(key.scopes),
    created_at: formatInstant(key.createdAt),
    expires_at: instantOrNull(key.expiresAt),
    last_used_at: instantOrNull(key.lastUsedAt),
    revoked_at: instantOrNull(key.revokedAt),
  };
}

/** An entry of the audit log as JSON, likewise. */
export function auditResource(entry: AuditRecord) {
  return {
    audit_id: entry.id,
    at: formatInstant(entry.at),
    actor_id: entry.actorId ?? null,
    actor: entry.actor,
    key_id: entry.keyId ?? null,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    detail: { ...entry.detail },
  };
}
