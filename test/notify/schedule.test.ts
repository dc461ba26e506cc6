import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { afterAttempt, deadlineOf, sendableFrom, TRIED_FOR } from '../../src/notify/schedule.ts';

const HOUR = 3_600_000;
const NIGHT = Date.parse('2026-11-27T23:00:00Z');
const MORNING = Date.parse('2026-11-28T07:00:00Z');
const QUIET = { start: 22 * HOUR, end: 7 * HOUR };

/** With a random number in the middle, pauses are as in the table. */
const attempt = (number: number, now = 0, deadline = TRIED_FOR) => ({ number, now, deadline, random: 0.5 });
const RETRY = { status: 'retry', reason: '503' } as const;

suite('the schedule of attempts', () => {
  test('a failed message is tried again after growing pauses, for a day', () => {
    const pauses: number[] = [];
    let now = 0;
    for (let number = 1; ; number++) {
      const { outcome } = afterAttempt(RETRY, attempt(number, now));
      if (outcome.status !== 'pending') {
        assert.match(outcome.status === 'failed' ? outcome.reason : '', /^given up after \d+ attempts: 503$/);
        break;
      }
      pauses.push((outcome.nextAt - now) / 1_000);
      now = outcome.nextAt;
    }
    assert.deepEqual(pauses.slice(0, 9), [10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600]);
    assert.equal(new Set(pauses.slice(8)).size, 1);
    assert.ok(now > TRIED_FOR - 2 * HOUR && now <= TRIED_FOR, `the last attempt is after ${now / HOUR} hours`);
  });

  test('messages that failed together are tried again apart', () => {
    const next = (random: number) => afterAttempt(RETRY, { ...attempt(1), random }).outcome;
    assert.deepEqual(next(0), { status: 'pending', reason: '503', nextAt: 9_000, counts: true });
    assert.deepEqual(next(0.999), { status: 'pending', reason: '503', nextAt: 10_998, counts: true });
  });

  test('a receiver that asks to wait gets no message until then', () => {
    const { outcome, holdUntil } = afterAttempt({ ...RETRY, after: 600_000 }, attempt(1));
    assert.deepEqual(outcome, { status: 'pending', reason: '503', nextAt: 600_000, counts: true });
    assert.equal(holdUntil, 600_000);
  });

  test('other messages wait for a failing receiver for a minute at most', () => {
    assert.equal(afterAttempt(RETRY, attempt(1)).holdUntil, 10_000);
    assert.equal(afterAttempt(RETRY, attempt(9)).holdUntil, 60_000);
  });

  test('a rejected message is given up at once, and an address that is gone disables the contact point', () => {
    const rejected = afterAttempt({ status: 'rejected', reason: '400' }, attempt(1)).outcome;
    assert.deepEqual(rejected, { status: 'failed', reason: '400' });
    assert.deepEqual(afterAttempt({ status: 'gone', reason: 'it responded with 410' }, attempt(1)).outcome, {
      status: 'failed',
      reason: 'it responded with 410',
      notice: 'disabled because its address no longer exists: it responded with 410',
    });
  });

  for (const [name, quietHours, severity, expected] of [
    ['without quiet hours', undefined, 'notice', NIGHT],
    ['notices wait for the end of quiet hours', { ...QUIET, holdPages: false }, 'notice', MORNING],
    ['pages do not wait', { ...QUIET, holdPages: false }, 'page', NIGHT],
    ['unless the recipient wants them to', { ...QUIET, holdPages: true }, 'page', MORNING],
  ] as const) {
    test(`a message at night: ${name}`, () => {
      const recipient = { zone: 'UTC', quietHours };
      assert.equal(sendableFrom(recipient, severity, NIGHT), expected);
      assert.equal(deadlineOf(recipient, severity, NIGHT), expected + TRIED_FOR, 'the day begins when it may be sent');
    });
  }
});
