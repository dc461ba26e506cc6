import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lazily } from '../../src/lib/lazy.ts';

test('a lazy value is made once, at its first use, and again only if that failed', () => {
  let made = 0;
  const value = lazily(() => {
    made += 1;
    if (made === 1) throw new Error('not yet');
    return undefined;
  });
  assert.equal(made, 0);
  assert.throws(value, /not yet/);
  assert.deepEqual([value(), value(), made], [undefined, undefined, 2]);
});
