import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { PASSWORD, TESTER } from '../../support/accounts.ts';
import { Authenticator } from '../../support/authenticator.ts';
import { type Body, browser, ORIGIN, program } from '../../support/clients.ts';
import { linkIn, mailServer } from '../../support/mail-server.ts';
import { testServer } from '../../support/server.ts';

const NEXT = 'another horse battery';
const PUBLIC_URL = 'https://monitor.example.com';

/** A server with the admin `root` who is signed in, and its log. */
async function linksServer(t: TestContext, settings: Parameters<typeof testServer>[1] = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const server = await testServer(t, { log, ...settings });
  await server.accounts.users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const root = browser(server);
  const signedIn = await root.ask('POST', '/session', { login: 'root', password: PASSWORD });
  assert.equal(signedIn.statusCode, 200, signedIn.body);
  const add = async (body: Body) => {
    const added = await root.ask('POST', '/users', body);
    assert.equal(added.statusCode, 201, added.body);
    return added.json<{ user_id: string; email: string | null }>();
  };
  return { server, root, add, lines };
}

/** The same with a mail server. */
async function mailingServer(t: TestContext) {
  const mail = await mailServer(t);
  const from = 'Restaurant Monitor <monitor@example.com>';
  const settings = { host: '127.0.0.1', port: mail.port, secure: false, from };
  return { mail, ...(await linksServer(t, { mail: settings, publicUrl: PUBLIC_URL })) };
}

