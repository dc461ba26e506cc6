import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsIn, idsText } from '../../src/lib/id-list.ts';

test('ids are separated by commas, semicolons or white space, and quotes keep one together', () => {
  for (const [text, ids] of [
    ['', []],
    ['17', ['17']],
    [' 17, 18;19\n20\t17 ,', ['17', '18', '19', '20']],
    ['"Main Street 5", 17', ['Main Street 5', '17']],
    ['"unfinished 17', ['unfinished', '17']],
  ] as const) {
    assert.deepEqual(idsIn(text), ids, text);
  }
  const odd = ['a b', 'c,d', 'e'];
  assert.deepEqual(idsIn(idsText(odd)), odd);
});
