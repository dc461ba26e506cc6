import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { NOON, PASSWORD, TESTER } from '../support/accounts.ts';
import { Authenticator, type Lie } from '../support/authenticator.ts';
import { type BrowserClient, browser, ORIGIN, program } from '../support/clients.ts';
import { forged } from '../support/forged.ts';
import { testServer } from '../support/server.ts';

const STEP = 30_000;
const SECRET_KEY = 'a key of more than thirty-two characters';
const SECOND_FACTOR = 'second_factor_required';

async function house(t: TestContext, secretKey: string | undefined = SECRET_KEY) {
  const clock = { now: NOON };
  const server = await testServer(t, { now: () => clock.now, signIn: { secretKey } });
  const { accounts } = server;
  const anna = await accounts.users.add(TESTER, { login: 'anna', role: 'admin', password: PASSWORD });
  const bob = await accounts.users.add(TESTER, { login: 'bob', role: 'operator', password: PASSWORD });
  const tryIn = async (login: string, more: object = {}, client = browser(server)) => {
    const answer = await client.ask('POST', '/session', { login, password: PASSWORD, ...more });
    return { client, answer };
  };
  const signIn = async (login: string, more?: object) => {
    const { client, answer } = await tryIn(login, more);
    assert.equal(answer.statusCode, 200, answer.body);
    return client;
  };
  return { server, clock, ids: { anna: anna.id, bob: bob.id }, tryIn, signIn };
}

/** Adds an authenticator app; returns a code generator and the recovery codes. */
async function addApp(client: BrowserClient, clock: { now: number }) {
  const { secret, ticket } = (await client.ask('POST', '/session/totp')).json<{ secret: string; ticket: string }>();
  const code = () => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: clock.now });
  const added = await client.ask('PUT', '/session/totp', { ticket, code: code() });
  assert.equal(added.statusCode, 200, added.body);
  return { secret, code, recovery: added.json<{ recovery_codes: string[] }>().recovery_codes };
}

async function addPasskey(client: BrowserClient, lie?: Lie) {
  const passkey = new Authenticator(ORIGIN);
  const options = (await client.ask('POST', '/session/passkeys/options')).json<Parameters<typeof passkey.get>[0]>();
  const answer = await client.ask('POST', '/session/passkeys', { name: 'Laptop', ...passkey.create(options, lie) });
  return { passkey, answer };
}

test('with an authenticator app the password is not enough, and each code works once', async (t) => {
  const { server, clock, signIn, tryIn } = await house(t);
  const bob = await signIn('bob');
  const { code, recovery } = await addApp(bob, clock);
  assert.equal(recovery.length, 10);
  const { answer } = await tryIn('bob');
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [401, SECOND_FACTOR]);
  assert.equal(answer.cookies.length, 0);
  const wrongPassword = await tryIn('bob', { password: 'wrong wrong wrong', code: code() });
  assert.equal(
    wrongPassword.answer.json<{ code: string }>().code,
    'unauthorized',
    'a correct code alone reveals nothing',
  );

  assert.equal((await tryIn('bob', { code: code() })).answer.statusCode, 401, 'the code that enrolled is used up');
  clock.now += STEP;
  const used = code();
  await signIn('bob', { code: used });
  assert.equal((await tryIn('bob', { code: used })).answer.statusCode, 401, 'a replay');
  clock.now += STEP;
  assert.equal((await tryIn('bob', { code: used })).answer.statusCode, 401, 'a replay within the tolerance');
  await signIn('bob', { code: code().replace(/^(...)/, '$1 ') });

  const [first = ''] = recovery;
  await signIn('bob', { code: first.toUpperCase().replaceAll('-', ' ') });
  assert.equal((await tryIn('bob', { code: first })).answer.statusCode, 401, 'a recovery code works once');
  const status = (await bob.ask('GET', '/session/second-factors')).json<object>();
  assert.deepEqual(status, { totp: true, passkeys: [], recovery_codes: 9 });
  const failures = await server.accounts.audit.list({ action: 'user.sign_in_failed' }, { limit: 100 });
  assert.equal(failures.items.filter(({ detail }) => detail.method === 'code').length, 4);
});

