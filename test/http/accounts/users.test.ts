import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SCOPES, withOldNames } from '../../../src/accounts/access.ts';
import { type Body, browser, HOST, program } from '../../support/clients.ts';
import { testServer } from '../../support/server.ts';

const PASSWORD = 'correct horse battery';

/** A server with the admin anna, the operator bob and the owner owen of store a, all signed in. */
async function usersServer(t: TestContext) {
  const server = await testServer(t, { trustedProxies: ['127.0.0.1/32'] });
  const first = browser(server);
  const added = await first.ask('POST', '/users', { login: 'Anna', role: 'admin', password: PASSWORD });
  assert.equal(added.statusCode, 201, added.body);
  const signIn = async (login: string) => {
    const one = browser(server);
    const answer = await one.ask('POST', '/session', { login, password: PASSWORD });
    assert.equal(answer.statusCode, 200, answer.body);
    return one;
  };
  const anna = await signIn('anna');
  const ids: Record<string, string> = {};
  for (const user of [
    { login: 'bob', role: 'operator' },
    { login: 'owen', role: 'owner', stores: ['a'] },
  ]) {
    const answer = await anna.ask('POST', '/users', { ...user, password: PASSWORD });
    ids[user.login] = answer.json<{ user_id: string }>().user_id;
  }
  return { server, anna, bob: await signIn('bob'), owen: await signIn('owen'), ids, signIn };
}

test('without users the API is open and sign-in is not possible', async (t) => {
  const server = await testServer(t);
  const { ask } = browser(server);
  assert.deepEqual((await ask('GET', '/session')).json(), {
    user: null,
    via: null,
    scopes: withOldNames(SCOPES),
    all_stores: true,
    second_factor_required: false,
  });
  const signIn = await ask('POST', '/session', { login: 'anna', password: PASSWORD });
  assert.equal(signIn.statusCode, 409);
  assert.match(signIn.body, /restaurant-monitor user add/);
  assert.equal((await ask('POST', '/keys', { name: 'k', scopes: ['stores:read'] })).statusCode, 409);
  assert.equal((await ask('DELETE', '/session')).statusCode, 204);
  assert.deepEqual((await ask('GET', '/users')).json(), { items: [], next_cursor: null });
});

test('once there is a user, all requests need authentication, including the classic endpoints', async (t) => {
  const { server } = await usersServer(t);
  for (const { method, url, access } of server.app.routeTable.filter((route) => route.access !== 'public')) {
    const answer = await server.app.inject({ method: method as 'GET', url: url.replaceAll(/:\w+/g, 'x') });
    assert.equal(answer.statusCode, 401, `${method} ${url} (${access})`);
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="Restaurant Monitor"');
  }
});

test('signing in sets a cookie that scripts and other sites cannot use', async (t) => {
  const { server } = await usersServer(t);
  const signIn = (headers: Body) =>
    browser(server).ask('POST', '/session', { login: 'ANNA', password: PASSWORD }, headers);
  const plain = await signIn({});
  assert.match(
    String(plain.headers['set-cookie']),
    /^rm_session=[\w-]{43}; Path=\/; Expires=[^;]+ GMT; HttpOnly; SameSite=Lax,rm_device=[\w~-]{66}; Path=\/; .*; HttpOnly; SameSite=Lax$/,
  );
  assert.equal(plain.headers['cache-control'], 'no-store');
  const { user, ...rest } = plain.json<{ user: Body }>();
  assert.deepEqual([user.login, user.role], ['anna', 'admin']);
  assert.deepEqual(rest, {
    via: 'session',
    scopes: withOldNames(SCOPES),
    all_stores: true,
    second_factor_required: false,
  });
  const tls = await signIn({ 'x-forwarded-proto': 'https', origin: `https://${HOST}` });
  assert.match(
    String(tls.headers['set-cookie']),
    /^__Host-rm_session=[\w-]{43}; Path=\/; .*; Secure; SameSite=Lax,__Host-rm_device=/,
  );
  assert.equal(
    (await signIn({ origin: 'https://evil.example' })).statusCode,
    403,
    'a page of another site cannot sign in',
  );
});

