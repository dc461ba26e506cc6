import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import { testServer, trigger } from '../support/server.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;
const MINUTE = 60_000;

/** A live server with a wall clock that the test sets, and a store that was polled at noon. */
async function scene(t: TestContext) {
  const time = { passed: 0, error: 0 };
  const { poll } = loadConfig({ POLL: 'on', PROBE_URL: 'http://store.test/{store_id}' });
  const server = await testServer(t, {
    now: () => NOON + time.passed + time.error,
    elapsed: () => time.passed,
    poll,
  });
  const append = (instant: number) => server.storage.appendPolls([{ ids: ['a'], instants: [instant], active: [1] }]);
  await append(NOON);
  const get = async (url: string) => (await server.app.inject(url)).json();
  return { server, time, append, get };
}

test('a step of the clock is a warning of /readyz for an hour, and is counted', async (t) => {
  const { server, time, get } = await scene(t);
  assert.equal((await get('/readyz')).warnings, undefined);
  time.error = DAY;
  time.passed = 10_000;
  const ahead = 'the system clock was set ahead by 86400 s, from 2026-11-23T12:00:10.000Z to 2026-11-24T12:00:10.000Z';
  assert.deepEqual((await get('/readyz')).warnings[0], ahead);
  time.error = 0;
  const back = 'the system clock was set back by 86400 s, from 2026-11-24T12:00:10.000Z to 2026-11-23T12:00:10.000Z';
  assert.deepEqual((await get('/readyz')).warnings, [back]);
  assert.match((await server.app.inject('/metrics')).body, /^restaurant_monitor_clock_steps_total 2$/m);
  time.passed += 61 * MINUTE;
  assert.equal((await get('/readyz')).warnings, undefined);
});

test('the fleet is fresh again as soon as the clock is corrected', async (t) => {
  const { time, get } = await scene(t);
  const poller = async () => (await get('/api/v1/fleet')).poller;
  assert.deepEqual([(await poller()).status, (await poller()).age_seconds], ['ok', 0]);
  // The clock is checked once a second; here, at each request for readiness.
  const set = async (error: number) => {
    time.error = error;
    time.passed += 10_000;
    await get('/readyz');
  };
  await set(DAY);
  assert.equal((await poller()).status, 'late');
  await set(0);
  assert.deepEqual([(await poller()).status, (await poller()).age_seconds], ['ok', 20]);
  assert.equal((await get('/api/v1/fleet')).as_of, '2026-11-23T12:00:20.000Z');
});

test('polls in the future, stored by a wrong clock, do not set as_of', async (t) => {
  const { server, time, append, get } = await scene(t);
  await append(NOON + 4 * MINUTE);
  await append(NOON + DAY);
  const id = await trigger(server);
  assert.equal((await get(`/api/v1/reports/${id}`)).as_of, '2026-11-23T12:04:00.000Z');
  assert.equal((await get('/api/v1/fleet?as_of=latest')).as_of, '2026-11-23T12:04:00.000Z');
  assert.equal((await get('/api/v1/fleet')).poller.latest_poll, '2026-11-23T12:00:00.000Z');
  time.passed += DAY;
  const later = await trigger(server);
  assert.equal((await get(`/api/v1/reports/${later}`)).as_of, '2026-11-24T12:00:00.000Z');
});
