import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer, trigger } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOON = Date.parse('2025-06-04T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST = NOON - 90 * MINUTE;
const AS_OF = '?as_of=2025-06-04T12:00:00Z';

test('the outage of a new store begins at its first poll, in every view', async (t) => {
  const server = await testServer(t, { now: () => NOON });
  const get = async (url: string) => {
    const answer = await server.app.inject(url);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  await merge(server.storage, { zones: [['a', 'UTC']] });
  await server.storage.appendPolls([{ ids: ['a', 'a'], instants: [FIRST, FIRST + HOUR], active: [0, 0] }]);
  const first = { utc: '2025-06-04T10:30:00.000Z', local: '2025-06-04T10:30:00.000+00:00' };
  const { worst, uptime } = await get(`/api/v1/fleet${AS_OF}`);
  assert.deepEqual(worst, [
    {
      store_id: 'a',
      name: null,
      state: 'offline',
      offline_since: first,
      began_earlier: false,
      since_first_poll: true,
      lost_seconds: 5_400,
      down_last_day_seconds: 5_400,
    },
  ]);
  assert.deepEqual([uptime.week.down_seconds, uptime.week.unknown_seconds], [5_400, 599_400]);
  const { outages, totals, seen, first_poll } = await get(`/api/v1/stores/a/timeline${AS_OF}`);
  assert.deepEqual([first_poll, totals.down_seconds, outages.length], [first, 604_800, 1]);
  assert.deepEqual([seen.totals.down_seconds, seen.coverage_ratio], [5_400, 5_400 / 604_800]);
  const [{ from, since_first_poll, lost_seconds }] = outages;
  assert.deepEqual([from, since_first_poll, lost_seconds], [first, true, 5_400]);
  assert.deepEqual((await get(`/api/v1/stores/a${AS_OF}`)).first_poll, first);
  assert.equal((await get('/api/v1/stores/a?as_of=2025-06-04T10:00:00Z')).first_poll, null, 'it was not polled yet');
  assert.deepEqual((await get(`/api/v1/stores${AS_OF}`)).items[0].first_poll, first);

  const reported = async () => {
    const id = await trigger(server, { as_of: '2025-06-04T12:00:00Z' });
    await server.finished(id);
    const { items } = await get(`/api/v1/reports/${id}/rows`);
    const full = await server.app.inject(`/get_report?report_id=${id}&format=full`);
    const [header = '', row = ''] = full.body.split('\n');
    return [items[0].first_poll, row.split(',')[header.split(',').indexOf('first_poll')]];
  };
  assert.deepEqual(await reported(), [first.utc, first.utc]);

  await merge(server.storage, { polls: [['a', NOON - 30 * 24 * HOUR, false]] });
  assert.deepEqual(await reported(), [null, ''], 'older history has come in');
  const later = await get(`/api/v1/stores/a/timeline${AS_OF}`);
  assert.deepEqual([later.first_poll.utc, later.outages[0].since_first_poll], ['2025-05-05T12:00:00.000Z', false]);
  assert.deepEqual(
    [later.outages[0].lost_seconds, later.outages[0].began_earlier, later.outages[0].from],
    [12_600, true, first],
    'nobody looked until two hours before the poll of this morning',
  );
});
