import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ThreadPool } from '../../../src/lib/threads/pool.ts';
import type { TestJob } from './program.ts';

const program = new URL('program.ts', import.meta.url);

function poolOf(t: TestContext, size: number) {
  const deaths: string[] = [];
  const pool = new ThreadPool<TestJob, number>({
    ...{ program, size, name: 'testing' },
    onDeath: (reason) => deaths.push(reason),
  });
  t.after(() => pool.close());
  return { pool, deaths };
}

/** A number that threads share. */
function counter(value: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4)).fill(value);
}

/** A job that never ends; resolves when a thread is at it. */
async function hang(pool: ThreadPool<TestJob, number>, signal?: AbortSignal) {
  const begun = counter(0);
  const hanging = pool.run({ kind: 'hang', begun }, signal);
  hanging.catch(() => {});
  while (begun[0] === 0) await sleep(5);
  // Not awaited with this function, which would wait for it.
  return { hanging };
}

test('each job has its own result, however many there are for each thread', async (t) => {
  const { pool } = poolOf(t, 2);
  const numbers = Array.from({ length: 50 }, (_, i) => i);
  const doubled = await Promise.all(numbers.map((number) => pool.run({ kind: 'double', number })));
  assert.deepEqual(
    doubled,
    numbers.map((number) => 2 * number),
  );
});

test('what a job throws is thrown to the one who asked, and the thread goes on', async (t) => {
  const { pool, deaths } = poolOf(t, 1);
  await assert.rejects(pool.run({ kind: 'throw', message: 'no' }), { name: 'RangeError', message: 'no' });
  assert.equal(await pool.run({ kind: 'double', number: 4 }), 8);
  assert.deepEqual(deaths, []);
});

test('the job of a thread that ended is done by its replacement', async (t) => {
  const { pool, deaths } = poolOf(t, 1);
  const jobs = [pool.run({ kind: 'die', lives: counter(1) }), pool.run({ kind: 'double', number: 3 })];
  assert.deepEqual(await Promise.all(jobs), [0, 6]);
  assert.deepEqual(deaths, ['exit code 7']);
});

test('a job whose thread ended twice fails and says why; others are done', async (t) => {
  const { pool, deaths } = poolOf(t, 2);
  const dying = pool.run({ kind: 'die', lives: counter(9) });
  const others = [1, 2, 3].map((number) => pool.run({ kind: 'double', number }));
  await assert.rejects(dying, {
    code: 'unreadable',
    message: 'the testing thread ended unexpectedly (exit code 7), 2 times',
  });
  assert.deepEqual(await Promise.all(others), [2, 4, 6]);
  assert.equal(deaths.length, 2);
});

test('a program that cannot be loaded fails the job instead of starting threads for ever', async (t) => {
  const pool = new ThreadPool<TestJob, number>({
    ...{ program: new URL('missing.ts', import.meta.url), size: 3, name: 'testing' },
  });
  t.after(() => pool.close());
  await assert.rejects(pool.run({ kind: 'double', number: 1 }), {
    message: /^the testing thread ended unexpectedly \(.*missing\.ts.*\), 2 times$/,
  });
});

test('an aborted job rejects at once, whether it waits or runs, and nobody does it later', async (t) => {
  const { pool } = poolOf(t, 1);
  const abort = new AbortController();
  const { hanging } = await hang(pool, abort.signal);
  const begun = counter(0);
  const waiting = pool.run({ kind: 'hang', begun }, abort.signal);
  const reason = new Error('no longer wanted');
  abort.abort(reason);
  await assert.rejects(hanging, reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(pool.run({ kind: 'double', number: 1 }, abort.signal), reason);
  assert.equal(begun[0], 0);
});

test('a pool closes while its threads are at work, rejects their jobs, and takes no more', async (t) => {
  const { pool, deaths } = poolOf(t, 1);
  const { hanging } = await hang(pool);
  const waiting = pool.run({ kind: 'double', number: 1 });
  const closed = pool.close();
  for (const job of [hanging, waiting, pool.run({ kind: 'double', number: 2 })]) {
    await assert.rejects(job, { code: 'unavailable', message: 'the program is being stopped' });
  }
  await closed;
  assert.deepEqual(deaths, []);
});

test('idle threads let the process end; one at work does not', async () => {
  const pool = new URL('../../../src/lib/threads/pool.ts', import.meta.url);
  const code = `
    import { ThreadPool } from ${JSON.stringify(pool.href)};
    const pool = new ThreadPool({ program: new URL(${JSON.stringify(program.href)}), size: 2, name: 'testing' });
    console.log(await pool.run({ kind: 'double', number: 21 }));`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.equal(stdout, '42\n');
});
