import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accounts } from '../../src/accounts/service.ts';
import { NOON, PASSWORD, TESTER, testAccounts } from '../support/accounts.ts';
import { ruleRecord } from '../support/alert-records.ts';

test('hasUsers is true as soon as the first user is added', async (t) => {
  const { accounts, add, other, clock } = await testAccounts(t);
  const neighbour = other();
  assert.deepEqual([await accounts.hasUsers(), await neighbour.hasUsers()], [false, false]);
  await add('anna', 'admin');
  assert.equal(await accounts.hasUsers(), true);
  assert.equal(await neighbour.hasUsers(), false, 'another server caches the answer for a second');
  clock.now += 1_000;
  assert.equal(await neighbour.hasUsers(), true);
});

test('the first user is an admin', async (t) => {
  const { accounts, add } = await testAccounts(t);
  for (const role of ['operator', 'owner'] as const) {
    await assert.rejects(add('bob', role), {
      code: 'conflict',
      message: `the first user must be an admin, not an ${role}`,
    });
  }
  assert.deepEqual((await accounts.users.list({ limit: 10 })).items, []);
  assert.equal(await accounts.hasUsers(), false);
});

test('a user reads back as it was added', async (t) => {
  const { accounts, add } = await testAccounts(t);
  await add('anna', 'admin');
  const draft = { login: 'Owen@Example.com', name: ' Owen O. ', role: 'owner', stores: ['b', 'a', 'b'] } as const;
  const email = 'Owen@Example.com';
  const owen = await accounts.users.add(TESTER, { ...draft, email });
  const { id, ...rest } = owen;
  assert.deepEqual(rest, {
    login: 'owen@example.com',
    name: 'Owen O.',
    email: 'owen@example.com',
    role: 'owner',
    disabled: false,
    hasPassword: false,
    hasFactor: false,
    version: 1,
    createdAt: NOON,
    storeCount: 2,
    stores: ['a', 'b'],
  });
  assert.deepEqual(await accounts.users.get(id), owen);
  assert.deepEqual(await accounts.users.getByLogin('OWEN@example.COM'), owen);
});

test('logins are case-insensitive', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id } = await add('Anna', 'admin');
  await assert.rejects(add('ANNA', 'operator'), { code: 'conflict', message: 'login anna is already taken' });
  await add('bob', 'operator');
  await assert.rejects(accounts.users.change(TESTER, id, { login: 'BOB' }), { code: 'conflict' });
  assert.equal(
    (await accounts.users.change(TESTER, id, { login: 'ANNA' })).login,
    'anna',
    'its own login is not taken',
  );
});

test('invalid fields are rejected by name', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id } = await add('anna', 'admin');
  const drafts = [
    [{ login: '' }, /^login is ""/],
    [{ login: 'a b' }, /^login is "a b", expected a name or an email address/],
    [{ login: 'a\u0000' }, /^login/],
    [{ login: 'a\u200B' }, /^login/],
    [{ login: '\uD800' }, /^login/],
    [{ login: 'x'.repeat(255) }, /^login/],
    [{ name: ' ' }, /^name is " ", expected 1 to 200/],
    [{ name: 'a\nb' }, /^name/],
    [{ name: 'x'.repeat(201) }, /^name/],
    [{ stores: [' \u00a0'] }, 'store ID "" is empty'],
    [{ stores: ['a\u0000'] }, /^store ID .* contains a null character$/],
    [{ stores: ['a\u200bb'] }, /^store ID .* contains .* U\+200B$/],
    [{ stores: Array.from({ length: 10_001 }, (_, i) => `${i}`) }, /^stores has 10001 entries, expected at most 10000/],
    [{ role: 'operator', stores: ['a'] }, /^stores are given for an operator, expected none/],
    [{ password: 'hunter2' }, /^the password has 7 characters, expected 12/],
  ] as const;
  for (const [draft, message] of drafts) {
    const whole = { login: 'fine', role: 'owner' as const, ...draft };
    await assert.rejects(accounts.users.add(TESTER, whole), { code: 'invalid_input', message });
  }
  await assert.rejects(accounts.users.change(TESTER, id, { name: '' }), { code: 'invalid_input' });
  await assert.rejects(accounts.users.setPassword(TESTER, id, { password: 'hunter2' }), { code: 'invalid_input' });
  for (const unknown of ['nobody', '', 'a\u0000', '\uD800']) {
    await assert.rejects(accounts.users.get(unknown), { code: 'not_found' });
    await assert.rejects(accounts.users.getByLogin(unknown), { code: 'not_found' });
  }
});