test('guessing codes is throttled across all networks', async (t) => {
  const { server, clock, signIn, tryIn } = await house(t);
  const { code } = await addApp(await signIn('bob'), clock);
  clock.now += STEP;
  for (let i = 0; i < 5; i++) {
    const from = browser(server, undefined, `198.51.${i}.1`);
    assert.equal((await tryIn('bob', { code: '000000' }, from)).answer.statusCode, 401);
  }
  const elsewhere = browser(server, undefined, '203.0.113.1');
  assert.equal((await tryIn('bob', { code: code() }, elsewhere)).answer.statusCode, 429);
});

test('guessing codes does not lock out a known browser', async (t) => {
  const { server, clock, signIn, tryIn } = await house(t);
  const bob = await signIn('bob');
  const { code } = await addApp(bob, clock);
  clock.now += STEP;
  for (let i = 0; i < 5; i++) await tryIn('bob', { code: '000000' }, browser(server, undefined, `198.51.${i}.1`));
  assert.equal((await tryIn('bob', { code: code() }, bob)).answer.statusCode, 200);
});

test('with SECRET_KEY the secret of an app is encrypted in the database and bound to its user', async (t) => {
  const { server, clock, ids, signIn, tryIn } = await house(t);
  const app = await addApp(await signIn('bob'), clock);
  const { factors } = server.storage.accounts;
  const stored = await factors.totp(ids.bob);
  assert.match(stored?.secret ?? '', /^sealed:/);
  assert.ok(!JSON.stringify(stored).includes(app.secret), 'the secret is not stored in plain text');
  await server.storage.accounts.changing((changes) =>
    changes.factors.setTotp(ids.anna, { secret: stored?.secret ?? '', lastStep: 0 }, NOON),
  );
  clock.now += STEP;
  assert.equal(
    (await tryIn('anna', { code: app.code() })).answer.statusCode,
    409,
    "another user's secret opens nothing",
  );
});

test('without SECRET_KEY the secret is stored in plain text, and encrypted at its next use once there is a key', async (t) => {
  const { server, clock, ids, signIn } = await house(t);
  const secret = new Secret({ size: 20 });
  const plain = { secret: secret.base32, lastStep: 0 };
  await server.storage.accounts.changing((changes) => changes.factors.setTotp(ids.bob, plain, NOON));
  await signIn('bob', { code: TOTP.generate({ secret, timestamp: clock.now }) });
  assert.match((await server.storage.accounts.factors.totp(ids.bob))?.secret ?? '', /^sealed:/);
});

test('a passkey signs in without a password: for its own site, once per challenge, and only if unlocked', async (t) => {
  const { server, signIn, tryIn } = await house(t);
  const bob = await signIn('bob');
  for (const lie of [
    { origin: 'https://evil.example' },
    { host: 'evil.example' },
    { challenge: 'AAAA' },
    { unverified: true },
  ]) {
    assert.equal((await addPasskey(bob, lie)).answer.statusCode, 400, JSON.stringify(lie));
  }
  const { passkey, answer } = await addPasskey(bob);
  assert.equal(answer.statusCode, 200, answer.body);
  assert.equal(answer.json<{ recovery_codes: string[] }>().recovery_codes.length, 10);
  assert.equal((await tryIn('bob')).answer.statusCode, 401, 'the password is no longer enough');

  const client = browser(server);
  const challenge = async () =>
    (await client.ask('POST', '/session/passkey-options')).json<Parameters<typeof passkey.get>[0]>();
  const show = (response: object) => client.ask('POST', '/session/passkey', { ...response });
  const lies: Lie[] = [
    { origin: 'https://evil.example' },
    { origin: 'https://localhost:5000' },
    { host: 'evil.example' },
    { challenge: 'AAAA' },
    { unverified: true },
  ];
  for (const lie of lies) {
    assert.equal((await show(passkey.get(await challenge(), lie))).statusCode, 401, JSON.stringify(lie));
  }
  const right = passkey.get(await challenge());
  const mixed = { ...right, ticket: (await challenge()).ticket };
  assert.equal((await show(mixed)).statusCode, 401, 'the ticket of another challenge');
  assert.equal((await show({ ...right, ticket: forged(right.ticket) })).statusCode, 401, 'a forged ticket');
  assert.equal((await show(right)).statusCode, 200);
  assert.equal((await client.ask('GET', '/session')).json<{ user: { login: string } }>().user.login, 'bob');
  assert.equal((await show(right)).statusCode, 401, 'a replay');
  assert.equal(
    (await show(passkey.get(await challenge(), { counter: 1 }))).statusCode,
    401,
    'a copy of the authenticator',
  );
  assert.equal((await show(new Authenticator(ORIGIN).get(await challenge()))).statusCode, 401, 'an unknown passkey');
});

