import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { type JobKind, JobQueue, type RunningJob } from '../../src/jobs/queue.ts';
import { UserError } from '../../src/lib/errors.ts';

interface Job {
  readonly id: string;
}

type Work = (running: RunningJob) => Promise<string>;

/** A queue of jobs in memory, and what happened to them. */
function opened(t: { after(work: () => Promise<void>): void }, jobs: Record<string, Work>) {
  const waiting = Object.keys(jobs);
  const events: string[] = [];
  const held = new Set(waiting);
  const kind: JobKind<Job, string> = {
    name: 'job',
    lookInterval: 1e9,
    labels: ({ id }) => ({ job_id: id }),
    recover: async () => {
      events.push('recover');
    },
    claim: async () => {
      const id = waiting.shift();
      return id === undefined ? undefined : { id };
    },
    renew: async ({ id }, progress, phase) => {
      events.push(`renew ${id} ${progress} ${phase}`);
      return held.has(id);
    },
    run: ({ id }, running) => (jobs[id] as Work)(running),
    complete: async ({ id }, result) => {
      if (!held.has(id)) return undefined;
      events.push(`complete ${id} ${result}`);
      return { result };
    },
    fail: async ({ id }, reason, refused) => {
      events.push(`${refused ? 'refuse' : 'fail'} ${id}: ${reason}`);
    },
    release: async ({ id }) => {
      events.push(`release ${id}`);
    },
    abandon: async ({ id }) => {
      events.push(`abandon ${id}`);
    },
  };
  const lines: { readonly msg: string; readonly level: number }[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const ends: string[] = [];
  const queue = new JobQueue(kind, { log, onEnd: (outcome) => ends.push(outcome) });
  t.after(() => queue.stop());
  const idle = async () => {
    do await setImmediate();
    while (waiting.length > 0);
    for (let i = 0; i < 10; i++) await setImmediate();
  };
  return { queue, kind, waiting, held, events, lines, ends, idle };
}

test('jobs run one after the other, and jobs that are cut off are recovered first', async (t) => {
  const { queue, events, ends, lines, idle } = opened(t, { a: async () => 'A', b: async () => 'B' });
  queue.start();
  await idle();
  assert.deepEqual(events, ['recover', 'complete a A', 'complete b B']);
  assert.deepEqual(ends, ['complete', 'complete']);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['job complete', 'job complete'],
  );
});

test('a failed job has a reason, which for an internal error is only where to find it', async (t) => {
  const { queue, events, ends, lines, idle } = opened(t, {
    a: () => Promise.reject(new UserError('invalid_input', 'the file is empty')),
    b: () => Promise.reject(new UserError('too_large', 'the report is too large')),
    c: () => Promise.reject(new Error('secret')),
    d: () => Promise.reject(new UserError('unreadable', 'the process that read it ended')),
  });
  queue.start();
  await idle();
  assert.deepEqual(
    events.filter((event) => /^(fail|refuse)/.test(event)),
    [
      'refuse a: the file is empty',
      'fail b: the report is too large',
      'fail c: an internal error; the log has it under c',
      'fail d: the process that read it ended',
    ],
  );
  assert.deepEqual(ends, ['failed', 'failed', 'failed', 'failed']);
  assert.deepEqual(
    lines.map(({ msg, level }) => [msg, level]),
    [
      ['job refused', 30],
      ['job failed', 50],
      ['job failed', 50],
      ['job failed', 50],
    ],
  );
});

test('a job whose database is away or busy, or whose disk is full, returns to the queue, and no other is claimed until the next look', async (t) => {
  let attempts = 0;
  const { queue, waiting, events, ends, idle } = opened(t, {
    a: async () => {
      attempts++;
      if (attempts <= 4) throw new UserError(attempts % 2 === 0 ? 'busy' : 'unavailable', 'the database is away');
      if (attempts <= 6) throw new UserError(attempts === 5 ? 'unwritable' : 'full', 'the folder cannot be written');
      if (attempts <= 10)
        throw new Error('cannot be unpacked', {
          cause: Object.assign(new Error('no room'), { code: attempts % 2 === 0 ? 'ENOSPC' : 'EFBIG' }),
        });
      return 'A';
    },
    b: async () => 'B',
  });
  queue.start();
  for (let look = 1; look <= 10; look++) {
    for (let i = 0; i < 10; i++) await setImmediate();
    assert.deepEqual([attempts, waiting], [look, ['b']]);
    waiting.unshift('a');
    queue.wake();
  }
  await idle();
  assert.deepEqual(
    events.filter((event) => event !== 'recover'),
    [...Array(10).fill('release a'), 'complete a A', 'complete b B'],
  );
  assert.deepEqual(ends, ['complete', 'complete']);
});

test('a job that cannot be returned, since the database is away, is returned before others are recovered', async (t) => {
  const { queue, kind, waiting, events, idle } = opened(t, {
    a: () => Promise.reject(new UserError('unavailable', 'the database is away')),
  });
  const release = kind.release;
  kind.release = () => Promise.reject(new UserError('unavailable', 'the database is away'));
  queue.start();
  await idle();
  assert.deepEqual(events, ['recover']);
  kind.release = release;
  assert.deepEqual(waiting, []);
  queue.wake();
  await idle();
  assert.deepEqual(events, ['recover', 'release a', 'recover']);
});

test('a job that is lost while it runs is interrupted and abandoned', async (t) => {
  const { queue, held, events, ends, idle } = opened(t, {
    a: async ({ signal, onProgress }) => {
      held.delete('a');
      onProgress(0.5, 'merging');
      await once(signal, 'abort');
      throw signal.reason;
    },
  });
  queue.start();
  await idle();
  assert.deepEqual(events, ['recover', 'renew a 0.5 merging', 'abandon a']);
  assert.deepEqual(ends, []);
});

test('a job that is lost before it completes is abandoned', async (t) => {
  const { queue, held, events, idle } = opened(t, {
    a: async () => {
      held.delete('a');
      return 'A';
    },
  });
  queue.start();
  await idle();
  assert.deepEqual(events, ['recover', 'abandon a']);
});

test('stopping interrupts the running job, returns it to the queue and claims no other', async (t) => {
  const { queue, waiting, events } = opened(t, {
    a: async ({ signal }) => {
      await once(signal, 'abort');
      throw signal.reason;
    },
    b: async () => 'B',
  });
  queue.start();
  await setImmediate();
  await queue.stop();
  assert.deepEqual(events, ['recover', 'release a']);
  assert.deepEqual(waiting, ['b']);
});

test('a job that is announced while another one runs is claimed after it', async (t) => {
  let finish = () => {};
  const { queue, waiting, events, idle } = opened(t, {
    a: () =>
      new Promise((resolve) => {
        finish = () => resolve('A');
      }),
  });
  queue.start();
  await setImmediate();
  waiting.push('a');
  queue.wake();
  finish();
  await setImmediate();
  await setImmediate();
  finish();
  await idle();
  assert.deepEqual(
    events.filter((event) => event !== 'recover'),
    ['complete a A', 'complete a A'],
  );
});
