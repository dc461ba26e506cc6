import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '@node-rs/argon2';
import { checkPassword } from '../../src/accounts/password-rules.ts';
import { Passwords } from '../../src/accounts/passwords.ts';

const PASSWORD = 'correct horse battery';

test('a password matches its own hash and no other', async () => {
  const passwords = new Passwords();
  const [one, two] = await Promise.all([passwords.hash(PASSWORD), passwords.hash(PASSWORD)]);
  assert.notEqual(one, two, 'each hash has its own salt');
  assert.ok(await passwords.matches(one, PASSWORD), 'the password itself');
  assert.ok(!(await passwords.matches(one, `${PASSWORD} `)), 'another password');
  assert.ok(!(await passwords.matches(one, '')), 'none');
});

test('hashes use argon2id with the parameters that OWASP recommends', async () => {
  const passwordHash = await new Passwords().hash(PASSWORD);
  assert.match(passwordHash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
  assert.deepEqual({ memoryCost, timeCost, parallelism }, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
});

test('without a hash nothing matches', async () => {
  const passwords = new Passwords();
  for (const password of [PASSWORD, '', 'A'.repeat(43)])
    assert.ok(!(await passwords.matches(undefined, password)), password);
});

test('composed and decomposed Unicode forms of a password are the same', async () => {
  const passwords = new Passwords();
  const passwordHash = await passwords.hash('Crème brûlée 12');
  assert.ok(await passwords.matches(passwordHash, 'Crème brûlée 12'.normalize('NFD')), 'decomposed');
});

test('passwords are rejected while a hundred are waiting, and accepted again afterwards', async () => {
  const passwords = new Passwords();
  const passwordHash = await passwords.hash(PASSWORD);
  const results = await Promise.allSettled(
    Array.from({ length: 110 }, () => passwords.matches(passwordHash, PASSWORD)),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 8, 'two run and a hundred wait');
  for (const { reason } of refused) {
    assert.equal(reason.code, 'too_many_requests');
    assert.ok(reason.retryAfter > 0, 'says when to retry');
  }
  assert.ok(await passwords.matches(passwordHash, PASSWORD), 'all slots are free again');
});

test('a password has 12 to 256 characters, regardless of bytes, and never appears in errors', async () => {
  for (const password of ['x'.repeat(12), 'x'.repeat(256), '🍕'.repeat(12)]) await checkPassword(password, 'anna');
  for (const password of ['', 'hunter2hunt', '🍕'.repeat(11), 'hunter2'.repeat(40)]) {
    await assert.rejects(
      checkPassword(password, 'anna'),
      (error: Error) => /expected 12 to 256$/.test(error.message) && !error.message.includes('hunter2'),
    );
  }
});

test('obvious passwords are rejected, even with digits and punctuation around them', async () => {
  const refused: [string, RegExp][] = [
    ['qwertyuiop123456', /very common/],
    ['Password12345!', /very common/],
    ['letmein-123456', /very common/],
    ['anna.example@example.com', /is the login/],
    ['ANNA.EXAMPLE@example.com', /is the login/],
    ['anna.example2026', /is the login/],
    ['Restaurant-Monitor', /the name of this product/],
    ['restaurantmonitor1!', /the name of this product/],
  ];
  for (const [password, message] of refused) {
    await assert.rejects(checkPassword(password, 'anna.example@example.com', 'next'), {
      code: 'invalid_input',
      field: 'next',
      message,
    });
  }
});
