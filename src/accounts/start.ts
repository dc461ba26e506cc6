import { UserError } from '../lib/errors.ts';
import { isLoopback } from './addresses.ts';
import type { Accounts } from './service.ts';

/**
 * The rule of the start: while there are no users everything is open, so only this machine may reach it.
 *
 * @param host the address to listen on
 * @throws UserError `conflict` that says how to begin
 */
export async function checkListening(accounts: Accounts, host: string): Promise<void> {
  if (isLoopback(host) || (await accounts.hasUsers())) return;
  throw new UserError(
    'conflict',
    `there are no users yet, so everything is open to whoever reaches the server, and HOST is "${host}", which is not ` +
      'this machine alone. Add a user first (restaurant-monitor user add NAME --role admin), or listen on 127.0.0.1',
  );
}