test('ten thousand stores can be assigned, even with unusual IDs', async (t) => {
  const { add } = await testAccounts(t);
  await add('anna', 'admin');
  const strange = ["o'hara", '"', '\\', '\u200b x ', '🍕', '[1]', 'null', '$id'];
  const ids = [...strange, ...Array.from({ length: 10_000 - strange.length }, (_, i) => `store ${i}`)];
  const { stores, storeCount } = await add('owen', 'owner', ids);
  assert.equal(storeCount, 10_000);
  assert.deepEqual(new Set(stores), new Set(ids.map((id) => id.replace('\u200b x ', 'x'))));
});

test('a change based on an older version is rejected', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id, version } = await add('anna', 'admin');
  const renamed = await accounts.users.change(TESTER, id, { name: 'Anna A.' }, version);
  assert.deepEqual([renamed.version, renamed.name], [version + 1, 'Anna A.']);
  const late = { code: 'precondition_failed' };
  await assert.rejects(accounts.users.change(TESTER, id, { name: 'Anna B.' }, version), late);
  await assert.rejects(accounts.users.setPassword(TESTER, id, { password: PASSWORD }, version), late);
  await assert.rejects(accounts.users.remove(TESTER, id, version), late);
  assert.equal((await accounts.users.get(id)).name, 'Anna A.');
});

test('the last enabled admin cannot be removed, disabled or demoted', async (t) => {
  const { accounts, add } = await testAccounts(t);
  const { id } = await add('anna', 'admin');
  const second = await add('second', 'admin');
  await accounts.users.change(TESTER, second.id, { disabled: true });
  const last = { code: 'conflict', message: 'anna is the last enabled admin; add another admin first' };
  await assert.rejects(accounts.users.remove(TESTER, id), last);
  await assert.rejects(accounts.users.change(TESTER, id, { disabled: true }), last);
  await assert.rejects(accounts.users.change(TESTER, id, { role: 'operator' }), last);
  const { role, disabled, version } = await accounts.users.get(id);
  assert.deepEqual({ role, disabled, version }, { role: 'admin', disabled: false, version: 1 });
  await accounts.users.change(TESTER, second.id, { disabled: false });
  await accounts.users.remove(TESTER, id);
  await assert.rejects(accounts.users.get(id), { code: 'not_found' });
});

test('one of two admins who remove each other at once stays', async (t) => {
  const { accounts, add, other } = await testAccounts(t);
  const [one, two] = [await add('one', 'admin'), await add('two', 'admin')];
  const results = await Promise.allSettled([
    accounts.users.remove(TESTER, one.id),
    other().users.remove(TESTER, two.id),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await accounts.users.list({ limit: 10 })).items.length, 1);
});

test('assigned stores are removed with the owner role', async (t) => {
  const { accounts, add } = await testAccounts(t);
  await add('anna', 'admin');
  const { id } = await add('owen', 'owner', ['a', 'b']);
  assert.deepEqual((await accounts.users.change(TESTER, id, { stores: ['c', 'a'] })).stores, ['a', 'c']);
  assert.deepEqual((await accounts.users.change(TESTER, id, { name: 'Owen' })).stores, ['a', 'c']);
  await assert.rejects(accounts.users.change(TESTER, id, { role: 'operator', stores: ['a'] }), {
    code: 'invalid_input',
  });
  assert.deepEqual((await accounts.users.change(TESTER, id, { role: 'operator' })).stores, []);
  assert.deepEqual((await accounts.users.change(TESTER, id, { role: 'owner' })).stores, []);
});

test('users are listed by login, page after page, each once', async (t) => {
  const { accounts, add } = await testAccounts(t);
  for (const login of ['d', 'b', 'e', 'a', 'c']) await add(login, 'admin');
  await add('Zoë', 'operator');
  assert.deepEqual(await loginsByPages(accounts, 2), [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'zoë'],
  ]);
  assert.deepEqual(await loginsByPages(accounts, 6), [['a', 'b', 'c', 'd', 'e', 'zoë']]);
});

