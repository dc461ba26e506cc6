import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../../support/server.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const HOUR = 3_600_000;

type Server = Awaited<ReturnType<typeof testServer>>;
type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Sends a change, and returns the newest entry about the store "s". */
function recorder({ app, accounts }: Server) {
  return async (method: Method, path: string, payload?: object) => {
    const answer = await app.inject({ method, url: `/api/v1/stores${path}`, ...(payload && { payload }) });
    assert.ok(answer.statusCode < 300, `${method} ${path}: ${answer.body}`);
    const { items } = await accounts.audit.list({ subjectKind: 'store', subjectId: 's' }, { limit: 100 });
    const [newest] = [...items].sort((a, b) => b.at - a.at);
    return [newest?.action, newest?.detail];
  };
}

/** A server whose clock goes on by a millisecond at each look, so that the entries have an order. */
async function ticking(t: Parameters<typeof testServer>[0]) {
  let now = NOW;
  return testServer(t, { now: () => now++ });
}

test('the audit log has the fields of the API, new and previous', async (t) => {
  const record = recorder(await ticking(t));
  const first = { name: 'Loop', time_zone: 'America/Denver', labels: { city: 'Bergen', brand: 'Taco Town' } };
  assert.deepEqual(await record('POST', '', { store_id: 's', ...first }), ['store.created', first]);
  assert.deepEqual(await record('PATCH', '/s', { time_zone: 'America/Chicago', name: 'Loop' }), [
    'store.changed',
    { time_zone: 'America/Chicago', before: { time_zone: 'America/Denver' } },
  ]);
  assert.deepEqual(await record('PATCH', '/s', { labels: { city: 'Oslo', size: 'L' }, probe_url: 'https://a.test/' }), [
    'store.changed',
    {
      ...{ probe_url: 'https://a.test/', set_labels: { city: 'Oslo', brand: null, size: 'L' } },
      before: { probe_url: null, set_labels: { city: 'Bergen', brand: 'Taco Town', size: null } },
    },
  ]);
  const batch = { stores: [{ store_id: 's', name: 'River', set_labels: { city: 'Oslo', size: null } }] };
  assert.deepEqual(await record('PATCH', '', batch), [
    'store.changed',
    { name: 'River', set_labels: { size: null }, before: { name: 'Loop', set_labels: { size: 'L' } } },
  ]);
});

test('an entry keeps what a deleted store was, and what its restoration changed', async (t) => {
  const record = recorder(await ticking(t));
  await record('POST', '', { store_id: 's', name: 'Loop', labels: { city: 'Oslo' } });
  const before = { name: 'Loop', time_zone: null, labels: { city: 'Oslo' }, probe_url: null };
  const deleted = (withPolls: boolean) => ['store.deleted', { with_polls: withPolls, before }];
  assert.deepEqual(await record('DELETE', '/s?with_polls=true'), deleted(true));
  const restored = { stores: [{ store_id: 's', deleted: false, time_zone: 'Europe/Oslo' }] };
  assert.deepEqual(await record('PATCH', '', restored), [
    'store.restored',
    { time_zone: 'Europe/Oslo', before: { time_zone: null } },
  ]);
  await record('PATCH', '/s', { time_zone: null });
  assert.deepEqual(await record('PATCH', '', { stores: [{ store_id: 's', deleted: true }] }), deleted(false));
  assert.deepEqual(await record('POST', '', { store_id: 's' }), [
    'store.restored',
    { name: null, set_labels: { city: null }, before: { name: 'Loop', set_labels: { city: 'Oslo' } } },
  ]);
});

test('an entry keeps the hours before a change, and the planned ones that it replaced', async (t) => {
  const record = recorder(await ticking(t));
  await record('POST', '', { store_id: 's', time_zone: 'UTC' });
  const row = { day: 0, start: '09:00', end: '17:00' };
  const kept = [{ day: 0, start: 9 * HOUR, end: 17 * HOUR }];
  assert.deepEqual(await record('PUT', '/s/hours', { hours: [row] }), [
    'store.hours_changed',
    { hours: kept, before: { hours: 'always' } },
  ]);
  assert.deepEqual(await record('PUT', '/s/hours', { hours: [], effective_from: '2026-12-01' }), [
    'store.hours_changed',
    { hours: [], effective_from: '2026-12-01', before: { hours: kept } },
  ]);
  assert.deepEqual(await record('DELETE', '/s/hours/2026-12-01'), [
    'store.hours_withdrawn',
    { effective_from: '2026-12-01', hours: kept, before: { hours: [] } },
  ]);
  // The eleventh planned version is only counted.
  const dates = Array.from({ length: 11 }, (_, i) => `2026-12-${String(i + 10)}`);
  for (const [i, date] of dates.entries()) {
    await record('PUT', '/s/hours', { hours: i % 2 === 0 ? 'always' : [], effective_from: date });
  }
  const planned = dates.map((date, i) => ({
    effective_from: `${date}T00:00:00.000Z`,
    hours: i % 2 === 0 ? 'always' : [],
  }));
  assert.deepEqual(await record('PUT', '/s/hours', { hours: 'always', effective_from: '2026-12-01' }), [
    'store.hours_changed',
    {
      ...{ hours: 'always', effective_from: '2026-12-01' },
      before: { hours: kept, planned_hours: planned.slice(0, 10), planned_hours_total: 11 },
    },
  ]);
});

test('an entry keeps the planned hours that a list replaced', async (t) => {
  const server = await ticking(t);
  const record = recorder(server);
  await record('POST', '', { store_id: 's', time_zone: 'UTC' });
  await record('PUT', '/s/hours', { hours: [], effective_from: '2026-12-01' });
  const { versions } = (await server.app.inject('/api/v1/stores/s/hours')).json<{ versions: object[] }>();
  const later = { effective_from: { utc: '2026-12-09T00:00:00Z' }, hours: [] };
  const inEffect = { ...versions[0], effective_until: undefined };
  assert.deepEqual(await record('PUT', '/s/hours', { versions: [inEffect, later] }), [
    'store.hours_changed',
    {
      planned_hours: [{ effective_from: '2026-12-09T00:00:00.000Z', hours: [] }],
      before: { planned_hours: [{ effective_from: '2026-12-01T00:00:00.000Z', hours: [] }] },
    },
  ]);
});

test('an entry keeps the special hours that a date had', async (t) => {
  const record = recorder(await ticking(t));
  await record('POST', '', { store_id: 's' });
  const date = '2026-12-24';
  const opening = { start: 10 * HOUR, end: 14 * HOUR };
  const path = `/s/special-hours/${date}`;
  assert.deepEqual(await record('PUT', path, { closed: true }), [
    'store.special_hours_set',
    { date, hours: [], before: { hours: null } },
  ]);
  assert.deepEqual(await record('PUT', path, { hours: [{ start: '10:00', end: '14:00' }] }), [
    'store.special_hours_set',
    { date, hours: [opening], before: { hours: [] } },
  ]);
  assert.deepEqual(await record('DELETE', path), [
    'store.special_hours_removed',
    { date, before: { hours: [opening] } },
  ]);
});
