import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { UNKNOWN_ZONE } from '../../src/domain/zone.ts';
import { addUserWithKey } from '../support/accounts.ts';
import { browser } from '../support/clients.ts';
import { testServer } from '../support/server.ts';
import { merge } from '../support/staging.ts';

type Method = 'GET' | 'PUT' | 'PATCH' | 'POST';
type Body = Record<string, unknown>;

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;
const STORE = '/api/v1/stores/s';

async function opened(t: TestContext) {
  const server = await testServer(t, { now: () => NOW });
  const ask = async (method: Method, url: string, payload?: unknown) => {
    const answer = await server.app.inject({
      method,
      url,
      ...(payload !== undefined && { payload: payload as object }),
    });
    assert.ok(answer.statusCode < 300, `${method} ${url}: ${answer.body}`);
    return { etag: answer.headers.etag, body: answer.json<Body>() };
  };
  /** Sends back what `GET` answers, and checks that it changed nothing. */
  const sendBack = async (method: Method, url: string) => {
    const before = await ask('GET', url);
    await ask(method, url, before.body);
    assert.deepEqual(await ask('GET', url), before, url);
  };
  return { ...server, ask, sendBack };
}

/** Times of day in minutes, as hours that do not overlap. */
const opening = fc
  .tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 701, max: 1_439 }))
  .map((minutes) =>
    minutes.map((one) => `${String(Math.floor(one / 60)).padStart(2, '0')}:${String(one % 60).padStart(2, '0')}`),
  )
  .map(([start = '', end = '']) => ({ start, end }));
const week = fc.oneof(
  fc.constant('always'),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 6 }))
    .chain((days) => fc.tuple(...days.map((day) => opening.map((row) => ({ day, ...row }))))),
);
const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }).filter((one) => one.trim() !== '');
const store = fc.record({
  name: fc.option(text),
  time_zone: fc.constantFrom(null, 'America/Chicago', 'Europe/Oslo', 'UTC'),
  labels: fc.dictionary(
    text.map((key) => key.replaceAll(':', '-')),
    text,
    { maxKeys: 4 },
  ),
  probe_url: fc.constantFrom(null, 'https://example.com/health'),
});

test('what GET says of a store, its hours and its special hours is accepted unchanged', async (t) => {
  const { ask, sendBack } = await opened(t);
  await ask('POST', '/api/v1/stores', { store_id: 's' });
  const state = fc.record({ store, now: week, planned: week, special: fc.oneof(fc.constant(undefined), opening) });
  await fc.assert(
    fc.asyncProperty(state, async ({ store, now, planned, special }) => {
      await ask('PATCH', STORE, store);
      await ask('PUT', `${STORE}/hours`, { hours: now });
      await ask('PUT', `${STORE}/hours`, { hours: planned, effective_from: '2026-12-01' });
      const day = `${STORE}/special-hours/2026-12-24`;
      await ask('PUT', day, special === undefined ? { closed: true } : { hours: [special] });
      await sendBack('PATCH', STORE);
      await sendBack('PUT', `${STORE}/hours`);
      const list = `${STORE}/special-hours`;
      const before = await ask('GET', list);
      await ask('PUT', day, (before.body.items as Body[])[0]);
      assert.deepEqual(await ask('GET', list), before);
      const { body } = await ask('GET', '/api/v1/stores');
      const { unchanged } = (await ask('PATCH', '/api/v1/stores', { stores: body.items })).body;
      assert.equal(unchanged, 1);
    }),
    { numRuns: 15 },
  );
});

test('a store with unknown hours, an unknown zone and overlapping rows of a feed is accepted unchanged', async (t) => {
  const { storage, ask, sendBack } = await opened(t);
  await merge(storage, {
    polls: [['s', NOW - HOUR, true]],
    hours: [
      ['s', 0, 9 * HOUR, 17 * HOUR],
      ['s', 0, 10 * HOUR, 24 * HOUR - 1_000],
    ],
    zones: [['s', UNKNOWN_ZONE]],
  });
  assert.equal((await ask('GET', STORE)).body.zone_known, false);
  await sendBack('PATCH', STORE);
  await sendBack('PUT', `${STORE}/hours`);
});

