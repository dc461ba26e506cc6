import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignInThrottle } from '../../src/accounts/throttle.ts';

const MINUTE = 60_000;

function setUp() {
  const clock = { now: 1_000_000 };
  const throttle = new SignInThrottle(() => clock.now);
  /** Tries to sign in with a wrong password; returns the seconds to wait, 0: it was admitted. */
  const fail = (login: string, address = '192.0.2.1'): number => {
    try {
      throttle.admit(login, address);
      return 0;
    } catch (error) {
      const { code, retryAfter = -1, message } = error as { code: string; retryAfter?: number; message: string };
      assert.equal(code, 'too_many_requests');
      assert.match(message, new RegExp(`try again in ${retryAfter} seconds`));
      return retryAfter;
    }
  };
  return { clock, throttle, fail };
}

test('five failures for one name are free, then the waits double up to 15 minutes', () => {
  const { clock, fail } = setUp();
  for (let i = 0; i < 5; i++) assert.equal(fail('anna', `192.0.2.${i}`), 0);
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    const wait = fail('anna', '198.51.100.1');
    waits.push(wait);
    clock.now += wait * 1_000;
    assert.equal(fail('anna', `203.0.113.${i}`), 0, 'after the wait, one attempt is admitted');
  }
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
});

test('a wait counts down, and trying meanwhile does not make it longer', () => {
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

test('another name waits for nothing until its address has failed twenty times', () => {
  const { fail } = setUp();
  for (let i = 0; i < 20; i++) assert.equal(fail(`name ${i}`, '2001:db8::1'), 0);
  assert.equal(fail('fresh', '2001:db8::2'), 5, 'the same network');
  assert.equal(fail('fresh', '2001:db8:0:1::2'), 0, 'another network');
});

test('attempts that begin at once are counted before any of them ends', () => {
  const { fail } = setUp();
  const admitted = Array.from({ length: 50 }, () => fail('anna')).filter((wait) => wait === 0);
  assert.equal(admitted.length, 5);
});

test('success clears the name, and takes back only itself at the address', () => {
  const { throttle, fail } = setUp();
  for (let i = 0; i < 4; i++) fail('anna');
  throttle.admit('anna', '192.0.2.1');
  throttle.succeeded('anna', '192.0.2.1');
  for (let i = 0; i < 5; i++) assert.equal(fail('anna'), 0, 'the name starts afresh');
  for (let i = 0; i < 11; i++) assert.equal(fail(`name ${i}`), 0);
  assert.equal(fail('last'), 5, 'the twenty failures of the address still count');
});

test('after an hour of quiet a name starts afresh', () => {
  const { clock, fail } = setUp();
  for (let i = 0; i < 8; i++) {
    clock.now += fail('anna') * 1_000;
    fail('anna', `192.0.2.${i}`);
  }
  clock.now += 61 * MINUTE;
  for (let i = 0; i < 5; i++) assert.equal(fail('anna', '198.51.100.7'), 0);
});

test('an attacker who makes up names and addresses does not fill the memory', () => {
  const { fail } = setUp();
  for (let i = 0; i < 5; i++) fail('anna', `192.0.2.${i}`);
  assert.equal(fail('anna', '198.51.100.1'), 5);
  for (let i = 0; i < 50_001; i++) fail(`name ${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  assert.equal(fail('anna', '198.51.100.1'), 0, 'the oldest was forgotten');
});
