import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const NOON = Date.parse('2025-06-04T12:00:00Z');
const HOUR = 3_600_000;

test('the list says what stores without a recent poll were when they were last checked', async (t) => {
  const server = await testServer(t, { now: () => NOON });
  await merge(server.storage, {
    zones: ['down', 'long', 'never', 'now', 'up'].map((id) => [id, 'Asia/Tokyo']),
    polls: [
      ['down', NOON - 6 * HOUR, true],
      ['down', NOON - 5 * HOUR, false],
      ['long', NOON - 9 * 24 * HOUR, false],
      ['now', NOON - HOUR, false],
      ['up', NOON - 3 * HOUR, true],
    ],
  });
  const { items } = (await server.app.inject('/api/v1/stores?sort=id')).json();
  assert.deepEqual(
    items.map((store: Record<string, unknown>) => [store.store_id, store.state, store.last_check]),
    [
      [
        'down',
        'unknown',
        { at: { utc: '2025-06-04T07:00:00.000Z', local: '2025-06-04T16:00:00.000+09:00' }, status: 'inactive' },
      ],
      ['long', 'unknown', null],
      ['never', 'unknown', null],
      ['now', 'offline', null],
      [
        'up',
        'unknown',
        { at: { utc: '2025-06-04T09:00:00.000Z', local: '2025-06-04T18:00:00.000+09:00' }, status: 'active' },
      ],
    ],
  );
  assert.equal(items[3].last_poll.status, 'inactive');
});