test('planned hours are replaced as a list, and those in effect cannot be changed by it', async (t) => {
  const { app, ask } = await opened(t);
  await ask('POST', '/api/v1/stores', { store_id: 's', time_zone: 'UTC' });
  await ask('PUT', `${STORE}/hours`, { hours: 'always' });
  for (const date of ['2026-12-01', '2026-12-02', '2026-12-03']) {
    await ask('PUT', `${STORE}/hours`, { hours: date === '2026-12-02' ? 'always' : [], effective_from: date });
  }
  const { versions } = (await ask('GET', `${STORE}/hours`)).body as { versions: Body[] };
  const [first, second] = versions;
  const at = (utc: string, hours: unknown) => ({ effective_from: { utc }, hours });
  const row = { day: 0, start: '09:00', end: '17:00' };
  const changed = [
    { ...first, effective_until: undefined },
    at('2026-12-02T00:00:00Z', []),
    at('2026-12-09T00:00:00Z', [row]),
  ];
  const { body } = await ask('PUT', `${STORE}/hours`, { versions: changed });
  const shown = (body.versions as { effective_from: { utc: string } | null; hours: unknown }[]).map(
    ({ effective_from: from, hours }) => [from?.utc, hours],
  );
  assert.deepEqual(shown, [
    [undefined, 'always'],
    ['2026-12-02T00:00:00.000Z', []],
    ['2026-12-09T00:00:00.000Z', [row]],
  ]);
  for (const [given, status, field] of [
    [[{ ...first, effective_until: undefined, hours: [] }], 409, undefined],
    [[], 409, undefined],
    [[first], 400, 'versions.0.effective_until'],
    [[{ ...first, effective_until: null }, at('2026-11-01T00:00:00Z', [])], 400, 'versions.0.effective_until'],
    [[{ effective_from: null, hours: 'always' }, at('2026-11-01T00:00:00Z', [])], 400, 'versions.1.effective_from'],
    [[{ effective_from: null, hours: 'always' }, at('2026-12-01T00:00:00Z', 'unknown')], 400, 'versions.1.hours'],
    [[{ effective_from: null, hours: 'always' }, at('2026-12-01T00:00:00Z', [row, row])], 400, 'versions.1.hours.0'],
    [[{ effective_from: null, hours: 'always' }, at('soon', [])], 400, 'versions.1.effective_from.utc'],
  ] as const) {
    const answer = await app.inject({ method: 'PUT', url: `${STORE}/hours`, payload: { versions: given } });
    const { errors } = answer.json<{ errors?: { field: string }[] }>();
    assert.deepEqual([answer.statusCode, errors?.[0]?.field], [status, field], answer.body);
  }
  assert.deepEqual((await ask('GET', `${STORE}/hours`)).body, body);
  const both = await app.inject({ method: 'PUT', url: `${STORE}/hours`, payload: { hours: [], versions: [second] } });
  assert.deepEqual(
    [both.statusCode, both.json().detail],
    [400, 'expected either hours, with or without effective_from, or versions'],
  );
});

test('what belongs to another store, date or user is refused', async (t) => {
  const { app, ask } = await opened(t);
  await ask('POST', '/api/v1/stores', { store_id: 's' });
  for (const [method, path, payload, detail] of [
    ['PATCH', '', { store_id: 't' }, 'store_id is "t", expected "s" as in the path: it cannot be changed'],
    ['PUT', '/special-hours/2026-12-24', { date: '2026-12-25', closed: true }, /^date is "2026-12-25", expected/],
    [
      'PUT',
      '/special-hours/2026-12-24',
      { closed: true, hours: [{ start: '09:00', end: '17:00' }] },
      /^expected either/,
    ],
    ['PUT', '/special-hours/2026-12-24', { closed: false, hours: [] }, /^expected either/],
    [
      'PATCH',
      '',
      { color: 'red' },
      /is unknown, expected only store_id, name, time_zone, labels, set_labels, probe_url$/,
    ],
  ] as const) {
    const answer = await app.inject({ method, url: `${STORE}${path}`, payload });
    assert.equal(answer.statusCode, 400, answer.body);
    if (typeof detail === 'string') assert.equal(answer.json().detail, detail);
    else assert.match(answer.json().detail, detail);
  }
});

test('a user, and the policy of second factors, are accepted as GET returns them', async (t) => {
  const server = await testServer(t);
  const { userId } = await addUserWithKey(server.accounts, { login: 'anna', role: 'admin' });
  const { userId: owner } = await addUserWithKey(server.accounts, { login: 'olga', role: 'owner', stores: ['s'] });
  const { ask } = browser(server);
  const password = 'correct horse battery';
  assert.equal((await ask('POST', '/session', { login: 'anna', password })).statusCode, 200);
  for (const [method, path] of [
    ['PATCH', `/users/${userId}`],
    ['PATCH', `/users/${owner}`],
    ['PUT', '/second-factor-policy'],
  ] as const) {
    const before = (await ask('GET', path)).json<Body>();
    const answer = await ask(method, path, before);
    assert.ok(answer.statusCode < 300, answer.body);
    assert.deepEqual((await ask('GET', path)).json<Body>(), before);
  }
  const other = await ask('PATCH', `/users/${userId}`, { user_id: owner });
  assert.equal(other.statusCode, 400, other.body);
});
