import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Retention } from '../../src/jobs/retention.ts';

test('while the clock is not trusted, no job is removed', async () => {
  const asked: number[] = [];
  let trusted = false;
  const retention = new Retention({
    ...{ what: 'reports', keep: 10, log: pino({ level: 'silent' }), now: () => 1_000, trusted: () => trusted },
    endedBefore: async (instant) => {
      asked.push(instant);
      return [];
    },
    remove: async () => {},
    removeFilesBefore: async () => {},
  });
  await retention.sweep();
  assert.deepEqual(asked, []);
  trusted = true;
  await retention.sweep();
  assert.deepEqual(asked, [990]);
});
