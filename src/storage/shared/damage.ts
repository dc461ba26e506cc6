import { UserError } from '../../lib/errors.ts';
import type { Invariant } from '../ports/invariants.ts';

/**
 * Refuses a database in which something does not hold.
 *
 * @param place of the database, without a password
 * @throws UserError `unavailable` naming what does not hold, and what to do
 */
export function refuseDamage(place: string, invariants: readonly Invariant[]): void {
  const broken = invariants.filter((invariant) => invariant.broken !== 0);
  if (broken.length === 0) return;
  const named = broken.map(
    ({ name, broken, example }) =>
      `${name} (${Math.abs(broken)} rows do not${example === undefined ? '' : `, such as ${example}`})`,
  );
  throw new UserError(
    'unavailable',
    `the database ${place} is damaged; broken invariants: ${named.join('; ')}. \`restaurant-monitor check\` checks all of ` +
      'them; `restaurant-monitor restore` restores a backup',
  );
}
