import type { Sql } from '../../lib/sql.ts';
import type { AuditRecord } from '../ports/account-catalog.ts';
import type { RowsOf } from './json-rows.ts';
import { RecordMap } from './record-map.ts';

const AUDIT = new RecordMap<AuditRecord>('audit', [
  { name: 'audit_id', field: 'id', kind: 'text' },
  { name: 'at_ms', field: 'at', kind: 'instant' },
  { name: 'actor_id', field: 'actorId', kind: 'text' },
  { name: 'actor', field: 'actor', kind: 'text' },
  { name: 'key_id', field: 'keyId', kind: 'text' },
  { name: 'action', field: 'action', kind: 'text' },
  { name: 'subject_kind', field: 'subjectKind', kind: 'text' },
  { name: 'subject_id', field: 'subjectId', kind: 'text' },
  { name: 'detail', field: 'detail', kind: 'json' },
]);

/** Adds an entry to the audit log, in the transaction of the change that it records. */
export async function addAudit(sql: Sql, entry: AuditRecord): Promise<void> {
  const { at_ms: at, ...rest } = AUDIT.rowOf(entry);
  const names = AUDIT.columns.map(({ name }) => name);
  const values = names.map((name) => (name === 'at_ms' ? '$at::bigint' : `$${name}`));
  await sql.run(`insert into audit (${names.join(', ')}) values (${values.join(', ')})`, { at: at ?? null, ...rest });
}

/** Adds many entries. */
export async function addAudits(sql: Sql, entries: readonly AuditRecord[], rowsOf: RowsOf): Promise<void> {
  await AUDIT.add(sql, entries, rowsOf);
}
