import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../../src/domain/hours.ts';
import { ageOf } from '../../src/reports/stale-polls.ts';

test('the age of the newest poll has a unit that people can read', () => {
  const ages = [121 * MINUTE, 3 * HOUR - 1, 3 * HOUR, 2 * DAY - 1, 2 * DAY, 1_354 * DAY + HOUR];
  assert.deepEqual(
    ages.map((age) => ageOf(0, age)),
    ['121 minutes old', '179 minutes old', '3 hours old', '47 hours old', '2 days old', '1354 days old'],
  );
});
