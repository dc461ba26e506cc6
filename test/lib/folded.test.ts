import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { folded } from '../../src/lib/folded.ts';

test('texts that differ only in case and accents are the same when folded', () => {
  for (const [a, b] of [
    ['Crêperie', 'CREPERIE'],
    ['Cre\u0302perie', 'Crêperie'],
    ['İstanbul', 'istanbul'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδός'],
    ['Smørrebrød', 'smorrebrod'],
    ['Łódź', 'lodz'],
    ['Ёлка', 'елка'],
  ] as const) {
    assert.equal(folded(a), folded(b), `${a} ${b}`);
  }
});

test('marks that make another letter stay', () => {
  for (const [a, b] of [
    ['ガ', 'カ'],
    ['हिन्दी', 'हन्द'],
    ['한', '하'],
  ] as const) {
    assert.notEqual(folded(a), folded(b), `${a} ${b}`);
    assert.ok(!folded(a).includes(folded(b)), `${b} is no part of ${a}`);
  }
});

test('folding again changes nothing, and case does not matter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const once = folded(text);
      assert.equal(folded(once), once);
      assert.equal(folded(text.toUpperCase()), once);
    }),
    { numRuns: 500 },
  );
});