test('an invitation is shown once, mailed, and signs its user in once', async (t) => {
  const { server, mail, root, add, lines } = await mailingServer(t);
  const { user_id, email } = await add({ login: 'ines', role: 'operator', email: 'Ines@Example.com' });
  assert.equal(email, 'ines@example.com');
  const answer = await root.ask('POST', `/users/${user_id}/invitation`);
  assert.equal(answer.statusCode, 201, answer.body);
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { url, mailed_to } = answer.json<{ url: string; mailed_to: string }>();
  assert.equal(mailed_to, 'ines@example.com');
  assert.match(url, /^https:\/\/monitor\.example\.com\/invitation#[\w-]{43}$/);
  assert.equal(String(linkIn(await mail.mail(1))), url);
  const token = url.slice(url.indexOf('#') + 1);

  const ines = browser(server);
  const found = await ines.ask('POST', '/session/link', { token });
  assert.equal(found.statusCode, 200, found.body);
  const { expires_at: _, ...rest } = found.json<Body>();
  assert.deepEqual(rest, { purpose: 'invitation', login: 'ines', name: 'ines' });
  const weak = await ines.ask('POST', '/session/link/password', { token, password: 'ines' });
  assert.deepEqual([weak.statusCode, weak.json<{ code: string }>().code], [400, 'invalid_input']);
  const used = await ines.ask('POST', '/session/link/password', { token, password: NEXT });
  assert.equal(used.json<{ user: { login: string } }>().user.login, 'ines', used.body);
  assert.equal((await ines.ask('GET', '/session')).statusCode, 200, 'the cookie holds');
  for (const path of ['/session/link', '/session/link/passkey-options']) {
    assert.equal((await browser(server).ask('POST', path, { token })).statusCode, 404);
  }
  assert.equal((await ines.ask('POST', '/session/link/password', { token, password: NEXT })).statusCode, 404);
  assert.ok(!lines.join('').includes(token), 'the token is in no log');
  const audit = (await root.ask('GET', '/audit')).body;
  assert.ok(!audit.includes(token) && audit.includes('user.invitation_accepted'), audit);
});

test('an invitation is accepted with a passkey, which comes with recovery codes', async (t) => {
  const { server, root, add } = await linksServer(t);
  const { user_id } = await add({ login: 'ines', role: 'operator' });
  const answer = await root.ask('POST', `/users/${user_id}/invitation`);
  const { url, mailed_to } = answer.json<{ url: string; mailed_to: null }>();
  assert.deepEqual([new URL(url).origin, mailed_to], [ORIGIN, null], 'without a public URL, it leads to this host');
  const token = new URL(url).hash.slice(1);
  const ines = browser(server);
  const passkey = new Authenticator(ORIGIN);
  const options = (await ines.ask('POST', '/session/link/passkey-options', { token })).json<
    Parameters<typeof passkey.get>[0]
  >();
  const wrong = { token, name: 'Phone', ...passkey.create(options, { origin: 'https://other.example.com' }) };
  assert.equal((await ines.ask('POST', '/session/link/passkey', wrong)).statusCode, 400);
  const used = await ines.ask('POST', '/session/link/passkey', {
    ...{ token, name: 'Phone', ...passkey.create(options) },
  });
  assert.equal(used.statusCode, 200, used.body);
  const { session, recovery_codes } = used.json<{ session: { user: { login: string } }; recovery_codes: string[] }>();
  assert.deepEqual([session.user.login, recovery_codes.length], ['ines', 10]);
  assert.equal((await ines.ask('GET', '/session')).statusCode, 200);
  const user = (await root.ask('GET', `/users/${user_id}`)).json<Body>();
  assert.deepEqual([user.has_password, user.has_second_factor], [false, true]);
});

test('a reset has the same response whether the user exists, and its link comes by mail', async (t) => {
  const { server, mail, add, lines } = await mailingServer(t);
  await add({ login: 'anna', role: 'operator', email: 'anna@example.com', password: PASSWORD });
  const anna = browser(server);
  await anna.ask('POST', '/session', { login: 'anna', password: PASSWORD });
  const answers = [];
  for (const login of ['nobody', 'root', 'anna@example.com']) {
    const { statusCode, headers, body } = await browser(server).ask('POST', '/session/password-reset', { login });
    answers.push({ statusCode, body, names: Object.keys(headers).sort() });
  }
  assert.deepEqual([answers[1], answers[2]], [answers[0], answers[0]]);
  assert.equal(answers[0]?.statusCode, 204);
  const link = linkIn(await mail.mail(1));
  assert.equal(link.origin + link.pathname, `${PUBLIC_URL}/reset-password`);
  assert.equal(mail.received.length, 1);
  const token = link.hash.slice(1);
  const again = browser(server);
  const reset = await again.ask('POST', '/session/link/password', { token, password: NEXT });
  assert.equal(reset.statusCode, 200, reset.body);
  assert.equal((await anna.ask('GET', '/session')).statusCode, 401, 'the other session has ended');
  assert.equal((await again.ask('GET', '/session')).statusCode, 200);
  assert.match((await mail.mail(2)).subject, /was changed/);
  assert.ok(!lines.join('').includes(token), 'the token is in no log');
  const { oidc, password_reset } = (await again.ask('GET', '/session/options')).json<Body>();
  assert.deepEqual([oidc, password_reset], [null, true]);

  let status = 204;
  for (let i = 0; status === 204 && i < 20; i++) {
    status = (await browser(server).ask('POST', '/session/password-reset', { login: `x${i}` })).statusCode;
  }
  assert.equal(status, 429, 'requests from one address are limited');
});

test('without a mail server there is no reset, and links name the public URL', async (t) => {
  const { server, root, add } = await linksServer(t, { publicUrl: PUBLIC_URL });
  const answer = await browser(server).ask('POST', '/session/password-reset', { login: 'root' });
  assert.equal(answer.statusCode, 409);
  assert.match(answer.body, /sends no mail/);
  const options = (await root.ask('GET', '/session/options')).json<Body>();
  assert.equal(options.password_reset, false);
  const { user_id } = await add({ login: 'ines', role: 'operator', email: 'ines@example.com' });
  const invited = (await root.ask('POST', `/users/${user_id}/invitation`)).json<{ url: string; mailed_to: null }>();
  assert.deepEqual([new URL(invited.url).origin, invited.mailed_to], [PUBLIC_URL, null]);
});

test('only admins with a session invite, and only users who cannot sign in', async (t) => {
  const { server, root, add } = await linksServer(t);
  const { user_id } = await add({ login: 'ines', role: 'operator' });
  const other = await add({ login: 'bob', role: 'operator', password: PASSWORD });
  const path = `/users/${user_id}/invitation`;
  const made = await root.ask('POST', '/keys', { name: 'k', scopes: ['users:write'] });
  const byKey = program(server, made.json<{ key: string }>().key);
  assert.equal((await byKey('POST', path)).statusCode, 403);
  assert.equal((await byKey('PATCH', `/users/${user_id}`, { email: 'x@example.com' })).statusCode, 403);
  const bob = browser(server);
  await bob.ask('POST', '/session', { login: 'bob', password: PASSWORD });
  assert.equal((await bob.ask('POST', path)).statusCode, 403);
  assert.equal((await root.ask('POST', `/users/${other.user_id}/invitation`)).statusCode, 409);
});

test('the pages of links send no referrer', async (t) => {
  const { server } = await linksServer(t);
  for (const url of ['/invitation', '/reset-password']) {
    const { statusCode, headers } = await server.app.inject(url);
    assert.deepEqual([statusCode, headers['referrer-policy']], [200, 'no-referrer']);
  }
});

test('the email address of a user is set, changed, removed and kept unique', async (t) => {
  const { root, add } = await linksServer(t);
  const { user_id } = await add({ login: 'anna', role: 'operator', email: 'anna@example.com', password: PASSWORD });
  const taken = await root.ask('POST', '/users', { login: 'b', role: 'operator', email: 'ANNA@example.com' });
  assert.equal(taken.statusCode, 409);
  const invalid = await root.ask('PATCH', `/users/${user_id}`, { email: 'anna' });
  assert.equal(invalid.statusCode, 400);
  assert.match(invalid.body, /"field":"email"/);
  const emails = async (email: string | null) =>
    (await root.ask('PATCH', `/users/${user_id}`, { email })).json<Body>().email;
  assert.deepEqual([await emails('New@Example.com'), await emails(null)], ['new@example.com', null]);
});
