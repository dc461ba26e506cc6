import type { AuditRecord } from '../../../src/storage/ports/account-catalog.ts';
import type { Transaction } from './transaction.ts';

/** Adds an entry to the audit log, in the transaction of the change that it records. */
export function addAudit(transaction: Transaction, entry: AuditRecord): void {
  transaction.set('audit', entry.id, {
    ...{ audit_id: entry.id, at_ms: entry.at, actor_id: entry.actorId ?? null, actor: entry.actor },
    ...{ key_id: entry.keyId ?? null, action: entry.action, subject_kind: entry.subjectKind },
    ...{ subject_id: entry.subjectId, detail: JSON.stringify(entry.detail) },
  });
}
