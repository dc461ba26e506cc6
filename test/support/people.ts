import { type Role, SCOPES_OF, type UserPrincipal } from '../../src/accounts/access.ts';
import type { Authenticator } from '../../src/http/access.ts';

/** The people of the tests: each is let in by an API key that is its name. */
const PEOPLE: Readonly<Record<string, UserPrincipal>> = {
  admin: person('admin', 'admin', 'all'),
  operator: person('operator', 'operator', 'all'),
  /** Owns the stores `mine` and `mine too`. */
  owner: person('owner', 'owner', new Set(['mine', 'mine too', 'mine but never seen'])),
  /** Owns some other store. */
  stranger: person('stranger', 'owner', new Set(['elsewhere'])),
};

function person(name: string, role: Role, stores: 'all' | ReadonlySet<string>): UserPrincipal {
  return { kind: 'user', userId: name, name, role, via: 'key', scopes: SCOPES_OF[role], stores };
}

export const KNOWS_PEOPLE: Authenticator = {
  hasUsers: async () => true,
  principalOfSession: async () => undefined,
  principalOfKey: async (key) => PEOPLE[key],
};

/** The headers of a request by one of them. */
export function as(name: string): { authorization: string } {
  return { authorization: `Bearer ${name}` };
}
