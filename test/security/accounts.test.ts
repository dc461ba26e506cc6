import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../src/lib/errors.ts';
import { NOON, PASSWORD, TESTER } from '../support/accounts.ts';
import { type Answer, type Body, browser, program } from '../support/clients.ts';
import { testServer } from '../support/server.ts';

const MINUTE = 60_000;
const REAUTHENTICATE = 'reauthentication_required';
const ATTACKER = '203.0.113.7';

/** A server with the admins anna and adam, the operator bob and the owner owen, and a clock that stands still. */
async function house(t: TestContext) {
  const clock = { now: NOON };
  const server = await testServer(t, { now: () => clock.now });
  const { accounts } = server;
  const add = async (login: string, role: 'admin' | 'operator' | 'owner') =>
    (await accounts.users.add(TESTER, { login, role, password: PASSWORD })).id;
  const ids = { anna: await add('anna', 'admin'), adam: await add('adam', 'admin') };
  const all = { ...ids, bob: await add('bob', 'operator'), owen: await add('owen', 'owner') };
  const client = (address?: string) => browser(server, undefined, address);
  const signIn = async (login: string, address?: string) => {
    const one = client(address);
    const answer = await one.ask('POST', '/session', { login, password: PASSWORD });
    assert.equal(answer.statusCode, 200, answer.body);
    return one;
  };
  return { server, clock, ids: all, client, signIn };
}

function codeOf(answer: Answer): string {
  return answer.json<{ code: string }>().code;
}

test('a stolen key cannot add admins or change roles, passwords, keys or logins', async (t) => {
  const { server, ids } = await house(t);
  const { key, record } = await server.accounts.keys.add(TESTER, {
    userId: ids.anna,
    name: 'provisioning',
    scopes: ['users:read', 'users:write'],
  });
  const ask = program(server, key);
  const attacks: [Parameters<typeof ask>[0], string, Body?][] = [
    ['POST', '/users', { login: 'mallory', role: 'admin' }],
    ['POST', '/users', { login: 'mallory', role: 'operator', password: 'a long one of mine' }],
    ['PATCH', `/users/${ids.owen}`, { role: 'operator' }],
    ['PATCH', `/users/${ids.owen}`, { role: 'admin' }],
    ['PATCH', `/users/${ids.owen}`, { login: 'mallory' }],
    ['PATCH', `/users/${ids.adam}`, { disabled: true }],
    ['PATCH', `/users/${ids.adam}`, { name: 'Mallory' }],
    ['DELETE', `/users/${ids.adam}`],
    ['DELETE', `/users/${ids.adam}/sessions`],
    ['PUT', `/users/${ids.bob}/password`, { password: 'a long one of mine' }],
    ['POST', `/users/${ids.bob}/keys`, { name: 'k', scopes: ['users:read'] }],
    ['POST', `/users/${ids.bob}/keys`, { name: 'k', scopes: ['polls:write'] }],
    ['POST', '/keys', { name: 'k', scopes: ['users:read'] }],
    ['GET', `/users/${ids.bob}/keys`],
    ['PUT', '/session/password', { current: PASSWORD, next: 'a long one of mine' }],
    ['POST', '/session/reauthenticate', { password: PASSWORD }],
  ];
  for (const [method, url, body] of attacks) {
    const answer = await ask(method, url, body);
    assert.equal(answer.statusCode, 403, `${method} ${url} ${JSON.stringify(body)}: ${answer.body}`);
    assert.equal(codeOf(answer), 'forbidden', 'a key cannot reauthenticate');
  }
  assert.equal((await ask('PATCH', `/users/${ids.bob}`, { disabled: true })).statusCode, 200);
  assert.equal((await ask('PATCH', `/users/${ids.bob}`, { disabled: false })).statusCode, 403);
  const other = await server.accounts.keys.add(TESTER, { userId: ids.anna, name: 'x', scopes: ['stores:read'] });
  const listed = (await ask('GET', '/keys')).json<{ items: { key_id: string }[] }>().items;
  assert.deepEqual(
    listed.map(({ key_id }) => key_id),
    [record.id],
    'it lists itself',
  );
  assert.equal((await ask('DELETE', `/keys/${other.record.id}`)).statusCode, 404);
  assert.equal((await ask('DELETE', `/keys/${record.id}`)).statusCode, 204, 'a key can revoke itself');
});

