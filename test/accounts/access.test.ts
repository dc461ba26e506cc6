import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANONYMOUS,
  canSee,
  canSeeAllStores,
  canWriteStores,
  hasScope,
  isRole,
  OPEN,
  type Principal,
  ROLES,
  SCOPES,
  SCOPES_OF,
  type Scope,
  scopeFrom,
  type UserPrincipal,
} from '../../src/accounts/access.ts';

function principal(role: UserPrincipal['role'], stores: UserPrincipal['stores'], scopes = SCOPES_OF[role]): Principal {
  const who = {
    kind: 'user',
    userId: 'u',
    login: 'u',
    name: 'U',
    via: 'session',
    keyId: undefined,
    provenAt: 0,
    mustEnroll: false,
  } as const;
  return { ...who, role, scopes, stores };
}

const admin = principal('admin', 'all');
const operator = principal('operator', 'all');
const owner = principal('owner', new Set(['mine']));

test('an admin has every scope, an operator all but users and backups, an owner only those for stores', () => {
  const allowed = (who: Principal) => SCOPES.filter((scope) => hasScope(who, scope));
  assert.deepEqual(allowed(admin), SCOPES);
  assert.deepEqual(allowed(OPEN), SCOPES);
  assert.deepEqual(allowed(ANONYMOUS), []);
  assert.deepEqual(
    SCOPES.filter((scope) => !allowed(operator).includes(scope)),
    ['users:read', 'users:write', 'backups:read'],
  );
  assert.deepEqual(allowed(owner), [
    'stores:read',
    'stores:write',
    'polls:read',
    'reports:read',
    'reports:write',
    'fleet:read',
    'alerts:read',
    'alerts:write',
  ]);
});

test('a key has only its own scopes, whatever the role', () => {
  const key = principal('admin', 'all', new Set<Scope>(['polls:write']));
  assert.deepEqual(
    SCOPES.filter((scope) => hasScope(key, scope)),
    ['polls:write'],
  );
});

test('an owner sees only the assigned stores', () => {
  for (const who of [OPEN, admin, operator])
    assert.ok(canSee(who, 'any') && canSeeAllStores(who), 'all stores are visible');
  assert.ok(canSee(owner, 'mine'), 'an assigned store is visible');
  assert.ok(!canSee(owner, 'other') && !canSeeAllStores(owner), 'another store is hidden');
  assert.ok(!canSee(ANONYMOUS, 'mine'), 'anonymous requests see nothing');
});

test('only admins and operators write stores', () => {
  assert.deepEqual([OPEN, admin, operator, owner, ANONYMOUS].map(canWriteStores), [true, true, true, false, false]);
  assert.ok(!canWriteStores(principal('operator', 'all', new Set<Scope>(['stores:read']))), 'without the scope');
});

test('isRole and scopeFrom accept only known names', () => {
  assert.ok(ROLES.every(isRole) && SCOPES.every((scope) => scopeFrom(scope) === scope), 'known names');
  for (const text of ['', 'Admin', 'root', 'toString', 'users', 'users:', 'stores:read ']) {
    assert.ok(!isRole(text) && scopeFrom(text) === undefined, text);
  }
});
