import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { actorOf } from '../../src/accounts/audit.ts';
import { Accounts } from '../../src/accounts/service.ts';
import { LINK_LIFETIMES } from '../../src/accounts/sign-in-links.ts';
import type { Message } from '../../src/mail/message.ts';
import { PASSWORD, TESTER, testAccounts } from '../support/accounts.ts';

const NEXT = 'another horse battery';
const ORIGIN = { address: '203.0.113.7' };
const { invitation: WEEK, reset: HOUR } = LINK_LIFETIMES;

/** Accounts with an admin `root` and an operator `anna`, and the mail that they post. */
async function mailingAccounts(t: TestContext) {
  const { storage, clock, other } = await testAccounts(t);
  const mails: Message[] = [];
  const accounts = new Accounts({
    ...{ catalog: storage.accounts, now: () => clock.now },
    mail: { outbox: { post: (message) => mails.push(message) }, publicUrl: 'https://monitor.example.com' },
  });
  const { users } = accounts;
  const root = await users.add(TESTER, { login: 'root', role: 'admin', password: PASSWORD });
  const anna = await users.add(TESTER, {
    login: 'anna',
    role: 'operator',
    email: 'Anna@Example.com',
    password: PASSWORD,
  });
  const invited = await users.add(TESTER, { login: 'ines', role: 'operator', email: 'ines@example.com' });
  return { accounts, catalog: storage.accounts, clock, mails, root, anna, invited, other };
}

/** The token of the link in a message. */
function tokenIn(mail: Message | undefined): string {
  const [, token = ''] = /https:\/\/monitor\.example\.com\/[a-z-]+#([\w-]{43})\n/.exec(mail?.text ?? '') ?? [];
  assert.equal(token.length, 43, 'the message has a link');
  return token;
}

const tokenOf = (path: string) => path.slice(path.indexOf('#') + 1);
const invalid = { code: 'not_found', message: /^this link is not valid/ };

/** What was done since the three users were added, sorted by name. */
async function audited(accounts: Accounts): Promise<string[]> {
  const actions = (await accounts.audit.list({}, { limit: 50 })).items.map(({ action }) => action);
  return actions.filter((action) => action !== 'user.created').sort();
}

test('an invited user sets a password once, within seven days, and is signed in', async (t) => {
  const { accounts, clock, mails, invited } = await mailingAccounts(t);
  const { links, sessions, signIn } = accounts;
  const { path, expiresAt, mailedTo } = await links.invite(TESTER, invited.id);
  assert.equal(expiresAt, clock.now + WEEK);
  assert.equal(mailedTo, 'ines@example.com');
  assert.equal(mails[0]?.to, 'ines@example.com');
  const token = tokenOf(path);
  assert.equal(tokenIn(mails[0]), token);
  const { user, purpose } = await links.find(token);
  assert.deepEqual([user.login, purpose], ['ines', 'invitation']);

  await assert.rejects(links.usePassword({ token, password: 'short', ...ORIGIN }), { code: 'invalid_input' });
  clock.now += WEEK - 1;
  const signedIn = await links.usePassword({ token, password: NEXT, ...ORIGIN });
  assert.equal((await sessions.principalOf(signedIn.token))?.login, 'ines');
  await assert.rejects(links.usePassword({ token, password: PASSWORD, ...ORIGIN }), invalid);
  await assert.rejects(links.find(token), invalid);
  await signIn.withPassword({ login: 'ines', password: NEXT, ...ORIGIN });
  assert.deepEqual(await audited(accounts), [
    ...['user.invitation_accepted', 'user.invited', 'user.signed_in', 'user.signed_in'],
  ]);
});

