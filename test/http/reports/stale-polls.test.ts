import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadSyncConfig } from '../../../src/config/sync.ts';
import { as, FakeUsers } from '../../support/fake-users.ts';
import { type TestSettings, testServer, trigger } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIVE: TestSettings = { sync: loadSyncConfig({ SYNC_POLLS: '/feeds/polls.csv' }) };
const LATE = 'the newest poll was 121 minutes old when this report was requested; it does not cover the time since';

/** `mine` was polled at noon, `theirs` an hour and a half later. */
async function fleet(t: TestContext, minutes: number, settings = LIVE) {
  const clock = { now: T + minutes * MINUTE };
  const server = await testServer(t, { ...settings, now: () => clock.now });
  await merge(server.storage, { polls: [['mine', T, true]] });
  const get = async (url: string, accept = '*/*', name = 'nobody') =>
    server.app.inject({ url, headers: { accept, ...as(name) } });
  /** The warnings about stale polls in every view of the report, once it is complete. */
  const told = async (id: string) => {
    await server.finished(id);
    const resource = (await get(`/api/v1/reports/${id}`)).json<{ warning: string | null }>();
    const status = (await get(`/get_report?report_id=${id}`, 'application/json')).json<{ warning?: string }>();
    const { items } = (await get('/api/v1/reports')).json<{ items: { id: string; warning: string | null }[] }>();
    const header = async (url: string) => (await get(url)).headers['x-report-warning'];
    return [
      ...[resource.warning ?? undefined, status.warning],
      items.find((item) => item.id === id)?.warning ?? undefined,
      ...[await header(`/get_report?report_id=${id}`), await header(`/get_report?report_id=${id}&format=full`)],
      ...[await header(`/api/v1/reports/${id}/download`), await header(`/api/v1/reports/${id}/download?format=json`)],
    ];
  };
  return { ...server, clock, get, told };
}

test('a live report with stale polls has a warning in every view', async (t) => {
  const server = await fleet(t, 121);
  assert.deepEqual(await server.told(await trigger(server)), Array(7).fill(LATE));
});

test('there is no warning with the instant of a poll, in an archive, or with fresh polls', async (t) => {
  const nothing = Array(7).fill(undefined);
  const late = await fleet(t, 121);
  assert.deepEqual(await late.told(await trigger(late, { as_of: '2023-01-22T12:00:00Z' })), nothing);
  for (const quiet of [await fleet(t, 119), await fleet(t, 121, {})]) {
    assert.deepEqual(await quiet.told(await trigger(quiet)), nothing);
  }
});

test('a report as of an instant long after the polls before it has a warning, also in an archive', async (t) => {
  const server = await fleet(t, 48 * 60, {});
  const asOf = async (instant: string) => server.told(await trigger(server, { as_of: instant }));
  const warning = 'the newest poll was 4 hours old at as_of; the time since is an extrapolation without any poll';
  assert.deepEqual(await asOf('2023-01-22T16:00:00Z'), Array(7).fill(warning));
  assert.deepEqual(await asOf('2023-01-22T13:59:59.999Z'), Array(7).fill(undefined));
  await merge(server.storage, { polls: [['mine', T + 24 * HOUR, true]] });
  assert.deepEqual(await asOf('2023-01-22T16:00:00Z'), Array(7).fill(warning));
  assert.deepEqual(await asOf('2023-01-23T12:30:00Z'), Array(7).fill(undefined));
});

test('the warning depends on when the report was requested, not on when it is read', async (t) => {
  const server = await fleet(t, 5);
  const fresh = await trigger(server);
  server.clock.now = T + 121 * MINUTE;
  const late = await trigger(server);
  server.clock.now = T + 500 * HOUR;
  assert.deepEqual([(await server.told(fresh))[0], (await server.told(late))[0]], [undefined, LATE]);
  await merge(server.storage, { polls: [['mine', T + 500 * HOUR, true]] });
  assert.equal((await server.told(late))[0], LATE);
});

test('queued and cancelled reports have the warning, too', async (t) => {
  const server = await fleet(t, 121);
  await server.reports.stop();
  const id = await trigger(server);
  const read = async () => {
    const text = await server.get(`/get_report?report_id=${id}`);
    const json = await server.get(`/get_report?report_id=${id}`, 'application/json');
    return [text.body, text.headers['x-report-warning'], json.json().status, json.json().warning];
  };
  assert.deepEqual(await read(), ['Running', LATE, 'Running', LATE]);
  await server.app.inject({ method: 'POST', url: `/api/v1/reports/${id}/cancel` });
  assert.deepEqual(await read(), ['Failed: it was canceled', LATE, 'Failed', LATE]);
});

test('the report, the fleet and /readyz treat polls as stale from the same instant', async (t) => {
  for (const [age, late] of [
    [2 * HOUR - 1, false],
    [2 * HOUR, true],
  ] as const) {
    const server = await fleet(t, age / MINUTE);
    const { warning } = (await server.app.inject({ method: 'POST', url: '/api/v1/reports' })).json();
    const { poller } = (await server.get('/api/v1/fleet')).json();
    const ready = (await server.get('/readyz')).json();
    assert.deepEqual(
      [warning !== null, poller.status, ready.warnings?.[0]],
      late ? [true, 'late', 'the newest poll is 120 minutes old'] : [false, 'ok', undefined],
    );
  }
});

test("the warning of an owner depends only on the owner's stores", async (t) => {
  const authenticator = new FakeUsers({
    oscar: { role: 'operator' },
    olga: { role: 'owner', stores: ['mine'] },
    otto: { role: 'owner', stores: ['theirs'] },
  });
  const server = await fleet(t, 121, { ...LIVE, authenticator });
  await merge(server.storage, { polls: [['theirs', T + 90 * MINUTE, true]] });
  const warning = async (name: string) => {
    const asked = await server.app.inject({ method: 'POST', url: '/api/v1/reports', headers: as(name), payload: {} });
    assert.equal(asked.statusCode, 202, asked.body);
    return asked.json<{ warning: string | null }>().warning;
  };
  assert.deepEqual([await warning('olga'), await warning('otto'), await warning('oscar')], [LATE, null, null]);
});
