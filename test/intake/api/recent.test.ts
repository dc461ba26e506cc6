import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pollsSince } from '../../../src/intake/api/recent.ts';

const batch = { ids: ['a', 'b', 'c'], instants: [1, 3, 2], active: [1, 0, 0], reasons: new Map([[2, 'timeout']]) };

test('polls before an instant are left out, the others keep their reasons', () => {
  assert.deepEqual(pollsSince(batch, 2), {
    ids: ['b', 'c'],
    instants: Float64Array.of(3, 2),
    active: Uint8Array.of(0, 0),
    reasons: new Map([[1, 'timeout']]),
  });
  assert.equal(pollsSince(batch, 1), batch);
});
