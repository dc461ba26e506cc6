import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsIn, storeMatcher } from '../../src/lib/store-search.ts';
import { idsIn as idsOnThePage, idsText } from '../../web/src/lib/ids.ts';

test('ids are separated by commas, semicolons or white space, and quotes keep one together', () => {
  for (const [text, ids] of [
    ['', []],
    ['17', ['17']],
    [' 17, 18;19\n20\t17 ,', ['17', '18', '19', '20']],
    ['"Main Street 5", 17', ['Main Street 5', '17']],
    ['"unfinished 17', ['unfinished', '17']],
  ] as const) {
    assert.deepEqual(idsIn(text), ids, text);
    assert.deepEqual(idsOnThePage(text), ids, `on the page: ${text}`);
  }
  const odd = ['a b', 'c,d', 'e'];
  assert.deepEqual(idsOnThePage(idsText(odd)), odd);
});

test('a search finds parts of texts, and stores whose ids it lists', () => {
  const main = storeMatcher('main street');
  assert.equal(main('17', 'North Main Street'), true);
  assert.equal(main('main', 'Loop'), true, 'one of two ids');
  assert.equal(main('mainly', 'Loop', undefined), false);
  const list = storeMatcher('A1, b2');
  assert.deepEqual(
    ['a1', 'B2', 'a1x', 'c3'].map((id) => list(id)),
    [true, true, false, false],
  );
  assert.equal(storeMatcher('a1')('xa1x'), true, 'a part of an id');
  assert.equal(storeMatcher('(.*')('x'), false, 'nothing in a search is a pattern');
  assert.equal(storeMatcher('')('x'), true);
});