test('a provisioning key can add operators and owners without a password and assign stores', async (t) => {
  const { server, ids } = await house(t);
  const draft = { userId: ids.anna, name: 'provisioning', scopes: ['users:write'] };
  const ask = program(server, (await server.accounts.keys.add(TESTER, draft)).key);
  const added = await ask('POST', '/users', { login: 'new', role: 'owner', stores: ['a'] });
  assert.equal(added.statusCode, 201, added.body);
  const url = `/users/${added.json<{ user_id: string }>().user_id}`;
  assert.equal((await ask('PATCH', url, { stores: ['a', 'b'], name: 'New' })).statusCode, 200);
  assert.equal((await ask('DELETE', url)).statusCode, 204);
});

test('an unattended browser cannot change access: after ten minutes a reauthentication is required', async (t) => {
  const { server, clock, ids, signIn } = await house(t);
  const anna = await signIn('anna');
  const attacks: [Parameters<typeof anna.ask>[0], string, Body?][] = [
    ['POST', '/users', { login: 'mallory', role: 'admin' }],
    ['PATCH', `/users/${ids.owen}`, { role: 'operator' }],
    ['PATCH', `/users/${ids.owen}`, { login: 'owen2' }],
    ['PUT', `/users/${ids.bob}/password`, { password: 'a long one of mine' }],
    ['POST', `/users/${ids.bob}/keys`, { name: 'k', scopes: ['polls:write'] }],
    ['POST', '/keys', { name: 'k', scopes: ['polls:write'] }],
    ['DELETE', `/users/${ids.adam}`],
  ];
  clock.now += 10 * MINUTE;
  for (const [method, url, body] of attacks) {
    const answer = await anna.ask(method, url, body);
    assert.deepEqual([answer.statusCode, codeOf(answer)], [403, REAUTHENTICATE], `${method} ${url}: ${answer.body}`);
  }
  assert.equal(
    (await anna.ask('PATCH', `/users/${ids.owen}`, { stores: ['a'] })).statusCode,
    200,
    'this gives no power',
  );
  const wrong = await anna.ask('POST', '/session/reauthenticate', { password: 'wrong wrong wrong' });
  assert.equal(wrong.statusCode, 400);
  const before = anna.cookie();
  assert.equal((await anna.ask('POST', '/session/reauthenticate', { password: PASSWORD })).statusCode, 204);
  assert.notEqual(anna.cookie(), before, 'the session has another token');
  const stale = await server.app.inject({ url: '/api/v1/session', cookies: { rm_session: before ?? '' } });
  assert.equal(stale.statusCode, 401, 'the old token no longer works');
  for (const [method, url, body] of attacks) {
    const answer = await anna.ask(method, url, body);
    assert.ok(answer.statusCode < 300, `${method} ${url}: ${answer.body}`);
  }
});

