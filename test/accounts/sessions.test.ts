import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCOPES_OF } from '../../src/accounts/access.ts';
import type { Accounts } from '../../src/accounts/service.ts';
import { NOON, PASSWORD, TESTER, testAccounts } from '../support/accounts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ADDRESS = '192.0.2.1';

async function signIn({ signIn }: Accounts, login: string, password = PASSWORD, address = ADDRESS): Promise<string> {
  return (await signIn.withPassword({ login, password, address })).token;
}

test('signing in with a password starts a session for the user', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const { id } = await add('Owen', 'owner', ['a', 'b']);
  const { token, endsAt, user } = await accounts.signIn.withPassword({
    login: 'OWEN',
    password: PASSWORD,
    address: ADDRESS,
  });
  assert.equal(endsAt, NOON + 30 * DAY);
  assert.equal(user.id, id);
  assert.deepEqual(await accounts.principalOfSession(token), {
    kind: 'user',
    userId: id,
    login: 'owen',
    name: 'owen',
    role: 'owner',
    via: 'session',
    keyId: undefined,
    provenAt: NOON,
    mustEnroll: false,
    scopes: SCOPES_OF.owner,
    stores: new Set(['a', 'b']),
  });
  const admin = await accounts.principalOfSession(await signIn(accounts, 'anna'));
  assert.equal(admin?.stores, 'all');
  const [entry] = (await accounts.audit.list({ action: 'user.signed_in', actorId: id }, { limit: 1 })).items;
  assert.deepEqual([entry?.actor, entry?.detail], ['owen', { address: ADDRESS, method: 'password' }]);
});

test('an unknown name, a wrong password, a disabled user and one without a password get the same error', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const { id } = await add('gone', 'operator');
  await accounts.users.change(TESTER, id, { disabled: true });
  await accounts.users.add(TESTER, { login: 'poller', role: 'operator' });
  const attempts = [
    ['anna', `${PASSWORD}!`],
    ['anna', ''],
    ['nobody', PASSWORD],
    ['gone', PASSWORD],
    ['poller', PASSWORD],
    ['', PASSWORD],
    ['a\u0000b', PASSWORD],
    ['x'.repeat(10_000), PASSWORD],
  ] as const;
  for (const [login, password] of attempts) {
    await assert.rejects(signIn(accounts, login, password), {
      code: 'unauthorized',
      message: 'the login or the password is wrong',
    });
  }
});

test('guessing is slowed down, and success resets the delay', async (t) => {
  const { accounts, add, clock } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const wrong = () => signIn(accounts, 'anna', 'wrong wrong wrong');
  for (let i = 0; i < 5; i++) await assert.rejects(wrong(), { code: 'unauthorized' });
  await assert.rejects(signIn(accounts, 'ANNA'), { code: 'too_many_requests', retryAfter: 5 });
  clock.now += 5_000;
  await signIn(accounts, 'anna');
  for (let i = 0; i < 5; i++) await assert.rejects(wrong(), { code: 'unauthorized' });
  await assert.rejects(wrong(), { code: 'too_many_requests', retryAfter: 5 });
});

test('of many concurrent guesses only five are checked', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const guesses = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => signIn(accounts, 'anna', `wrong wrong ${i}`)),
  );
  const codes = guesses.map((guess) => (guess.status === 'rejected' ? guess.reason.code : 'in'));
  assert.equal(codes.filter((code) => code === 'unauthorized').length, 5);
  assert.equal(codes.filter((code) => code === 'too_many_requests').length, 15);
});

test('text that is not a token has no principal, and the database does not store tokens', async (t) => {
  const { accounts, add, storage } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const token = await signIn(accounts, 'anna');
  for (const text of ['', 'x', token.slice(1), `${token}x`, `${'A'.repeat(43)}`, 'a\u0000', `rmk_${token}`]) {
    assert.equal(await accounts.principalOfSession(text), undefined);
  }
  assert.equal(await accounts.principalOfKey(token), undefined);
  assert.equal(await storage.accounts.session(token), undefined);
});

