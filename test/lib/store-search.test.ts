import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeMatcher } from '../../src/lib/store-search.ts';

/** The stores that a search finds, by id. */
function found(search: string, names: Readonly<Record<string, string | undefined>>): string[] {
  const matches = storeMatcher(search, () => Object.keys(names));
  return Object.keys(names).filter((id) => matches(id, names[id]));
}

test('a search finds parts of ids and names', () => {
  const names = { '17': 'North Main Street', a1: 'Loop', xa1x: undefined };
  assert.deepEqual(found('main street', names), ['17']);
  assert.deepEqual(found('A1', names), ['a1', 'xa1x']);
  assert.deepEqual(found('(.*', names), [], 'nothing in a search is a pattern');
  assert.deepEqual(found('', names), Object.keys(names));
});

test('a search lists ids only if each of its parts is one or looks like one', () => {
  const names = { c: 'Corner', 'main street': 'Loop', B2: 'Harbor', a1: 'Anna & Co', a1x: 'Mill 5 c' };
  for (const [search, ids] of [
    ['A1, b2', ['B2', 'a1']],
    ['a1 gone-99', ['a1']],
    ['c, b2', ['c', 'B2']],
    ['"Main Street"; c', ['c', 'main street']],
    ['anna & c', ['a1']],
    ['mill 5 c', ['a1x']],
    ['corner c', []],
    ['c, nothing', []],
  ] as const) {
    assert.deepEqual(found(search, names).sort(), [...ids].sort(), search);
  }
});
