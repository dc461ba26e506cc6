import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOW = Date.parse('2026-11-24T06:00:00Z');
const NOON = Date.parse('2026-11-23T18:00:00Z');
const MINUTE = 60_000;

test('admins set the sales rates, operators read them, and downtime costs that much at once', async (t) => {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  await merge(server.storage, {
    stores: [{ id: 'mine', zone: 'America/Chicago', labels: { brand: 'Bella' } }],
    polls: [
      ['mine', NOON - 60 * MINUTE, true],
      ['mine', NOON, false],
      ['mine', NOON + 60 * MINUTE, true],
    ],
  });
  const ask = (user: string, method: 'GET' | 'PATCH', payload?: object, headers: Record<string, string> = {}) =>
    server.app.inject({
      ...{ method, url: '/api/v1/sales-rates', headers: { ...as(user), ...headers } },
      ...(payload && { payload }),
    });
  const lost = async (user: string) => {
    const url = '/api/v1/analytics?period=2026-11-23&lost_sales=true&intervals=true';
    const answer = await server.app.inject({ url, headers: as(user) });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ rows: { lost_sales: { amount: string; amount_low: string }[] | null }[] }>().rows[0]
      ?.lost_sales;
  };
  const before = await ask('operator', 'GET');
  assert.deepEqual(before.json(), { group_labels: [], constants: [], changed_at: null });
  assert.equal(await lost('operator'), null);
  const rates = {
    group_labels: ['brand', 'city'],
    constants: [{ label: 'Brand:Bella', amount_per_hour: '120.50', currency: 'usd' }],
  };
  assert.equal((await ask('operator', 'PATCH', rates)).statusCode, 403);
  assert.equal((await ask('owner', 'GET')).statusCode, 403);
  const set = await ask('admin', 'PATCH', rates, { 'if-match': String(before.headers.etag) });
  assert.equal(set.statusCode, 200, set.body);
  const constants = [{ label: 'Brand:Bella', amount_per_hour: '120.50', currency: 'USD' }];
  assert.deepEqual(set.json(), { group_labels: ['brand', 'city'], constants, changed_at: new Date(NOW).toISOString() });
  assert.equal((await ask('admin', 'PATCH', rates, { 'if-match': String(before.headers.etag) })).statusCode, 412);
  const [usd] = (await lost('owner')) ?? [];
  assert.equal(usd?.amount, '120.50');
  assert.ok(Number(usd?.amount_low) < 120.5, usd?.amount_low);
  clock.now++;
  const changed = await ask('admin', 'PATCH', { constants: [] });
  assert.deepEqual(changed.json<{ group_labels: string[] }>().group_labels, ['brand', 'city'], 'the rest stays');
  assert.equal(await lost('operator'), null);
  const audit = await server.app.inject({ url: '/api/v1/audit?action=setting.changed', headers: as('admin') });
  assert.deepEqual(
    audit.json<{ items: { detail: { constants: string[] } }[] }>().items.map(({ detail }) => detail.constants),
    [[], ['Brand:Bella 120.50 USD']],
  );
});

test('wrong rates are refused, each with what is wrong', async (t) => {
  const server = await testServer(t, { now: () => NOW, authenticator: FAKE_USERS });
  const constant = { label: 'brand:Bella', amount_per_hour: '1', currency: 'USD' };
  const wrong: [object, RegExp][] = [
    [{ group_labels: ['brand', 'Brand'] }, /group_labels has "Brand" twice/],
    [{ group_labels: ['a:b'] }, /group_labels has "a:b", whose label/],
    [
      { constants: [{ ...constant, label: 'Bella' }] },
      /constants\[0\].label is "Bella", expected a label as key:value/,
    ],
    [
      { constants: [{ ...constant, currency: 'XYZ' }] },
      /constants\[0\].currency is "XYZ", expected a code of ISO 4217/,
    ],
    [
      { constants: [constant, { ...constant, amount_per_hour: '-1' }] },
      /constants\[1\].amount_per_hour "-1" is not an amount/,
    ],
    [{ constants: [{ ...constant, amount_per_hour: '1.234' }] }, /"1.234" has 3 decimals, and USD has at most 2/],
    [
      { constants: [{ ...constant, amount_per_hour: '1.5', currency: 'JPY' }] },
      /"1.5" has 1 decimal, and JPY has none/,
    ],
  ];
  for (const [payload, message] of wrong) {
    const answer = await server.app.inject({
      ...{ method: 'PATCH', url: '/api/v1/sales-rates', headers: as('admin'), payload },
    });
    assert.equal(answer.statusCode, 400, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  }
});
