import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../storage/ports/account-catalog.ts';

/** An admin manages users and the system, an operator sees all stores, an owner sees the assigned ones. */
export const ROLES = ['admin', 'operator', 'owner'] as const satisfies readonly Role[];

/** What a route requires and what an API key can be granted. */
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
  'alerts:read',
  'alerts:write',
  'metrics:read',
  'users:read',
  'users:write',
  'backups:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Earlier names of scopes, which keys may have and clients may still use. */
export const OLD_SCOPES = { 'people:read': 'users:read', 'people:write': 'users:write' } as const;
export type OldScope = keyof typeof OLD_SCOPES;

const OWNER_SCOPES: readonly Scope[] = [
  'stores:read',
  // Only the hours of assigned stores, and only from now on; `StoreService` enforces both.
  'stores:write',
  'polls:read',
  'reports:read',
  'reports:write',
  'fleet:read',
  // What reaches them, and the incidents of assigned stores; the services enforce both.
  'alerts:read',
  'alerts:write',
];

/** The scopes that a role can have. A session has all of them, a key has some. */
export const SCOPES_OF: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  admin: new Set(SCOPES),
  operator: new Set(SCOPES.filter((scope) => !/^(users|backups):/.test(scope))),
  owner: new Set(OWNER_SCOPES),
};

/** A user who signed in with a browser session or an API key. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly userId: string;
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'key';
  /** The API key; `undefined` for a session. */
  readonly keyId: string | undefined;
  /** When the user of this session last proved its identity, in milliseconds; `undefined` for a key. */
  readonly provenAt: number | undefined;
  /** The role requires a second factor that the user does not have yet. Until it is added, nothing else is allowed. */
  readonly mustEnroll: boolean;
  readonly scopes: ReadonlySet<Scope>;
  /** The stores that this user can see. */
  readonly stores: 'all' | ReadonlySet<string>;
}

/** Whom a request acts for. While there are no users, every request is `open` and unrestricted. */
export type Principal = { readonly kind: 'open' } | UserPrincipal;

export const OPEN: Principal = { kind: 'open' };

/** A request without valid credentials. */
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

/** The scope of a name, which may be an earlier one; `undefined`: there is none. */
export function scopeFrom(text: string): Scope | undefined {
  const renamed = Object.hasOwn(OLD_SCOPES, text) ? OLD_SCOPES[text as OldScope] : text;
  return SCOPES.find((scope) => scope === renamed);
}

/** The scopes that are among these names, each once. */
export function knownScopes(texts: readonly string[]): Scope[] {
  return [...new Set(texts.flatMap((text) => scopeFrom(text) ?? []))];
}

/** Scopes for clients, which may know some by their earlier names only. */
export function withOldNames(scopes: Iterable<Scope>): (Scope | OldScope)[] {
  const present = new Set(scopes);
  const old = (Object.keys(OLD_SCOPES) as OldScope[]).filter((name) => present.has(OLD_SCOPES[name]));
  return [...present, ...old];
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.kind === 'open' || principal.scopes.has(scope);
}

/** The stores that a principal can see. */
export function storesOf(principal: Principal): 'all' | ReadonlySet<string> {
  return principal.kind === 'open' ? 'all' : principal.stores;
}

/** Whether a principal can see a store. */
export function canSee(principal: Principal, storeId: string): boolean {
  const stores = storesOf(principal);
  return stores === 'all' || stores.has(storeId);
}

/** The user ID for the audit log and for created reports; `undefined` while there are no users. */
export function userIdOf(principal: Principal): string | undefined {
  return principal.kind === 'open' ? undefined : principal.userId;
}

/** Owners see only their own stores; `open`, admins and operators see all. */
export function canSeeAllStores(principal: Principal): boolean {
  return storesOf(principal) === 'all';
}

/** Whether a principal can change the settings of the installation. */
export function isAdmin(principal: Principal): boolean {
  return principal.kind === 'open' || principal.role === 'admin';
}

/** Whether a principal can create, update and delete stores, including past hours. Owners cannot. */
export function canWriteStores(principal: Principal): boolean {
  return hasScope(principal, 'stores:write') && (principal.kind === 'open' || principal.role !== 'owner');
}

/** Whether two principals are the same user with the same access. */
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
