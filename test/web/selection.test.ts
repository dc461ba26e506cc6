import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withRange } from '../../web/src/lib/selection.ts';

const LIST = ['a', 'b', 'c', 'd', 'e'];

test('a range is selected or cleared in either direction, and the rest of the selection is kept', () => {
  const range = (chosen: string[], from: string | undefined, to: string, isChosen = true) =>
    [...withRange(new Set(chosen), LIST, { from, to, isChosen })].sort().join('');
  assert.equal(range(['a'], 'a', 'c'), 'abc');
  assert.equal(range(['e'], 'd', 'b'), 'bcde');
  assert.equal(range(LIST, 'b', 'd', false), 'ae');
  assert.equal(range(['a'], undefined, 'c'), 'ac', 'nothing was clicked before');
  assert.equal(range(['a'], 'gone', 'c'), 'ac', 'what was clicked before is no longer in the list');
  assert.equal(range(['a'], 'a', 'a', false), '');
});
