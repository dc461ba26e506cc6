import type { UserRecord } from '../storage/ports/account-catalog.ts';
import type { Detail } from './audit.ts';

/** How many assigned or removed stores an audit entry lists. */
const STORES_NAMED = 100;

/** Whether a change affects the access of a user or how it signs in. */
export function changesPower(
  before: UserRecord,
  after: Pick<UserRecord, 'login' | 'email' | 'role' | 'disabled'>,
): boolean {
  // Anyone who reads mail at the address can set the password.
  if (after.email !== before.email) return true;
  return after.role !== before.role || after.login !== before.login || (before.disabled && !after.disabled);
}

/** The fields that a change makes different, for the audit log. */
export function changedFields(
  before: UserRecord,
  after: Pick<UserRecord, 'login' | 'name' | 'email' | 'role' | 'disabled'>,
): Detail {
  const fields = (['login', 'name', 'email', 'role', 'disabled'] as const).filter((f) => before[f] !== after[f]);
  const valuesOf = (user: typeof after) => Object.fromEntries(fields.map((f) => [f, user[f] ?? null]));
  return { before: valuesOf(before), after: valuesOf(after) };
}

/** The difference between two lists of assigned stores, for the audit log. */
export function storesDetail(before: readonly string[], after: readonly string[]): Detail {
  const [old, now] = [new Set(before), new Set(after)];
  const added = after.filter((id) => !old.has(id));
  const removed = before.filter((id) => !now.has(id));
  if (added.length + removed.length === 0) return {};
  return {
    stores: after.length,
    stores_added: added.slice(0, STORES_NAMED),
    stores_removed: removed.slice(0, STORES_NAMED),
  };
}
