import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from '../../src/health/failure.ts';
import { Health } from '../../src/health/health.ts';
import { invalid, UserError } from '../../src/lib/errors.ts';

const NOON = Date.parse('2026-11-25T12:00:00Z');
const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

function scene() {
  const time = { passed: 0 };
  const health = new Health({ now: () => NOON + time.passed, elapsed: () => time.passed });
  return { time, health, failing: () => health.writers().flatMap(({ name, failing }) => (failing ? [name] : [])) };
}

test('a writer without outcomes is not failing', () => {
  const { health } = scene();
  health.writer('append');
  assert.deepEqual(health.writers(), [
    { name: 'append', failing: false, lastSuccess: undefined, lastFailure: undefined },
  ]);
});

test('the last outcome counts, and what a client sent does not', async () => {
  const { health, time, failing } = scene();
  const append = health.watching('append', async (error?: Error) => {
    if (error !== undefined) throw error;
    return 'stored';
  });
  await assert.rejects(append(FULL), /^Error: ENOSPC/);
  assert.deepEqual(failing(), ['append']);
  time.passed = 1_000;
  await assert.rejects(append(invalid('a bad row')), /a bad row/);
  assert.deepEqual(failing(), ['append']);
  assert.deepEqual(health.warnings(), [
    'the last polls that were sent were not stored: no space left on device (ENOSPC)',
  ]);
  assert.equal(await append(), 'stored');
  await assert.rejects(append(invalid('a bad row')), /a bad row/);
  const failure = { code: 'ENOSPC', message: 'no space left on device', passing: true, at: NOON };
  assert.deepEqual(health.writers(), [
    { name: 'append', failing: false, lastSuccess: NOON + 1_000, lastFailure: failure },
  ]);
});

test('a failure of a disk or the database is over when a minute has passed and all small writes work again', () => {
  const { health, time, failing } = scene();
  const [database, folder] = [health.writer('database'), health.writer('results_folder')];
  health.writer('report').failed(FULL);
  database.failed(new UserError('unavailable', 'the database cannot be reached'));
  assert.deepEqual(health.faults(), ['the database cannot be written: the database cannot be reached (unavailable)']);
  time.passed = 30_000;
  database.worked();
  folder.worked();
  assert.deepEqual([health.faults(), failing()], [[], ['report']]);
  time.passed = 60_000;
  assert.deepEqual(failing(), []);
  health.writer('report').failed(FULL);
  time.passed = 180_000;
  database.worked();
  assert.deepEqual(failing(), ['report'], 'the folder has not been written since');
  folder.worked();
  assert.deepEqual(failing(), []);
});

test('polls that are dropped because their sender is gone are no outcome', async () => {
  const { health, failing } = scene();
  const gone = new AbortController();
  const append = health.watching('append', async (_polls: string, signal: AbortSignal) => signal.throwIfAborted());
  gone.abort(new Error('the connection was closed'));
  await assert.rejects(append('a', gone.signal), /the connection was closed/);
  assert.deepEqual(failing(), []);
});

test('a defect, such as damaged data, is over when the same writer works again', () => {
  const { health, time, failing } = scene();
  health.writer('report').failed(new Error('IO Error: Corrupt database file: computed checksum 1 does not match 2'));
  time.passed = 3_600_000;
  health.writer('database').worked();
  assert.deepEqual(failing(), ['report']);
  assert.deepEqual(health.warnings(), [
    'the last report could not be completed: an internal error; the log has more (internal)',
  ]);
  health.writer('report').worked();
  assert.deepEqual(failing(), []);
});

test('the reason names neither path nor data, and has the innermost code', () => {
  const reason = (error: unknown) => {
    const failure = failureOf(error);
    return failure && `${failure.code} ${failure.message}`;
  };
  const cause = Object.assign(new Error('could not extend file "base/5/1": No space left on device'), {
    code: '53100',
  });
  const wrapped = new UserError('unavailable', `the database cannot be used: ${cause.message}`, { cause });
  assert.equal(
    reason(wrapped),
    '53100 the database cannot be used: could not extend file "…": No space left on device',
  );
  const folder = new UserError('unwritable', 'the folder /srv/secret/results cannot be written (C:\\data)', {
    cause: FULL,
  });
  assert.equal(reason(folder), 'ENOSPC no space left on device');
  assert.equal(
    reason(new UserError('unwritable', 'the folder /srv/results (C:\\data) of https://a:b@c/d cannot be written')),
    'unwritable the folder … (… of … cannot be written',
  );
  assert.equal(reason(new UserError('busy', 'the database is busy\nand more')), 'busy the database is busy');
  assert.equal(reason(new UserError('unavailable', 'x'.repeat(1_000)))?.length, 212);
  assert.equal(reason(new TypeError('password hunter2')), 'internal an internal error; the log has more');
  assert.equal(reason(invalid('end_time_local "25:00"')), undefined);
});
