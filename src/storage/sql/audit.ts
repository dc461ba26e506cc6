import type { Sql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';

/** Adds an entry to the audit log, in the transaction of the change that it records. */
export async function addAudit(sql: Sql, entry: AuditRecord): Promise<void> {
  await sql.run(
    `insert into audit (audit_id, at_ms, actor_id, actor, key_id, action, subject_kind, subject_id, detail)
     values ($id, $at::bigint, $actor_id, $actor, $key_id, $action, $subject_kind, $subject_id, $detail)`,
    {
      id: entry.id,
      at: entry.at,
      actor_id: entry.actorId ?? null,
      actor: entry.actor,
      key_id: entry.keyId ?? null,
      action: entry.action,
      subject_kind: entry.subjectKind,
      subject_id: entry.subjectId,
      detail: JSON.stringify(entry.detail),
    },
  );
}
