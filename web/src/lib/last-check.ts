import type { LastCheck, LastPoll } from '../../api/schema.ts';
import { reasonWords } from './reasons.ts';

/** What stands in place of a last check within two polling intervals. */
export function noCheckWords({ first_poll }: { readonly first_poll: unknown }): string {
  return first_poll === null ? 'Never checked' : 'No recent check';
}

/** What a check found: `Active`, `Inactive`, or the reason, such as `Timed out`. */
export function checkWords({ status, reason = null }: LastCheck & Partial<Pick<LastPoll, 'reason'>>): string {
  return reason === null ? statusWords(status) : reasonWords(reason.code);
}

export function statusWords(status: LastCheck['status']): string {
  return status === 'active' ? 'Active' : 'Inactive';
}
