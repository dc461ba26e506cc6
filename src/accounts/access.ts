import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../storage/ports/account-catalog.ts';

/** What a user is: sees to the system, sees to all stores, or has some of them. */
export const ROLES = ['admin', 'operator', 'owner'] as const satisfies readonly Role[];

/** What a route asks for, and what an API key may be given. */
export const SCOPES = [
  'stores:read',
  'stores:write',
  'polls:read',
  'polls:write',
  'reports:read',
  'reports:write',
  'imports:read',
  'imports:write',
  'fleet:read',
  'metrics:read',
  'people:read',
  'people:write',
] as const;
export type Scope = (typeof SCOPES)[number];

const OWNER_SCOPES: readonly Scope[] = [
  'stores:read',
  // Only the hours of own stores, and only from now on: `StoreService` sees to that.
  'stores:write',
  'polls:read',
  'reports:read',
  'reports:write',
  'fleet:read',
];

/** The scopes that a role can have at all; a key has some of them, a browser session all. */
export const SCOPES_OF: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  admin: new Set(SCOPES),
  operator: new Set(SCOPES.filter((scope) => !scope.startsWith('people:'))),
  owner: new Set(OWNER_SCOPES),
};

/** A signed-in user, by a browser session or an API key. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'key';
  /** The API key, when it came by one. */
  readonly keyId: string | undefined;
  /** When the user of a session last proved who it is, milliseconds; `undefined` with a key. */
  readonly provenAt: number | undefined;
  /** The role demands a second factor that the user does not have yet: it may add one, and nothing else. */
  readonly mustEnroll: boolean;
  readonly scopes: ReadonlySet<Scope>;
  /** The stores that exist for this user. */
  readonly stores: 'all' | ReadonlySet<string>;
}

/** Whom a request comes from. As long as there are no users, everybody is `open` and may do everything. */
export type Principal = { readonly kind: 'open' } | UserPrincipal;

export const OPEN: Principal = { kind: 'open' };

/** Whoever did not say who it is. */
export const ANONYMOUS: UserPrincipal = {
  kind: 'user',
  userId: '',
  login: '',
  name: 'nobody',
  role: 'owner',
  via: 'session',
  keyId: undefined,
  provenAt: undefined,
  mustEnroll: false,
  scopes: new Set(),
  stores: new Set(),
};

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.kind === 'open' || principal.scopes.has(scope);
}

/** The stores that exist for somebody. */
export function storesOf(principal: Principal): 'all' | ReadonlySet<string> {
  return principal.kind === 'open' ? 'all' : principal.stores;
}

/** Whether a store exists for somebody. */
export function canSee(principal: Principal, storeId: string): boolean {
  const stores = storesOf(principal);
  return stores === 'all' || stores.has(storeId);
}

/** Who says so, in the audit log and on what somebody asked for; `undefined`: there are no users. */
export function userIdOf(principal: Principal): string | undefined {
  return principal.kind === 'open' ? undefined : principal.userId;
}

/** Owners know their own stores only; `open`, admins and operators know all. */
export function canSeeAllStores(principal: Principal): boolean {
  return storesOf(principal) === 'all';
}

/** Whether somebody may add, change and delete stores, past hours included. An owner may not. */
export function canWriteStores(principal: Principal): boolean {
  return hasScope(principal, 'stores:write') && (principal.kind === 'open' || principal.role !== 'owner');
}

/** Whether two principals are the same user, and may do and see the same. */
export function sameAccess(one: Principal, other: Principal): boolean {
  if (one.kind === 'open' || other.kind === 'open') return one.kind === other.kind;
  return (
    one.userId === other.userId &&
    one.login === other.login &&
    one.role === other.role &&
    isDeepStrictEqual(one.scopes, other.scopes) &&
    isDeepStrictEqual(one.stores, other.stores)
  );
}
