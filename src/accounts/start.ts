import { invalid } from '../lib/errors.ts';
import { isLoopback } from '../lib/networks.ts';
import type { Accounts } from './service.ts';

/**
 * Requires a loopback address while there are no users, because then the API is open.
 *
 * @param host the address to listen on
 * @throws UserError `invalid_input` that says how to add a user
 */
export async function checkListening(accounts: Pick<Accounts, 'hasUsers'>, host: string): Promise<void> {
  if (isLoopback(host) || (await accounts.hasUsers())) return;
  throw invalid(
    `HOST is "${host}", but there are no users yet, so everyone who can reach that address would have full access. ` +
      'Add an admin to this database first (restaurant-monitor user add NAME --role admin), ' +
      'or listen only on this machine (--host 127.0.0.1)',
  );
}