test('a wrong password and an unknown user give the same error, and guessing is throttled', async (t) => {
  const { server, signIn } = await usersServer(t);
  const guess = (login: string) => browser(server).ask('POST', '/session', { login, password: 'wrong wrong wrong' });
  const [wrong, unknown] = [await guess('anna'), await guess('nobody')];
  assert.deepEqual([wrong.statusCode, wrong.body], [401, unknown.body]);
  assert.equal(wrong.headers['set-cookie'], undefined);
  for (let i = 0; i < 4; i++) assert.equal((await guess('anna')).statusCode, 401);
  const slowed = await guess('anna');
  assert.deepEqual([slowed.statusCode, slowed.headers['retry-after']], [429, '5']);
  await signIn('bob');
});

test('signing out ends the session', async (t) => {
  const { server, bob } = await usersServer(t);
  const before = bob.cookie();
  assert.equal((await bob.ask('GET', '/session')).json<{ user: Body }>().user.login, 'bob');
  assert.equal((await bob.ask('DELETE', '/session')).statusCode, 204);
  assert.equal(bob.cookie(), undefined, 'the cookie is cleared');
  const stale = await server.app.inject({ url: '/api/v1/session', cookies: { rm_session: before ?? '' } });
  assert.equal(stale.statusCode, 401);
});

test('a change with a session cookie must come from a page of this site', async (t) => {
  const { server, anna } = await usersServer(t);
  const cookies = { rm_session: anna.cookie() ?? '' };
  const payload = { login: 'mallory', role: 'admin' };
  for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }]) {
    const answer = await server.app.inject({ method: 'POST', url: '/api/v1/users', cookies, headers, payload });
    assert.equal(answer.statusCode, 403, JSON.stringify(headers));
  }
  assert.doesNotMatch((await anna.ask('GET', '/users')).body, /mallory/);
});

