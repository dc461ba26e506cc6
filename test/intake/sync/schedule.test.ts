import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchedule, withOffset } from '../../../src/intake/sync/schedule.ts';

const HOUR = 3_600_000;

test('a cron expression is in UTC, and one that never matches is refused with the name of its variable', () => {
  const schedule = parseSchedule('SYNC_CRON', '30 3 * * 1');
  const monday = Date.parse('2026-11-23T03:30:00Z');
  assert.deepEqual([schedule(monday - 1), schedule(monday)], [monday, monday + 7 * 24 * HOUR]);
  for (const bad of ['hourly', '61 * * * *', '0 0 30 2 *', '* *']) {
    assert.throws(() => parseSchedule('SYNC_CRON', bad), {
      code: 'invalid_input',
      message: `SYNC_CRON is "${bad}", expected a cron expression such as "0 * * * *" (every hour, in UTC)`,
    });
  }
});

test('the offset of an installation is constant and within the spread', () => {
  const hourly = parseSchedule('SYNC_CRON', '0 * * * *');
  const moments = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const schedule = withOffset(hourly, `host ${i}`, 300_000);
    const first = schedule(0);
    moments.add(first % HOUR);
    assert.equal(first % HOUR < 300_000 && first > 0 && first <= HOUR + 300_000, true);
    assert.equal(schedule(first), first + HOUR);
    assert.equal(schedule(first - 1), first);
    assert.equal(withOffset(hourly, `host ${i}`, 300_000)(0), first);
  }
  assert.equal(moments.size > 190, true);
});