test('a session ends after 12 hours without use, and after 30 days at the latest', async (t) => {
  const { accounts, add, clock } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const idle = await signIn(accounts, 'anna');
  const used = await signIn(accounts, 'anna');
  while (clock.now + 11 * HOUR < NOON + 30 * DAY) {
    clock.now += 11 * HOUR;
    assert.ok(await accounts.principalOfSession(used), `used at ${new Date(clock.now).toISOString()}`);
  }
  assert.equal(await accounts.principalOfSession(idle), undefined);
  clock.now = NOON + 30 * DAY - 1;
  assert.ok(await accounts.principalOfSession(used), 'a millisecond before the end');
  clock.now += 1;
  assert.equal(await accounts.principalOfSession(used), undefined);
});

test('an unused session ends after 12 hours to the millisecond', async (t) => {
  const { accounts, add, clock } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const [one, two] = [await signIn(accounts, 'anna'), await signIn(accounts, 'anna')];
  clock.now += 12 * HOUR - 1;
  assert.ok(await accounts.principalOfSession(one), 'still active');
  clock.now += 1;
  assert.equal(await accounts.principalOfSession(two), undefined);
});

test('signing out ends one session; endAll ends all sessions of the user', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  const { id } = await add('anna', 'admin');
  await add('bob', 'operator');
  const [one, two, three] = [
    await signIn(accounts, 'anna'),
    await signIn(accounts, 'anna'),
    await signIn(accounts, 'anna'),
  ];
  const bob = await signIn(accounts, 'bob');
  for (const token of [one, two, three, bob]) assert.ok(await accounts.principalOfSession(token), 'signed in');
  await accounts.sessions.signOut(one);
  await accounts.sessions.signOut('no token');
  assert.equal(await accounts.principalOfSession(one), undefined);
  assert.ok(await accounts.principalOfSession(two), 'the other session stays active');
  assert.equal(await accounts.sessions.endAll(TESTER, id), 2);
  assert.equal(await accounts.principalOfSession(two), undefined);
  assert.equal(await accounts.principalOfSession(three), undefined);
  assert.ok(await accounts.principalOfSession(bob), "another user's session stays active");
});

test('disabling, demoting or removing a user or setting its password ends its sessions at once', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const changes: ((id: string) => Promise<unknown>)[] = [
    (id) => accounts.users.change(TESTER, id, { disabled: true }),
    (id) => accounts.users.change(TESTER, id, { role: 'operator' }),
    (id) => accounts.users.remove(TESTER, id),
    (id) => accounts.users.setPassword(TESTER, id, { password: `${PASSWORD}!` }),
  ];
  for (const [i, change] of changes.entries()) {
    const { id } = await add(`user${i}`, 'admin');
    const token = await signIn(accounts, `user${i}`);
    assert.ok(await accounts.principalOfSession(token), 'signed in');
    await change(id);
    assert.equal(await accounts.principalOfSession(token), undefined, String(change));
  }
});

test('other changes to a user apply to its sessions at once, and on another server within five seconds', async (t) => {
  const { accounts, add, other, clock } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const { id } = await add('owen', 'owner', ['a']);
  const token = await signIn(accounts, 'owen');
  const neighbour = other();
  const storesOn = async (server: Accounts) => (await server.principalOfSession(token))?.stores;
  assert.deepEqual([await storesOn(accounts), await storesOn(neighbour)], [new Set(['a']), new Set(['a'])]);
  await accounts.users.change(TESTER, id, { stores: ['b'] });
  assert.deepEqual([await storesOn(accounts), await storesOn(neighbour)], [new Set(['b']), new Set(['a'])]);
  clock.now += 5_000;
  assert.deepEqual(await storesOn(neighbour), new Set(['b']));
  await accounts.users.remove(TESTER, id);
  clock.now += 5_000;
  assert.equal(await storesOn(neighbour), undefined);
});