test('a passkey reauthenticates its user but no other', async (t) => {
  const { server, clock, signIn } = await house(t);
  const [anna, bob] = [await signIn('anna'), await signIn('bob')];
  const { passkey } = await addPasskey(bob);
  const { code } = await addApp(anna, clock);
  clock.now += 11 * 60_000;
  const prove = async (client: BrowserClient) => {
    const options = (await client.ask('POST', '/session/passkey-options')).json<Parameters<typeof passkey.get>[0]>();
    return client.ask('POST', '/session/reauthenticate', { passkey: passkey.get(options) });
  };
  assert.equal((await anna.ask('POST', '/session/recovery-codes')).statusCode, 403);
  assert.equal((await prove(anna)).statusCode, 400);
  assert.equal((await prove(bob)).statusCode, 204);
  assert.equal((await bob.ask('POST', '/session/recovery-codes')).statusCode, 200);
  const shown = (body: object) => anna.ask('POST', '/session/reauthenticate', { ...body });
  assert.equal((await shown({ code: '000000' })).statusCode, 400);
  assert.equal((await shown({})).statusCode, 400);
  assert.equal((await shown({ code: code(), password: PASSWORD })).statusCode, 400, 'only one of them is allowed');
  assert.equal((await shown({ code: code() })).statusCode, 204);
  assert.equal((await server.accounts.audit.list({ action: 'user.reauthenticated' }, { limit: 9 })).items.length, 2);
});

test('without a required second factor only adding one is allowed; keys keep working', async (t) => {
  const { server, clock, ids, signIn } = await house(t);
  const [anna, bob] = [await signIn('anna'), await signIn('bob')];
  const draft = { userId: ids.bob, name: 'k', scopes: ['stores:read'] };
  const key = program(server, (await server.accounts.keys.add(TESTER, draft)).key);
  assert.equal((await bob.ask('PUT', '/second-factor-policy', { roles: [] })).statusCode, 403);
  assert.equal((await anna.ask('PUT', '/second-factor-policy', { roles: ['operator'] })).statusCode, 200);
  const refused = await bob.ask('GET', '/stores');
  assert.equal(refused.statusCode, 403);
  assert.match(refused.body, /requires a second factor/);
  assert.equal((await bob.ask('POST', '/keys', { name: 'k', scopes: ['stores:read'] })).statusCode, 403);
  assert.equal(
    (await bob.ask('GET', '/session')).json<{ second_factor_required: boolean }>().second_factor_required,
    true,
  );
  assert.equal((await key('GET', '/stores')).statusCode, 200);
  assert.equal((await anna.ask('GET', '/stores')).statusCode, 200, 'another role');
  await addApp(bob, clock);
  assert.equal((await bob.ask('GET', '/stores')).statusCode, 200);
  assert.equal((await bob.ask('DELETE', '/session/totp')).statusCode, 204);
  assert.equal((await bob.ask('GET', '/stores')).statusCode, 403);
});

test('an admin with a recent sign-in can reset the second factor of a user, which ends its sessions; a key cannot', async (t) => {
  const { server, clock, ids, signIn } = await house(t);
  const [anna, bob] = [await signIn('anna'), await signIn('bob')];
  await addApp(bob, clock);
  const draft = { userId: ids.anna, name: 'k', scopes: ['users:write'] };
  const key = program(server, (await server.accounts.keys.add(TESTER, draft)).key);
  const url = `/users/${ids.bob}/second-factors`;
  assert.equal((await key('DELETE', url)).statusCode, 403);
  assert.equal((await bob.ask('DELETE', url)).statusCode, 403);
  assert.equal((await anna.ask('DELETE', url)).statusCode, 204);
  assert.equal((await bob.ask('GET', '/session')).statusCode, 401);
  await signIn('bob');
  clock.now += 10 * 60_000;
  assert.equal((await anna.ask('DELETE', url)).statusCode, 403);
  const told = JSON.stringify(await server.accounts.audit.list({}, { limit: 100 }));
  assert.match(told, /user\.second_factor_reset/);
  assert.doesNotMatch(told, /horse|sealed:/);
});
