import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOON, PASSWORD, TESTER, testAccounts } from '../../support/accounts.ts';
import { browser, program } from '../../support/clients.ts';
import { testServer } from '../../support/server.ts';

test('a first user without a password is refused, and the server stays open', async (t) => {
  const server = await testServer(t);
  const { ask } = browser(server);
  for (const body of [
    { login: 'bob', role: 'admin' },
    { login: 'bob', role: 'admin', password: null },
  ]) {
    const answer = await ask('POST', '/users', body);
    assert.equal(answer.statusCode, 400, answer.body);
    const { detail, errors } = answer.json<{ detail: string; errors: { field: string }[] }>();
    assert.match(detail, /^the first user needs a password/);
    assert.equal(errors[0]?.field, 'password');
  }
  assert.equal((await ask('POST', '/users', { login: 'bob', role: 'owner', password: PASSWORD })).statusCode, 409);
  assert.equal((await ask('GET', '/stores')).statusCode, 200, 'still open');
});

test('the answer for the first user signs it in, and its session can create a key', async (t) => {
  const server = await testServer(t);
  const { ask } = browser(server);
  const added = await ask('POST', '/users', { login: 'Anna', role: 'admin', password: PASSWORD });
  assert.equal(added.statusCode, 201, added.body);
  assert.equal((await ask('GET', '/session')).json<{ user: { login: string } }>().user.login, 'anna');
  const made = await ask('POST', '/keys', { name: 'Postman', scopes: ['stores:read'] });
  assert.equal(made.statusCode, 201, made.body);
  const { key } = made.json<{ key: string }>();
  assert.equal((await program(server, key)('GET', '/stores')).statusCode, 200);
  const second = await ask('POST', '/users', { login: 'bob', role: 'operator', password: PASSWORD });
  assert.deepEqual([second.statusCode, second.cookies], [201, []], 'only the first user is signed in');
});

test('of two first users at once, one is added', async (t) => {
  const server = await testServer(t);
  const add = (login: string) => browser(server).ask('POST', '/users', { login, role: 'admin', password: PASSWORD });
  const statuses = (await Promise.all([add('anna'), add('bob')])).map(({ statusCode }) => statusCode);
  assert.deepEqual(statuses.sort(), [201, 401]);
});

test('a request without a session, or with one and no Origin, is told how to get a key', async (t) => {
  const server = await testServer(t);
  const client = browser(server);
  await client.ask('POST', '/users', { login: 'anna', role: 'admin', password: PASSWORD });
  const advice =
    /create a key on the dashboard .* "restaurant-monitor key add --user LOGIN --name NAME --scopes SCOPE"$/;
  const cookies = { rm_session: client.cookie() ?? '' };
  const payload = { login: 'bob', role: 'operator' };
  const postman = await server.app.inject({ method: 'POST', url: '/api/v1/users', cookies, payload });
  assert.equal(postman.statusCode, 403);
  assert.match(postman.json<{ detail: string }>().detail, /no Origin header.*Postman/);
  assert.match(postman.json<{ detail: string }>().detail, advice);
  const nobody = await server.app.inject({ url: '/api/v1/stores' });
  assert.equal(nobody.statusCode, 401);
  assert.match(nobody.json<{ detail: string }>().detail, advice);
});

test('the last admin who can sign in stays, even beside admins with API keys only', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { users } = accounts;
  const { id } = await add('anna', 'admin');
  const robot = await users.add(TESTER, { login: 'robot', role: 'admin' });
  const refused = { code: 'conflict', message: /^anna is the last admin who can sign in; set a password/ };
  await assert.rejects(users.remove(TESTER, id), refused);
  await assert.rejects(users.change(TESTER, id, { disabled: true }), refused);
  await assert.rejects(users.change(TESTER, id, { role: 'operator' }), refused);
  assert.equal((await users.change(TESTER, id, { name: 'Anna A.' })).name, 'Anna A.');
  await users.setPassword(TESTER, robot.id, { password: 'another horse battery' });
  await users.remove(TESTER, id);
  assert.equal((await users.list({ limit: 10 })).items.length, 1);
});

test('a database whose admins have only keys can be changed and mended', async (t) => {
  const { accounts, storage } = await testAccounts(t);
  const robot = { id: 'r', login: 'robot', name: 'robot', role: 'admin', passwordHash: null, createdAt: NOON } as const;
  await storage.accounts.changing((changes) => changes.addUser(robot));
  const bob = await accounts.users.add(TESTER, { login: 'bob', role: 'operator' });
  await accounts.users.change(TESTER, bob.id, { disabled: true });
  await accounts.users.setPassword(TESTER, 'r', { password: PASSWORD });
  await assert.rejects(accounts.users.remove(TESTER, 'r'), { code: 'conflict' });
});

test('the last passkey of the only admin who can sign in is not removed', async (t) => {
  const { accounts, storage } = await testAccounts(t);
  const fields = { name: 'anna', role: 'admin', passwordHash: null, createdAt: NOON } as const;
  await storage.accounts.changing(async (changes) => {
    await changes.addUser({ ...fields, id: 'a', login: 'anna' });
    const passkey = { id: 'p', userId: 'a', name: 'phone', publicKey: '', counter: 0, transports: [], createdAt: NOON };
    await changes.factors.addPasskey(passkey);
    // The provider that added her is not configured here.
    await changes.factors.addIdentity('https://sso.example.com', '1', 'a');
  });
  const refused = { code: 'conflict', message: /^anna is the last admin who can sign in/ };
  await assert.rejects(accounts.passkeys.remove(TESTER, 'a', 'p'), refused);
  await assert.rejects(accounts.factors.reset(TESTER, 'a'), refused);
  await accounts.users.setPassword(TESTER, 'a', { password: PASSWORD });
  await accounts.passkeys.remove(TESTER, 'a', 'p');
});