test('guessing does not lock out other networks or known browsers', async (t) => {
  const { server, client, signIn } = await house(t);
  const neighbor = '203.0.113.200';
  const known = await signIn('anna', neighbor);
  await known.ask('DELETE', '/session');
  const attacker = client(ATTACKER);
  const guess = (login: string) => attacker.ask('POST', '/session', { login, password: 'wrong wrong wrong' });
  for (let i = 0; i < 5; i++) assert.equal((await guess('anna')).statusCode, 401);
  assert.equal((await guess('anna')).statusCode, 429);
  for (let i = 0; i < 15; i++) assert.equal((await guess(`name${i}`)).statusCode, 401);
  assert.equal((await guess('bob')).statusCode, 429, 'the address is delayed for every login');

  await signIn('anna', '198.51.100.1');
  const again = () => known.ask('POST', '/session', { login: 'anna', password: PASSWORD });
  assert.equal((await again()).statusCode, 200, 'a known browser in the network of the attacker is not delayed');
  const fresh = client(neighbor);
  assert.equal((await fresh.ask('POST', '/session', { login: 'anna', password: PASSWORD })).statusCode, 429);

  const cookie = known.cookies.get('rm_device') ?? '';
  for (const forged of [`${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`, `x${cookie}`, 'x', '~']) {
    const headers = { cookie: `rm_device=${forged}` };
    const answer = await fresh.ask('POST', '/session', { login: 'anna', password: PASSWORD }, headers);
    assert.equal(answer.statusCode, 429, 'a forged cookie is ignored');
  }
  const borrowed = await fresh.ask(
    'POST',
    '/session',
    { login: 'adam', password: 'wrong' },
    { cookie: `rm_device=${cookie}` },
  );
  assert.equal(borrowed.statusCode, 401);
  for (let i = 0; i < 4; i++) await fresh.ask('POST', '/session', { login: 'adam', password: 'wrong wrong wrong' });
  const others = await fresh.ask(
    'POST',
    '/session',
    { login: 'adam', password: PASSWORD },
    { cookie: `rm_device=${cookie}` },
  );
  assert.equal(others.statusCode, 429, 'the cookie is only for the login that signed in');
  assert.equal((await server.accounts.audit.list({ action: 'user.sign_in_failed' }, { limit: 100 })).items.length, 25);
});

test('an attempt that could not be checked does not count', async (t) => {
  const { server, client } = await house(t);
  const away = new UserError('unavailable', 'the database is away');
  const find = t.mock.method(server.storage.accounts, 'passwordHash');
  const one = client(ATTACKER);
  find.mock.mockImplementation(() => Promise.reject(away));
  for (let i = 0; i < 30; i++) {
    assert.equal((await one.ask('POST', '/session', { login: 'anna', password: PASSWORD })).statusCode, 503);
  }
  find.mock.restore();
  assert.equal((await one.ask('POST', '/session', { login: 'anna', password: PASSWORD })).statusCode, 200);
});

test('a password change ends other sessions and can revoke keys', async (t) => {
  const { server, ids, signIn } = await house(t);
  const draft = { userId: ids.bob, name: 'k', scopes: ['stores:read'] };
  const ask = program(server, (await server.accounts.keys.add(TESTER, draft)).key);
  const [thief, bob] = [await signIn('bob', ATTACKER), await signIn('bob')];
  const change = { current: PASSWORD, next: 'another one of mine', revoke_keys: true };
  for (const next of [PASSWORD, 'Password12345!', 'restaurant monitor', 'short']) {
    assert.equal((await bob.ask('PUT', '/session/password', { ...change, next })).statusCode, 400, next);
  }
  assert.equal((await bob.ask('PUT', '/session/password', change)).statusCode, 204);
  assert.equal((await bob.ask('GET', '/session')).statusCode, 200);
  assert.equal((await thief.ask('GET', '/session')).statusCode, 401);
  assert.equal((await ask('GET', '/session')).statusCode, 401);
  const anna = await signIn('anna');
  const set = (password: string) => anna.ask('PUT', `/users/${ids.bob}/password`, { password });
  assert.equal((await set('another one of mine')).statusCode, 400, 'the current password');
  assert.equal((await set('yet another one of mine')).statusCode, 204);
  assert.equal((await bob.ask('GET', '/session')).statusCode, 401);
});

test('a page on the same host with another scheme cannot make changes', async (t) => {
  const { server, clock, signIn } = await house(t);
  clock.now += 1;
  const anna = await signIn('anna');
  const answer = await anna.ask('DELETE', '/session', undefined, { origin: 'https://localhost:5000' });
  assert.equal(answer.statusCode, 403);
  assert.equal((await anna.ask('GET', '/session')).statusCode, 200);
  const [latest] = (await server.accounts.audit.list({}, { limit: 1 })).items;
  assert.equal(latest?.action, 'user.signed_in');
  clock.now += 1;
  await anna.ask('DELETE', '/session');
  const [left] = (await server.accounts.audit.list({}, { limit: 1 })).items;
  assert.deepEqual([left?.action, left?.actor], ['user.signed_out', 'anna']);
});
