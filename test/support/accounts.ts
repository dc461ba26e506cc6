import type { TestContext } from 'node:test';
import { SCOPES_OF } from '../../src/accounts/access.ts';
import { Accounts } from '../../src/accounts/service.ts';
import type { UserWithStores } from '../../src/accounts/users.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { Role } from '../../src/storage/ports/account-catalog.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';

export const NOON = Date.parse('2026-11-24T12:00:00Z');
export const PASSWORD = 'correct horse battery';
/** The actor of changes in tests. */
export const TESTER = { userId: undefined, name: 'tester', keyId: undefined, scopes: 'all', proof: 'trusted' } as const;

export interface TestAccounts {
  readonly accounts: Accounts;
  readonly storage: Storage;
  /** The current time. */
  readonly clock: { now: number };
  /** Another server on the same database with the same clock. */
  other(): Accounts;
  /** Adds a user with the common password. */
  add(login: string, role: Role, stores?: readonly string[]): Promise<UserWithStores>;
}

/**
 * Accounts in their own database, with a fixed time.
 *
 * @param password the password of all users; without one, only admins have a password, and adding others is faster
 */
export async function testAccounts(t: TestContext, password?: string, secretKey?: string): Promise<TestAccounts> {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  const clock = { now: NOON };
  const other = () => new Accounts({ catalog: storage.accounts, now: () => clock.now, secretKey });
  const accounts = other();
  return {
    accounts,
    storage,
    clock,
    other,
    add: (login, role, stores) =>
      accounts.users.add(TESTER, { login, role, stores, password: password ?? passwordFor(role) }),
  };
}

/** The first admin needs a password. */
function passwordFor(role: Role): string | undefined {
  return role === 'admin' ? PASSWORD : undefined;
}

export interface NewUserWithKey {
  readonly login: string;
  readonly role: Role;
  /** The stores of an owner. */
  readonly stores?: readonly string[];
}

export interface UserWithKey {
  readonly userId: string;
  readonly keyId: string;
  /** The API key, with all scopes of the role. */
  readonly key: string;
}

/** Adds a user, without a password unless it is an admin, and an API key. */
export async function addUserWithKey(
  accounts: Accounts,
  { login, role, stores }: NewUserWithKey,
): Promise<UserWithKey> {
  const { id: userId } = await accounts.users.add(TESTER, { login, role, stores, password: passwordFor(role) });
  const scopes = [...SCOPES_OF[role]];
  const { key, record } = await accounts.keys.add(TESTER, { userId, name: 'all', scopes });
  return { userId, keyId: record.id, key };
}
