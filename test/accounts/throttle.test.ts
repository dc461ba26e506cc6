import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attempt, SignInThrottle } from '../../src/accounts/throttle.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = { now: 1_000_000 };
  const throttle = new SignInThrottle(() => clock.now);
  /** Starts an attempt; returns the seconds to wait if it is rejected. */
  const begin = (login: string, address = '192.0.2.1', device?: string): Attempt | number => {
    try {
      return throttle.begin({ login, address, device });
    } catch (error) {
      const { code, retryAfter = -1, message } = error as { code: string; retryAfter?: number; message: string };
      assert.equal(code, 'too_many_requests');
      assert.match(message, new RegExp(`try again in ${retryAfter} seconds?$`));
      return retryAfter;
    }
  };
  /** Tries to sign in with a wrong password; returns the seconds to wait, or 0 if the attempt was admitted. */
  const fail = (login: string, address?: string, device?: string): number => {
    const attempt = begin(login, address, device);
    if (typeof attempt === 'number') return attempt;
    attempt.failed();
    return 0;
  };
  return { clock, throttle, begin, fail };
}

test('a login has five free failures per network, then the delay doubles up to 15 minutes', () => {
  const { clock, fail } = setUp();
  for (let i = 0; i < 5; i++) assert.equal(fail('anna', `192.0.2.${i}`), 0);
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    const wait = fail('anna', '192.0.2.100');
    waits.push(wait);
    clock.now += wait * 1_000;
    assert.equal(fail('anna', `192.0.2.${100 + i}`), 0, 'one attempt is admitted after the delay');
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
});

test('guesses for a login in one network do not delay it in another', () => {
  const { fail } = setUp();
  for (let i = 0; i < 5; i++) fail('anna', '192.0.2.1');
  assert.equal(fail('anna', '192.0.2.200'), 5, 'the same /24');
  assert.equal(fail('anna', '192.0.3.1'), 0);
  for (let i = 0; i < 5; i++) fail('anna', '2001:db8:1::1');
  assert.equal(fail('anna', '2001:db8:1:ffff::1'), 5, 'the same /48');
  assert.equal(fail('anna', '2001:db8:2::1'), 0);
});

test('a known browser is delayed only by its own failures', () => {
  const { fail } = setUp();
  for (let i = 0; i < 20; i++) fail(`name ${i}`);
  for (let i = 0; i < 5; i++) fail('anna');
  assert.equal(fail('anna'), 5, 'the login is delayed in this network');
  for (let i = 0; i < 5; i++) assert.equal(fail('anna', '192.0.2.1', 'laptop'), 0);
  assert.equal(fail('anna', '198.51.100.1', 'laptop'), 5, 'in any network');
  assert.equal(fail('anna', '192.0.2.1', 'phone'), 0);
});

test('a delay counts down, and attempts in the meantime do not extend it', () => {
  const { clock, fail } = setUp();
  for (let i = 0; i < 5; i++) fail('anna');
  assert.equal(fail('anna'), 5);
  clock.now += 2_500;
  assert.equal(fail('anna'), 3);
  clock.now += 2_499;
  assert.equal(fail('anna'), 1);
  clock.now += 1;
  assert.equal(fail('anna'), 0);
});

test('another login is not delayed until its address has failed twenty times', () => {
  const { fail } = setUp();
  for (let i = 0; i < 20; i++) assert.equal(fail(`name ${i}`, '2001:db8::1'), 0);
  assert.equal(fail('fresh', '2001:db8::2'), 5, 'the same network');
  assert.equal(fail('fresh', '2001:db8:0:1::2'), 0, 'another network');
});

test('concurrent attempts count before any of them ends', () => {
  const { begin } = setUp();
  const admitted = Array.from({ length: 50 }, () => begin('anna')).filter((one) => typeof one !== 'number');
  assert.equal(admitted.length, 5);
});

test('attempts that could not be checked never count', () => {
  const { begin, fail } = setUp();
  for (let i = 0; i < 4; i++) fail('anna');
  for (let i = 0; i < 100; i++) {
    const attempt = begin('anna');
    assert.ok(typeof attempt !== 'number', 'admitted');
    attempt.cancelled();
    attempt.failed();
  }
  assert.equal(fail('anna'), 0);
  assert.equal(fail('anna'), 5);
});

test('an attempt that could not be checked does not restart the delay', () => {
  const { clock, begin, fail } = setUp();
  for (let i = 0; i < 5; i++) fail('anna');
  clock.now += 5_000;
  const attempt = begin('anna');
  assert.ok(typeof attempt !== 'number', 'admitted');
  attempt.cancelled();
  assert.equal(fail('anna'), 0);
});

test('success resets the login but removes only one failure of the address', () => {
  const { begin, fail } = setUp();
  for (let i = 0; i < 4; i++) fail('anna');
  const attempt = begin('anna');
  assert.ok(typeof attempt !== 'number', 'admitted');
  attempt.succeeded();
  for (let i = 0; i < 5; i++) assert.equal(fail('anna'), 0, 'the login is reset');
  for (let i = 0; i < 11; i++) assert.equal(fail(`name ${i}`), 0);
  assert.equal(fail('last'), 5, 'the twenty failures of the address still count');
});

test('a login is reset after an hour without failures', () => {
  const { clock, fail } = setUp();
  for (let i = 0; i < 8; i++) {
    clock.now += fail('anna') * 1_000;
    fail('anna');
  }
  clock.now += 61 * MINUTE;
  for (let i = 0; i < 5; i++) assert.equal(fail('anna'), 0);
});

test('made-up logins and addresses do not fill the memory', () => {
  const { fail } = setUp();
  for (let i = 0; i < 5; i++) fail('anna', `192.0.2.${i}`);
  assert.equal(fail('anna', '192.0.2.100'), 5);
  for (let i = 0; i < 50_001; i++) fail(`name ${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  assert.equal(fail('anna', '192.0.2.100'), 0, 'the oldest counter was dropped');
});