test('the audit log lists who changed what, newest first, without secrets', async (t) => {
  const { accounts, add, clock, storage } = await testAccounts(t);
  const anna = await add('anna', 'admin');
  const actor = { userId: anna.id, name: anna.login, keyId: 'k', scopes: 'all', proof: 'trusted' } as const;
  clock.now += 1;
  const owen = await accounts.users.add(actor, { login: 'owen', role: 'owner', stores: ['a'], password: PASSWORD });
  clock.now += 1;
  await accounts.users.change(actor, owen.id, { stores: ['b'], name: 'Owen' });
  clock.now += 1;
  await accounts.users.setPassword(actor, owen.id, { password: `${PASSWORD}!` });
  clock.now += 1;
  await accounts.audit.record(actor, 'store.changed', { kind: 'store', id: 'b' }, { zone: 'UTC' });
  clock.now += 1;
  await accounts.users.remove(actor, owen.id);
  const all = await accounts.audit.list({}, { limit: 100 });
  assert.deepEqual(
    all.items.map(({ action, subjectId }) => [action, subjectId]),
    [
      ['user.deleted', owen.id],
      ['store.changed', 'b'],
      ['user.password_set', owen.id],
      ['user.changed', owen.id],
      ['user.created', owen.id],
      ['user.created', anna.id],
    ],
  );
  const [, , , change] = all.items;
  assert.deepEqual(change?.detail, {
    login: 'owen',
    before: { name: 'owen' },
    after: { name: 'Owen' },
    stores: 1,
    stores_added: ['b'],
    stores_removed: ['a'],
  });
  assert.deepEqual([change?.at, change?.actorId, change?.actor, change?.keyId], [NOON + 2, anna.id, 'anna', 'k']);
  assert.doesNotMatch(JSON.stringify(all), /argon2|horse/);

  const actions = async (filter: Parameters<Accounts['audit']['list']>[0]) =>
    (await accounts.audit.list(filter, { limit: 100 })).items.map(({ action }) => action);
  assert.deepEqual(await actions({ subjectKind: 'store', subjectId: 'b' }), ['store.changed']);
  assert.deepEqual(await actions({ action: 'user.created', actorId: anna.id }), ['user.created']);
  assert.deepEqual(await actions({ actorId: 'a\u0000' }), []);
  const first = await accounts.audit.list({}, { limit: 4 });
  const second = await accounts.audit.list({}, { limit: 4, after: first.next });
  assert.deepEqual([...first.items, ...second.items], all.items);
  assert.equal(second.next, undefined);
  await assert.rejects(
    storage.accounts.changing(async (changes) => {
      await changes.addAudit(accounts.audit.entry(actor, 'x', { kind: 'x', id: 'x' }));
      throw new Error('no');
    }),
  );
  assert.equal((await accounts.audit.list({}, { limit: 100 })).items.length, 6, 'rejected changes are not recorded');
  // An entry of an earlier version keeps its word in the database.
  await accounts.audit.record(actor, 'user.added', { kind: 'user', id: 'old' });
  for (const action of ['user.created', 'user.added']) {
    assert.deepEqual(await actions({ action, subjectId: 'old' }), ['user.created'], action);
    assert.equal((await actions({ action })).length, 3, action);
  }
});

async function loginsByPages({ users }: Accounts, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const page = await users.list({ limit, after });
    pages.push(page.items.map(({ login }) => login));
    after = page.next;
  } while (after !== undefined);
  return pages;
}

test('a user whose contact points alert rules need is not removed, disabled or made an owner', async (t) => {
  const { accounts, add, storage } = await testAccounts(t);
  await add('anna', 'admin');
  const { id } = await add('otto', 'operator');
  await storage.contactPoints.changing((changes) =>
    changes.addContactPoint({
      ...{ id: 'phone', userId: id, name: 'Phone', channel: 'ntfy', settings: {}, secrets: undefined, zone: 'UTC' },
      ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: NOON },
    }),
  );
  const steps = [
    { after: 0, contactPoints: ['team'], owners: false },
    { after: 1, contactPoints: ['phone'], owners: false },
  ];
  const rules = [ruleRecord('1', { name: 'Night', steps }), ruleRecord('2', { name: 'Day', steps, createdAt: 1 })];
  await storage.alerts.changing((changes) => changes.saveRules(rules));
  const refused = {
    code: 'conflict',
    message:
      'a contact point of otto is in the steps of the alert rules "Night", "Day", which would notify fewer; ' +
      'change them first',
  };
  const before = await accounts.users.get(id);
  await assert.rejects(accounts.users.remove(TESTER, id), refused);
  await assert.rejects(accounts.users.change(TESTER, id, { disabled: true }), refused);
  await assert.rejects(accounts.users.change(TESTER, id, { role: 'owner' }), refused);
  assert.deepEqual(await accounts.users.get(id), before, 'nothing was changed');
  await accounts.users.change(TESTER, id, { name: 'Otto', role: 'admin' });
  await accounts.users.change(TESTER, id, { role: 'operator' });

  // The identity provider is obeyed; the audit log says what that silences.
  await storage.accounts.changing((changes) => accounts.users.changeWithin(changes, TESTER, id, { role: 'owner' }));
  const [entry] = await storage.accounts
    .audit({ subjectId: id }, undefined, 10)
    .then((entries) => entries.filter(({ detail }) => 'alert_rules' in detail));
  assert.deepEqual(entry?.detail.alert_rules, ['Night', 'Day']);

  await storage.alerts.changing(async (changes) => {
    for (const rule of rules) await changes.removeRule(rule.id);
  });
  await accounts.users.change(TESTER, id, { disabled: true });
  await accounts.users.remove(TESTER, id);
});
