import { ANONYMOUS, type Principal, SCOPES_OF, type Scope } from '../../src/accounts/access.ts';
import type { Authenticator } from '../../src/http/types.ts';
import type { Role } from '../../src/storage/ports/account-catalog.ts';

export interface FakeUser {
  readonly role: Role;
  /** The stores of an owner. */
  readonly stores?: readonly string[];
  /** Defaults to all scopes of the role. */
  readonly scopes?: readonly Scope[];
}

/** People with fixed roles. Their name is their key and session token; changes apply from the next request. */
export class FakeUsers implements Authenticator {
  readonly users: Record<string, FakeUser>;

  constructor(users: Record<string, FakeUser>) {
    this.users = users;
  }

  async revision(): Promise<string> {
    return JSON.stringify(this.users);
  }

  async hasUsers(): Promise<boolean> {
    return true;
  }

  async principalOfSession(name: string): Promise<Principal | undefined> {
    return this.#principal(name, 'session');
  }

  async principalOfKey(name: string): Promise<Principal | undefined> {
    return this.#principal(name, 'key');
  }

  #principal(name: string, via: 'key' | 'session'): Principal | undefined {
    const user = this.users[name];
    if (user === undefined) return undefined;
    const { role, stores = [], scopes } = user;
    return {
      ...ANONYMOUS,
      userId: `id of ${name}`,
      login: name,
      name,
      role,
      via,
      keyId: via === 'key' ? name : undefined,
      scopes: scopes === undefined ? SCOPES_OF[role] : new Set(scopes),
      stores: role === 'owner' ? new Set(stores) : 'all',
    };
  }
}

export const FAKE_USERS = new FakeUsers({
  admin: { role: 'admin' },
  operator: { role: 'operator' },
  owner: { role: 'owner', stores: ['mine', 'mine too', 'mine but never seen'] },
  stranger: { role: 'owner', stores: ['elsewhere'] },
});

/** The headers of a request with an API key; the key of a fake user is its name. */
export function as(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}