test('an invitation ends when it expires, is replaced, or its user is disabled or gets a password', async (t) => {
  const { accounts, clock, invited, anna } = await mailingAccounts(t);
  const { links, users } = accounts;
  const invite = async () => tokenOf((await links.invite(TESTER, invited.id)).path);
  const [first, second] = [await invite(), await invite()];
  await assert.rejects(links.find(first), invalid);
  await links.find(second);
  clock.now += WEEK;
  await assert.rejects(links.find(second), invalid);
  const third = await invite();
  await users.change(TESTER, invited.id, { disabled: true });
  await assert.rejects(links.invite(TESTER, invited.id), { code: 'conflict' });
  await users.change(TESTER, invited.id, { disabled: false });
  await assert.rejects(links.find(third), invalid, 'enabling brings no link back');
  const fourth = await invite();
  await users.change(TESTER, invited.id, { email: 'other@example.com' });
  await assert.rejects(links.find(fourth), invalid);
  const fifth = await invite();
  await users.setPassword(TESTER, invited.id, { password: PASSWORD });
  await assert.rejects(links.find(fifth), invalid);
  for (const { id } of [invited, anna]) {
    await assert.rejects(links.invite(TESTER, id), { code: 'conflict', message: /can sign in already/ });
  }
  for (const token of ['', 'x', 'x'.repeat(43), `${fifth}x`]) await assert.rejects(links.find(token), invalid);
});

test('a link is used once, even by two requests at a time and on two servers', async (t) => {
  const { accounts, invited, other } = await mailingAccounts(t);
  const token = tokenOf((await accounts.links.invite(TESTER, invited.id)).path);
  const tries = [accounts, other(), accounts].map((one, i) =>
    one.links.usePassword({ token, password: `${NEXT} ${i}`, ...ORIGIN }),
  );
  const outcomes = await Promise.allSettled(tries);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
});

test('an API key invites nobody, and an email address is changed only after a recent sign-in', async (t) => {
  const { accounts, clock, root, invited } = await mailingAccounts(t);
  const { key } = await accounts.keys.add(TESTER, { userId: root.id, name: 'all', scopes: ['users:write'] });
  const principal = await accounts.principalOfKey(key);
  assert.ok(principal, 'the key is valid');
  const byKey = actorOf(principal);
  await assert.rejects(accounts.links.invite(byKey, invited.id), { code: 'forbidden' });
  await assert.rejects(accounts.users.change(byKey, invited.id, { email: 'mine@example.com' }), { code: 'forbidden' });
  const { token } = await accounts.signIn.withPassword({ login: 'root', password: PASSWORD, ...ORIGIN });
  clock.now += 11 * 60_000;
  const session = await accounts.principalOfSession(token);
  assert.ok(session, 'the session is valid');
  const late = { code: 'reauthentication_required' };
  await assert.rejects(accounts.links.invite(actorOf(session), invited.id), late);
  await assert.rejects(accounts.users.change(actorOf(session), invited.id, { email: null }), late);
});

test('a reset by mail sets a password, ends all sessions and tells the user', async (t) => {
  const { accounts, clock, mails, anna } = await mailingAccounts(t);
  const { links, sessions, signIn } = accounts;
  const before = await signIn.withPassword({ login: 'anna', password: PASSWORD, ...ORIGIN });
  for (const name of [' ANNA ', 'anna@example.COM']) await links.sendReset(name, ORIGIN);
  assert.deepEqual(
    mails.map(({ to, kind }) => [to, kind]),
    [
      ['anna@example.com', 'password reset'],
      ['anna@example.com', 'password reset'],
    ],
  );
  const [token, older] = [tokenIn(mails[1]), tokenIn(mails[0])];
  assert.equal((await links.find(older)).purpose, 'reset');
  await assert.rejects(links.usePassword({ token, password: PASSWORD, ...ORIGIN }), {
    code: 'invalid_input',
    message: /is the current one/,
  });
  clock.now += HOUR - 1;
  const { token: session } = await links.usePassword({ token, password: NEXT, revokeKeys: true, ...ORIGIN });
  assert.equal((await sessions.principalOf(session))?.userId, anna.id);
  assert.equal(await sessions.principalOf(before.token), undefined, 'other sessions have ended');
  await assert.rejects(links.find(older), invalid, 'the other link is void');
  await assert.rejects(signIn.withPassword({ login: 'anna', password: PASSWORD, ...ORIGIN }), { code: 'unauthorized' });
  assert.equal(mails[2]?.kind, 'password changed');
  assert.deepEqual(await audited(accounts), [
    ...['user.password_reset', 'user.password_reset_requested', 'user.password_reset_requested'],
    ...['user.sign_in_failed', 'user.signed_in', 'user.signed_in'],
  ]);
});

