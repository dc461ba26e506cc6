import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Retention, type RetentionOptions } from '../../src/jobs/retention.ts';

/** Jobs by the instant of their end, at the instant 1,000. */
function opened(jobs: Map<string, number>, options: Partial<RetentionOptions> = {}) {
  const lines: string[] = [];
  const files: number[] = [];
  const retention = new Retention({
    what: 'reports',
    keep: 100,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) }),
    now: () => 1_000,
    endedBefore: async (instant, limit) =>
      [...jobs].flatMap(([id, end]) => (end < instant ? [id] : [])).slice(0, Math.min(limit, 2)),
    remove: async (id) => void jobs.delete(id),
    removeFilesBefore: async (instant) => files.push(instant),
    ...options,
  });
  return { retention, lines, files };
}

test('old jobs are removed block by block, with files of jobs that another server removed', async () => {
  const jobs = new Map(Object.entries({ a: 1, b: 2, c: 899, d: 900, e: 950 }));
  const { retention, lines, files } = opened(jobs);
  await retention.sweep();
  assert.deepEqual([...jobs.keys()], ['d', 'e']);
  assert.deepEqual(files, [900]);
  assert.deepEqual(lines, ['removed old reports']);
});

test('without a retention period jobs are kept forever', async () => {
  const jobs = new Map([['a', 1]]);
  const { retention, files } = opened(jobs, { keep: undefined });
  retention.start();
  await retention.sweep();
  await retention.stop();
  assert.deepEqual([[...jobs.keys()], files], [['a'], []]);
});

test('an error is logged, and the next sweep tries again', async () => {
  const jobs = new Map([['a', 1]]);
  let broken = true;
  const { retention, lines } = opened(jobs, {
    remove: async (id) => {
      if (broken) throw new Error('the disk is away');
      jobs.delete(id);
    },
  });
  await retention.sweep();
  broken = false;
  await retention.sweep();
  assert.equal(jobs.size, 0);
  assert.deepEqual(lines, ['old reports cannot be removed; trying again in an hour', 'removed old reports']);
});
