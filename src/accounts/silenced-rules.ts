import { UserError } from '../lib/errors.ts';
import type { UserRecord } from '../storage/ports/account-catalog.ts';

/** Whether a changed user hears no more of all stores: it is disabled now, or an owner, who hears of its own stores only. */
export function hearsLess(
  before: Pick<UserRecord, 'role' | 'disabled'>,
  after: Pick<UserRecord, 'role' | 'disabled'>,
): boolean {
  return (after.disabled && !before.disabled) || (after.role === 'owner' && before.role !== 'owner');
}

/**
 * Refuses what would silence alert rules.
 *
 * @param subject what the steps of the rules need: `the contact point "Phone"`
 * @param rules the names of the rules
 * @throws UserError `conflict` that names the rules, if there are any
 */
export function refuseSilenced(subject: string, rules: readonly string[]): void {
  if (rules.length === 0) return;
  const one = rules.length === 1;
  throw new UserError(
    'conflict',
    `${subject} is in the steps of the alert ${one ? 'rule' : 'rules'} ${rules.map((name) => `"${name}"`).join(', ')}, ` +
      `which would notify fewer; change ${one ? 'the rule' : 'them'} first`,
  );
}
