import { invalid, UserError } from '../lib/errors.ts';
import type { AccountReader, NewUser, Role } from '../storage/ports/account-catalog.ts';
import { storeIdsFrom } from './fields.ts';

/** @throws UserError `conflict` if another user has the login */
export async function refuseTakenLogin(accounts: AccountReader, login: string): Promise<void> {
  if ((await accounts.userByLogin(login)) === undefined) return;
  throw new UserError('conflict', `login ${login} is already taken`);
}

/** @throws UserError `conflict` if another user has the email address */
export async function refuseTakenEmail(accounts: AccountReader, email: string | undefined): Promise<void> {
  if (email === undefined) return;
  const other = await accounts.userByEmail(email);
  if (other !== undefined) throw new UserError('conflict', `email ${email} is already that of user ${other.login}`);
}

/**
 * The first user must be able to sign in and to add others, since from then on everything needs authentication.
 *
 * @throws UserError `conflict` if it is not an admin; `invalid_input` without a password
 */
export function refuseFirst({ role, passwordHash }: Pick<NewUser, 'role' | 'passwordHash'>): void {
  if (role !== 'admin') throw new UserError('conflict', `the first user must be an admin, not an ${role}`);
  if (passwordHash !== null) return;
  throw invalid('the first user needs a password, since nobody could sign in otherwise', 'password');
}

/** @throws UserError `invalid_input` if stores are given for a role that sees all of them */
export function storesFor(role: Role, stores: readonly string[]): string[] {
  if (role === 'owner' || stores.length === 0) return storeIdsFrom(stores);
  throw invalid(`stores are given for an ${role}, expected none: only owners have assigned stores`, 'stores');
}