test('no mail goes to users without a password or an address, disabled ones, and nobody', async (t) => {
  const { accounts, mails, anna } = await mailingAccounts(t);
  const { links, users } = accounts;
  for (const name of ['root', 'ines', 'ines@example.com', 'nobody', '', 'a b', '\0', '\ud800', 'x'.repeat(2_000)]) {
    await links.sendReset(name, ORIGIN);
  }
  await users.change(TESTER, anna.id, { disabled: true });
  await links.sendReset('anna', ORIGIN);
  assert.deepEqual(mails, []);
});

test('reset links expire after an hour, and no more than three are valid at a time', async (t) => {
  const { accounts, clock, mails } = await mailingAccounts(t);
  const { links } = accounts;
  for (let i = 0; i < 5; i++) await links.sendReset('anna', ORIGIN);
  assert.equal(mails.length, 3);
  clock.now += HOUR;
  await assert.rejects(links.find(tokenIn(mails[0])), invalid);
  await links.sendReset('anna', ORIGIN);
  assert.equal(mails.length, 4);
});

test('requests for resets are limited by address, whatever they name, and refused without a mail server', async (t) => {
  const { accounts, other } = await mailingAccounts(t);
  for (let i = 0; i < 10; i++) accounts.links.admitReset(ORIGIN);
  assert.throws(() => accounts.links.admitReset(ORIGIN), { code: 'too_many_requests' });
  accounts.links.admitReset({ address: '203.0.113.8' });
  assert.throws(() => other().links.admitReset(ORIGIN), { code: 'conflict' });
  assert.equal(other().links.offersReset, false);
});

test('a reset does not replace the second factor', async (t) => {
  const { accounts, clock, mails, anna } = await mailingAccounts(t);
  const { links, factors, signIn } = accounts;
  const { secret, ticket } = await factors.beginTotp(TESTER, anna.id);
  const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now });
  await factors.addTotp(TESTER, anna.id, ticket, code());
  clock.now += 60_000;
  await links.sendReset('anna', ORIGIN);
  const token = tokenIn(mails[0]);
  const given = { token, password: NEXT, ...ORIGIN };
  await assert.rejects(links.usePassword(given), { code: 'second_factor_required' });
  await assert.rejects(links.usePassword({ ...given, code: '000000' }), { code: 'unauthorized' });
  await signIn.withPassword({ login: 'anna', password: PASSWORD, code: code(), ...ORIGIN });
  clock.now += 60_000;
  await links.usePassword({ ...given, code: code() });
  assert.ok((await audited(accounts)).includes('user.sign_in_failed'), 'the wrong code is recorded');
});

test('a reset of an invited user without a password does nothing, and an invitation is no reset', async (t) => {
  const { accounts, invited } = await mailingAccounts(t);
  const token = tokenOf((await accounts.links.invite(TESTER, invited.id)).path);
  const relyingParty = { origin: 'https://monitor.example.com', host: 'monitor.example.com' };
  const { options } = await accounts.links.beginPasskey(token, relyingParty);
  assert.equal(options.user.name, 'ines');
  await accounts.links.usePassword({ token, password: NEXT, ...ORIGIN });
  await assert.rejects(accounts.links.beginPasskey(token, relyingParty), invalid);
});

test('email addresses are valid and unique, whatever their case', async (t) => {
  const { accounts, anna, invited } = await mailingAccounts(t);
  const { users } = accounts;
  assert.equal(anna.email, 'anna@example.com');
  const add = (email: string) => users.add(TESTER, { login: `new${Math.random()}`, role: 'operator', email });
  await assert.rejects(add('ANNA@example.com'), { code: 'conflict', message: /already that of user anna/ });
  for (const email of ['anna', 'a@b', 'a b@example.com', 'a@example.com\r\nBcc: x@example.com', '<a@example.com>']) {
    await assert.rejects(add(email), { code: 'invalid_input', field: 'email' }, email);
  }
  await assert.rejects(users.change(TESTER, invited.id, { email: 'Anna@Example.com' }), { code: 'conflict' });
  assert.equal((await users.change(TESTER, invited.id, { email: '' })).email, undefined);
  assert.equal((await users.change(TESTER, anna.id, { name: 'A' })).email, 'anna@example.com');
  const { items } = await accounts.audit.list({ action: 'user.changed' }, { limit: 2 });
  const entry = items.find(({ detail }) => detail.login === 'ines');
  assert.deepEqual(entry?.detail, {
    ...{ login: 'ines', before: { email: 'ines@example.com' }, after: { email: null } },
  });
});
