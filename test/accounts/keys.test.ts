import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANONYMOUS, type Scope } from '../../src/accounts/access.ts';
import { actorOf } from '../../src/accounts/audit.ts';
import { NOON, PASSWORD, TESTER, testAccounts } from '../support/accounts.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

test('a key is shown once and acts for its user within its own scopes', async (t) => {
  const { accounts, add, storage } = await testAccounts(t);
  await add('anna', 'admin');
  const { id: userId } = await add('owen', 'owner', ['a']);
  const draft = { userId, name: 'Spreadsheet', scopes: ['reports:read', 'stores:read', 'reports:read'] };
  const { key, record } = await accounts.keys.add(TESTER, draft);
  assert.match(key, /^rmk_[\w-]{43}$/);
  const { id, ...rest } = record;
  assert.deepEqual(rest, {
    userId,
    login: 'owen',
    name: 'Spreadsheet',
    prefix: key.slice(0, 10),
    scopes: ['reports:read', 'stores:read'],
    createdAt: NOON,
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
  });
  assert.deepEqual(await accounts.principalOfKey(key), {
    kind: 'user',
    userId,
    login: 'owen',
    name: 'owen',
    role: 'owner',
    via: 'key',
    keyId: id,
    provenAt: undefined,
    mustEnroll: false,
    scopes: new Set(['reports:read', 'stores:read']),
    stores: new Set(['a']),
  });
  assert.equal(await storage.accounts.keyByToken(key), undefined, 'the database does not store the key itself');
  const shown = JSON.stringify([
    await accounts.audit.list({}, { limit: 100 }),
    await accounts.keys.list(undefined, { limit: 100 }),
  ]);
  assert.ok(!shown.includes(key.slice(10)), 'neither the audit log nor a list contains the key');
});

test('text that is not a key has no principal', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const { key } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['stores:read'] });
  for (const text of [
    '',
    'rmk_',
    key.slice(4),
    key.toUpperCase(),
    `${key}x`,
    key.slice(0, -1),
    `rmk_${'A'.repeat(43)}`,
  ]) {
    assert.equal(await accounts.principalOfKey(text), undefined, text);
  }
  assert.equal(await accounts.principalOfSession(key), undefined);
});

test('a key cannot exceed the role of its user or the scopes of its creator', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id: anna } = await add('anna', 'admin');
  const { id: owen } = await add('owen', 'owner');
  await assert.rejects(accounts.keys.add(TESTER, { userId: owen, name: 'k', scopes: ['stores:read', 'polls:write'] }), {
    code: 'invalid_input',
    message: /^owen is an owner and cannot have polls:write, only stores:read/,
  });
  await assert.rejects(accounts.keys.add(TESTER, { userId: anna, name: 'k', scopes: ['fly'] }), {
    code: 'invalid_input',
    message: /^scope is "fly", expected one of stores:read/,
  });
  await assert.rejects(accounts.keys.add(TESTER, { userId: anna, name: 'k', scopes: [] }), { code: 'invalid_input' });
  await assert.rejects(accounts.keys.add(TESTER, { userId: 'nobody', name: 'k', scopes: ['stores:read'] }), {
    code: 'not_found',
  });
  const maker = { ...TESTER, scopes: new Set<Scope>(['users:write', 'polls:read']) };
  await assert.rejects(accounts.keys.add(maker, { userId: anna, name: 'k', scopes: ['polls:read', 'stores:write'] }), {
    code: 'forbidden',
    message: "you cannot grant stores:write: you don't have access yourself",
  });
  await accounts.keys.add(maker, { userId: anna, name: 'k', scopes: ['polls:read'] });
});

test('a key never exceeds the current role of its user', async (t) => {
  const { accounts, add } = await testAccounts(t);
  await add('anna', 'admin');
  const { id: userId } = await add('bob', 'operator');
  const { key } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['polls:write', 'stores:read'] });
  const scopes = async () => (await accounts.principalOfKey(key))?.scopes;
  assert.deepEqual(await scopes(), new Set(['polls:write', 'stores:read']));
  await accounts.users.change(TESTER, userId, { role: 'owner', stores: ['a'] });
  assert.deepEqual(await scopes(), new Set(['stores:read']));
  assert.deepEqual((await accounts.principalOfKey(key))?.stores, new Set(['a']));
  await accounts.users.change(TESTER, userId, { disabled: true });
  assert.equal(await scopes(), undefined, 'does not work while the user is disabled');
  await accounts.users.change(TESTER, userId, { disabled: false });
  assert.deepEqual(await scopes(), new Set(['stores:read']));
  await accounts.users.remove(TESTER, userId);
  assert.equal(await scopes(), undefined);
  assert.deepEqual((await accounts.keys.list(undefined, { limit: 10 })).items, []);
});

test('a key expires to the millisecond, even if it was just used', async (t) => {
  const { accounts, add, clock } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const draft = { userId, name: 'k', scopes: ['stores:read'], expiresAt: NOON + DAY };
  const { key, record } = await accounts.keys.add(TESTER, draft);
  assert.equal(record.expiresAt, NOON + DAY);
  clock.now = NOON + DAY - 1;
  assert.ok(await accounts.principalOfKey(key), 'still valid');
  clock.now += 1;
  assert.equal(await accounts.principalOfKey(key), undefined);
  await assert.rejects(accounts.keys.add(TESTER, { ...draft, expiresAt: clock.now }), { code: 'invalid_input' });
});