test('changing your own password requires the current one and ends the other sessions', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  const { id } = await add('anna', 'admin');
  const [here, there] = [await signIn(accounts, 'anna'), await signIn(accounts, 'anna')];
  const change = { userId: id, current: PASSWORD, next: `${PASSWORD}!`, token: here, address: ADDRESS };
  const { changePassword } = { changePassword: accounts.own.changePassword.bind(accounts.own) };
  await assert.rejects(changePassword(TESTER, { ...change, current: 'wrong wrong wrong' }), {
    code: 'invalid_input',
    message: 'the current password is wrong',
  });
  await assert.rejects(changePassword(TESTER, { ...change, next: 'short' }), { code: 'invalid_input' });
  assert.ok(await accounts.principalOfSession(there), 'nothing has changed');
  await assert.rejects(changePassword(TESTER, { ...change, next: PASSWORD }), {
    code: 'invalid_input',
    message: /is the current one/,
  });
  const { token: renewed } = await changePassword(TESTER, change);
  assert.ok(await accounts.principalOfSession(renewed), 'this session stays active');
  assert.equal(await accounts.principalOfSession(here), undefined, 'with another token');
  assert.equal(await accounts.principalOfSession(there), undefined);
  await assert.rejects(signIn(accounts, 'anna'), { code: 'unauthorized' });
  await signIn(accounts, 'anna', `${PASSWORD}!`);
});

test('a stolen session does not allow fast guessing of the current password', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  const { id } = await add('anna', 'admin');
  const token = await signIn(accounts, 'anna');
  const guess = () =>
    accounts.own.changePassword(TESTER, {
      userId: id,
      current: 'wrong wrong wrong',
      next: `${PASSWORD}!`,
      token,
      address: ADDRESS,
    });
  for (let i = 0; i < 5; i++) await assert.rejects(guess(), { code: 'invalid_input' });
  await assert.rejects(guess(), { code: 'too_many_requests' });
});

test('no session starts for a user who is disabled while the password is checked', async (t) => {
  const { accounts, add, storage } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const { id } = await add('bob', 'operator');
  const read = storage.accounts.passwordHash.bind(storage.accounts);
  t.mock.method(storage.accounts, 'passwordHash').mock.mockImplementationOnce(async (login) => {
    const hash = await read(login);
    await accounts.users.change(TESTER, id, { disabled: true });
    return hash;
  });
  await assert.rejects(signIn(accounts, 'bob'), { code: 'unauthorized' });
});

test('beyond fifty sessions of a user, the oldest are removed', async (t) => {
  const { accounts, add, clock } = await testAccounts(t, PASSWORD);
  await add('anna', 'admin');
  const tokens: string[] = [];
  for (let i = 0; i < 52; i++) {
    clock.now += 1;
    tokens.push(await signIn(accounts, 'anna'));
  }
  const alive = await Promise.all(
    tokens.map(async (token) => (await accounts.principalOfSession(token)) !== undefined),
  );
  assert.deepEqual(alive, [false, false, ...Array<boolean>(50).fill(true)]);
});

test('the email address of a user signs in like the login, unless it is the login of another user', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  const { id } = await add('anna', 'admin');
  await accounts.users.change(TESTER, id, { email: 'anna@example.com' });
  const other = await add('ben@example.com', 'operator');
  const ben = await add('ben', 'operator');
  await accounts.users.change(TESTER, ben.id, { email: 'ben@example.com' });
  const who = async (login: string) =>
    (await accounts.signIn.withPassword({ login, password: PASSWORD, address: ADDRESS })).user.id;
  assert.equal(await who('anna'), id);
  assert.equal(await who('Anna@Example.com'), id);
  assert.equal(await who('ben@example.com'), other.id);
  await accounts.users.change(TESTER, id, { disabled: false, email: null });
  await assert.rejects(who('anna@example.com'), {
    code: 'unauthorized',
    message: 'the login or the password is wrong',
  });
});

test('attempts with an email address are delayed like those with an unknown name, and apart from those with the login', async (t) => {
  const { accounts, add } = await testAccounts(t, PASSWORD);
  const { id } = await add('anna', 'admin');
  await accounts.users.change(TESTER, id, { email: 'anna@example.com' });
  const outcomes = async (login: string, address: string) => {
    const codes: string[] = [];
    for (let i = 0; i < 6; i++) {
      await signIn(accounts, login, 'wrong wrong wrong', address).catch((error: { code: string }) =>
        codes.push(error.code),
      );
    }
    return codes;
  };
  const delayed = [...Array<string>(5).fill('unauthorized'), 'too_many_requests'];
  assert.deepEqual(await outcomes('anna@example.com', '192.0.2.1'), delayed);
  assert.deepEqual(await outcomes('nobody@example.com', '198.51.100.1'), delayed);
  // Otherwise, the delay would show whose address it is.
  await signIn(accounts, 'anna', PASSWORD, '192.0.2.1');
});
