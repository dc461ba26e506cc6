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

test('each word of a search may be in another text, and a label is found as people see it', () => {
  const matches = (search: string) =>
    storeMatcher(search, () => ['n1'])('n1', 'Noodle House 567', 'Austin', 'city: Austin');
  for (const search of ['noodle austin', 'n1 house', 'noodle 567', 'city: aus', 'CITY:Austin', 'house  city:austin'])
    assert.ok(matches(search), search);
  for (const search of ['noodle oslo', 'city: house', 'city;austin', 'noodles austin'])
    assert.ok(!matches(search), search);
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
    ['corner c', ['c']],
    ['c, nothing', []],
  ] as const) {
    assert.deepEqual(found(search, names).sort(), [...ids].sort(), search);
  }
});