test('a revoked key stops working at once and stays in the list', async (t) => {
  const { accounts, add, clock, other } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const { id: bob } = await add('bob', 'operator');
  const { key, record } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['stores:read'] });
  const neighbour = other();
  assert.ok((await accounts.principalOfKey(key)) && (await neighbour.principalOfKey(key)), 'valid');
  await assert.rejects(accounts.keys.revoke(TESTER, record.id, bob), { code: 'not_found' }, "another user's");
  await assert.rejects(accounts.keys.revoke(TESTER, 'a\u0000'), { code: 'not_found' });
  clock.now += 1;
  assert.equal((await accounts.keys.revoke(TESTER, record.id, userId)).revokedAt, NOON + 1);
  assert.equal(await accounts.principalOfKey(key), undefined);
  clock.now += 5_000;
  assert.equal(await neighbour.principalOfKey(key), undefined, 'on another server within five seconds');
  assert.equal(
    (await accounts.keys.revoke(TESTER, record.id)).revokedAt,
    NOON + 1,
    'a second revocation changes nothing',
  );
  assert.equal((await accounts.audit.list({ action: 'key.revoked' }, { limit: 10 })).items.length, 1);
  assert.equal((await accounts.keys.list(userId, { limit: 10 })).items.length, 1);
});

test('the last use is recorded at most once a minute', async (t) => {
  const { accounts, add, clock } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const { key } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['stores:read'] });
  const lastUse = async () => (await accounts.keys.list(userId, { limit: 1 })).items[0]?.lastUsedAt;
  await accounts.principalOfKey(key);
  assert.equal(await lastUse(), NOON);
  clock.now += MINUTE - 1;
  await accounts.principalOfKey(key);
  assert.equal(await lastUse(), NOON);
  clock.now += 5_001;
  await accounts.principalOfKey(key);
  assert.equal(await lastUse(), NOON + MINUTE + 5_000);
});

test('requests with one key query the database once in five seconds', async (t) => {
  const { accounts, add, clock, storage } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const { key } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['stores:read'] });
  const looks = t.mock.method(storage.accounts, 'keyByToken').mock;
  await Promise.all(Array.from({ length: 20 }, () => accounts.principalOfKey(key)));
  clock.now += 4_999;
  await accounts.principalOfKey(key);
  assert.equal(looks.callCount(), 1);
  clock.now += 1;
  await accounts.principalOfKey(key);
  assert.equal(looks.callCount(), 2);
});

test('the next request after a database failure queries it again', async (t) => {
  const { accounts, add, storage } = await testAccounts(t);
  const { id: userId } = await add('anna', 'admin');
  const { key } = await accounts.keys.add(TESTER, { userId, name: 'k', scopes: ['stores:read'] });
  t.mock.method(storage.accounts, 'keyByToken').mock.mockImplementationOnce(() => Promise.reject(new Error('away')));
  await assert.rejects(accounts.principalOfKey(key), /away/);
  assert.ok(await accounts.principalOfKey(key), 'available again');
});

test('keys are listed newest first, for one user or all, and a user has at most 100 active keys', async (t) => {
  const { accounts, add, clock } = await testAccounts(t);
  const { id: anna } = await add('anna', 'admin');
  const { id: bob } = await add('bob', 'operator');
  const make = (userId: string, name: string, expiresAt?: number) =>
    accounts.keys.add(TESTER, { userId, name, scopes: ['stores:read'], expiresAt });
  await make(anna, 'short', NOON + 1);
  const { record: revoked } = await make(anna, 'revoked');
  await accounts.keys.revoke(TESTER, revoked.id);
  clock.now += 1;
  for (let i = 0; i < 100; i++) await make(anna, `${i}`);
  await assert.rejects(make(anna, 'one more'), { code: 'conflict', message: /^anna already has 100 active keys/ });
  clock.now += 1;
  await make(bob, 'newest');
  const first = await accounts.keys.list(undefined, { limit: 60 });
  const second = await accounts.keys.list(undefined, { limit: 60, after: first.next });
  const names = [...first.items, ...second.items].map(({ name }) => name);
  assert.equal(names[0], 'newest');
  assert.equal(new Set(names).size, 103);
  assert.deepEqual(new Set(names.slice(-2)), new Set(['short', 'revoked']));
  assert.deepEqual((await accounts.keys.list(bob, { limit: 60 })).items.length, 1);
});

test('a key cannot create keys; a session can, for ten minutes after reauthentication', async (t) => {
  const { accounts, add, clock } = await testAccounts(t, PASSWORD);
  const { id: userId } = await add('anna', 'admin');
  const child = { userId, name: 'child', scopes: ['users:write'] };
  const { key } = await accounts.keys.add(TESTER, child);
  const byKey = actorOf((await accounts.principalOfKey(key)) ?? ANONYMOUS);
  await assert.rejects(accounts.keys.add(byKey, child), { code: 'forbidden' });
  const { token } = await accounts.signIn.withPassword({ login: 'anna', password: PASSWORD, address: '192.0.2.1' });
  const bySession = async () => actorOf((await accounts.principalOfSession(token)) ?? ANONYMOUS);
  clock.now += 10 * MINUTE - 1;
  const { record } = await accounts.keys.add(await bySession(), child);
  const [entry] = (await accounts.audit.list({ actorId: userId }, { limit: 1 })).items;
  assert.deepEqual([entry?.action, entry?.actor, entry?.subjectId], ['key.created', 'anna', record.id]);
  clock.now += 1;
  await assert.rejects(accounts.keys.add(await bySession(), child), { code: 'reauthentication_required' });
});
