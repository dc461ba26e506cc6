import { NOBODY, SCOPES_OF, type Scope, type UserPrincipal } from '../../src/accounts/access.ts';
import type { Authenticator } from '../../src/http/access.ts';
import type { Role } from '../../src/storage/account-catalog.ts';

/** A user without a database behind, by session or with a key that has all scopes of the role, or these. */
export function person(
  name: string,
  role: Role,
  stores: readonly string[] = [],
  scopes: ReadonlySet<Scope> = SCOPES_OF[role],
): UserPrincipal {
  return {
    ...NOBODY,
    userId: `id-of-${name}`,
    name,
    role,
    via: 'key',
    scopes,
    stores: role === 'owner' ? new Set(stores) : 'all',
  };
}

/** Knows these people: the key and the session token of each is the name. */
export function authenticatorOf(people: readonly UserPrincipal[]): Authenticator {
  const byName = new Map(people.map((one) => [one.name, one]));
  return {
    hasUsers: async () => true,
    principalOfKey: async (key) => byName.get(key),
    principalOfSession: async (token) => {
      const principal = byName.get(token);
      return principal && { ...principal, via: 'session' };
    },
  };
}

/** The headers of somebody who comes with an API key. */
export function withKey(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}