test('users are added, read, changed under their ETag, and removed', async (t) => {
  const { anna, ids } = await usersServer(t);
  const url = `/users/${ids.owen}`;
  const read = await anna.ask('GET', url);
  assert.match(String(read.headers.etag), /^"1-/);
  const { user_id: _id, created_at, ...owen } = read.json<Body>();
  assert.match(String(created_at), /^20\d\d-.*Z$/);
  assert.deepEqual(owen, {
    login: 'owen',
    name: 'owen',
    email: null,
    role: 'owner',
    disabled: false,
    has_password: true,
    has_second_factor: false,
    store_count: 1,
    stores: ['a'],
  });
  const change = await anna.ask('PATCH', url, { stores: ['b', 'c'], name: 'Owen' }, { 'if-match': '"1"' });
  assert.equal(change.statusCode, 200, change.body);
  assert.deepEqual(
    [String(change.headers.etag).slice(0, 3), change.json<Body>().stores, change.json<Body>().name],
    ['"2-', ['b', 'c'], 'Owen'],
  );
  assert.equal((await anna.ask('PATCH', url, { name: 'Late' }, { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await anna.ask('DELETE', url, undefined, { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await anna.ask('DELETE', url, undefined, { 'if-match': '"2"' })).statusCode, 204);
  assert.equal((await anna.ask('GET', url)).statusCode, 404);
});

test('errors name the invalid field of a user', async (t) => {
  const { anna, ids } = await usersServer(t);
  const bad: [Body, number, string | undefined][] = [
    [{ role: 'admin' }, 400, 'login'],
    [{ login: 'x', role: 'king' }, 400, 'role'],
    [{ login: 'x', role: 'admin', admin: true }, 400, 'admin'],
    [{ login: 'a b', role: 'admin' }, 400, 'login'],
    [{ login: 'x', role: 'admin', password: 'short' }, 400, 'password'],
    [{ login: 'x', role: 'admin', stores: ['a'] }, 400, 'stores'],
    [{ login: 'x\u0000', role: 'admin' }, 400, 'login'],
    [{ login: 'bob', role: 'admin' }, 409, undefined],
  ];
  for (const [body, status, field] of bad) {
    const answer = await anna.ask('POST', '/users', body);
    assert.equal(answer.statusCode, status, answer.body);
    const [error] = answer.json<{ errors?: { field: string }[] }>().errors ?? [];
    assert.equal(error?.field, field, answer.body);
  }
  const several = await anna.ask('PATCH', `/users/${ids.owen}`, { login: 'a b', name: ' ', email: 'x' });
  assert.deepEqual(
    several.json<{ errors: { field: string }[] }>().errors.map(({ field }) => field),
    ['login', 'name', 'email'],
  );
  assert.equal((await anna.ask('GET', '/users/7')).statusCode, 400);
  assert.equal(
    (await anna.ask('GET', `/users?cursor=${Buffer.from('["a\\u0000"]').toString('base64url')}`)).statusCode,
    400,
  );
  assert.equal(
    (await anna.ask('GET', `/audit?cursor=${Buffer.from('[1e300,"x"]').toString('base64url')}`)).statusCode,
    400,
  );
  assert.equal((await anna.ask('PATCH', `/users/${ids.bob}`, { stores: ['a'] })).statusCode, 400);
  const me = (await anna.ask('GET', '/session')).json<{ user: { user_id: string } }>().user.user_id;
  assert.equal((await anna.ask('DELETE', `/users/${me}`)).statusCode, 409, 'the last admin');
});

test('a request can assign ten thousand stores', async (t) => {
  const { anna, ids } = await usersServer(t);
  const stores = Array.from({ length: 10_000 }, (_, i) => `${i}`.padStart(200, 'x'));
  const answer = await anna.ask('PATCH', `/users/${ids.owen}`, { stores });
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  assert.equal(answer.json<Body>().store_count, 10_000);
});

test('disabling a user or setting its password ends its sessions at once', async (t) => {
  const { anna, bob, owen, ids, signIn } = await usersServer(t);
  assert.equal((await anna.ask('PATCH', `/users/${ids.bob}`, { disabled: true })).statusCode, 200);
  assert.equal((await bob.ask('GET', '/session')).statusCode, 401);
  assert.equal((await anna.ask('PUT', `/users/${ids.owen}/password`, { password: `${PASSWORD}!` })).statusCode, 204);
  assert.equal((await owen.ask('GET', '/session')).statusCode, 401);
  const other = await signIn('anna');
  const me = (await anna.ask('GET', '/session')).json<{ user: { user_id: string } }>().user.user_id;
  assert.equal((await anna.ask('DELETE', `/users/${me}/sessions`)).statusCode, 204);
  assert.equal((await other.ask('GET', '/session')).statusCode, 401);
});

test('users change their password with the current one', async (t) => {
  const { owen, signIn } = await usersServer(t);
  const there = await signIn('owen');
  const before = owen.cookie();
  const change = (current: string) => owen.ask('PUT', '/session/password', { current, next: `${PASSWORD}!` });
  const wrong = await change('wrong wrong wrong');
  assert.equal(wrong.statusCode, 400);
  assert.equal(wrong.json<{ errors: { field: string }[] }>().errors[0]?.field, 'current');
  assert.equal((await change(PASSWORD)).statusCode, 204);
  assert.equal((await owen.ask('GET', '/session')).statusCode, 200);
  assert.notEqual(owen.cookie(), before, 'under another token');
  assert.equal((await there.ask('GET', '/session')).statusCode, 401);
});

test('a key is shown once, is limited to its scopes, and stops working when revoked', async (t) => {
  const { server, owen } = await usersServer(t);
  const made = await owen.ask('POST', '/keys', {
    name: 'Sheet',
    scopes: ['reports:read'],
    expires_at: '2099-01-01T00:00:00+01:00',
  });
  assert.equal(made.statusCode, 201, made.body);
  const { key, key_id, expires_at } = made.json<{ key: string; key_id: string; expires_at: string }>();
  assert.equal(expires_at, '2098-12-31T23:00:00.000Z');
  const ask = program(server, key);
  const report = (headers: Body) =>
    server.app.inject({ url: '/get_report', headers: headers as Record<string, string> });
  assert.equal((await report({ authorization: `bearer ${key}` })).statusCode, 400, 'the key is accepted');
  const trigger = await server.app.inject({
    method: 'POST',
    url: '/trigger_report',
    headers: { authorization: `Bearer ${key}` },
  });
  assert.equal(trigger.statusCode, 403);
  const me = (await ask('GET', '/session')).json<Body>();
  assert.deepEqual([me.via, me.scopes, me.all_stores], ['key', ['reports:read'], false]);
  const listed = await owen.ask('GET', '/keys');
  assert.ok(!listed.body.includes(key), 'the list does not contain the key');
  assert.equal(listed.json<{ items: Body[] }>().items[0]?.prefix, key.slice(0, 10));
  assert.equal((await owen.ask('DELETE', `/keys/${key_id}`)).statusCode, 204);
  assert.equal((await ask('GET', '/session')).statusCode, 401);
  assert.equal((await report({ authorization: 'Basic YTpi' })).statusCode, 401);
});

test('a key cannot create keys or change the password of its user', async (t) => {
  const { server, bob, ids } = await usersServer(t);
  const { key } = (await bob.ask('POST', '/keys', { name: 'k', scopes: ['stores:read'] })).json<{ key: string }>();
  const ask = program(server, key);
  assert.equal((await ask('POST', '/keys', { name: 'child', scopes: ['stores:read'] })).statusCode, 403);
  const change = { current: PASSWORD, next: `${PASSWORD}!` };
  assert.equal((await ask('PUT', '/session/password', change)).statusCode, 403);
  assert.equal((await ask('POST', `/users/${ids.bob}/keys`, { name: 'k', scopes: ['stores:read'] })).statusCode, 403);
});

test('an admin creates, lists and revokes keys of all users; others cannot see them', async (t) => {
  const { anna, bob, owen, ids } = await usersServer(t);
  const url = `/users/${ids.owen}/keys`;
  const made = await anna.ask('POST', url, { name: 'k', scopes: ['stores:read'] });
  assert.equal(made.statusCode, 201, made.body);
  const { key_id } = made.json<{ key_id: string }>();
  const beyond = await anna.ask('POST', url, { name: 'k', scopes: ['polls:write'] });
  assert.deepEqual(
    [beyond.statusCode, beyond.json<{ errors: { field: string }[] }>().errors[0]?.field],
    [400, 'scopes'],
  );
  assert.equal((await anna.ask('GET', url)).json<{ items: Body[] }>().items.length, 1);
  assert.equal((await owen.ask('GET', '/keys')).json<{ items: Body[] }>().items.length, 1);
  assert.deepEqual((await bob.ask('GET', '/keys')).json(), { items: [], next_cursor: null });
  assert.equal((await bob.ask('DELETE', `/keys/${key_id}`)).statusCode, 404);
  assert.equal((await anna.ask('DELETE', `/keys/${key_id}`)).statusCode, 204);
  assert.ok(
    (await owen.ask('GET', '/keys')).json<{ items: Body[] }>().items[0]?.revoked_at,
    'the revoked key stays in the list',
  );
});

test('admins can filter and page through the audit log', async (t) => {
  const { anna, bob, ids } = await usersServer(t);
  assert.equal((await bob.ask('GET', '/audit')).statusCode, 403);
  const first = (await anna.ask('GET', '/audit?limit=2')).json<{ items: Body[]; next_cursor: string }>();
  const rest = (await anna.ask('GET', `/audit?limit=100&cursor=${first.next_cursor}`)).json<{ items: Body[] }>();
  const all = [...first.items, ...rest.items].map(({ action, actor }) => `${actor} ${action}`);
  assert.deepEqual(all, [
    'owen user.signed_in',
    'bob user.signed_in',
    'anna user.created',
    'anna user.created',
    'anna user.signed_in',
    // The answer for the first user had signed her in already.
    'anna user.signed_in',
    'anyone user.created',
  ]);
  const ofBob = (await anna.ask('GET', `/audit?subject_kind=User&subject_id=${ids.bob}&action=user.created`)).json<{
    items: Body[];
  }>();
  assert.equal(ofBob.items.length, 1);
  assert.doesNotMatch(JSON.stringify([first, rest]), /horse|argon2/);
});

test('users are listed in pages', async (t) => {
  const { anna } = await usersServer(t);
  const first = (await anna.ask('GET', '/users?limit=2')).json<{ items: Body[]; next_cursor: string }>();
  const second = (await anna.ask('GET', `/users?limit=2&cursor=${first.next_cursor}`)).json<{
    items: Body[];
    next_cursor: null;
  }>();
  assert.deepEqual(
    [...first.items, ...second.items].map(({ login }) => login),
    ['anna', 'bob', 'owen'],
  );
  assert.equal(second.next_cursor, null);
});
