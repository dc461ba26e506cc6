import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, contains, union } from '../../src/domain/interval.ts';
import { downSince, newStatePath, upStretches, walkStatePath } from '../../src/domain/state-path.ts';
import { pollColumns } from '../support/fleet.ts';

const polls = fc
  .uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 100 }), active: fc.boolean() }), { selector: ({ at }) => at })
  .map((drawn) => drawn.sort((a, b) => a.at - b.at).map(({ at, active }) => ({ store: 0, instant: at, active })));
const open = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 30 })), { maxLength: 6 })
  .map((drawn) => union(drawn.flatMap(([from, length]) => [from, from + length])));

test('at every instant the state is that of the nearest counting poll', () => {
  const path = newStatePath();
  fc.assert(
    fc.property(polls, open, (rows, hours) => {
      walkStatePath(hours, pollColumns(rows), 0, rows.length, path);
      const counting = rows.filter(({ instant }) => contains(hours, instant));
      assert.equal(path.counted, counting.length);
      const up = upStretches(path);
      // Quarters are never half-way between two whole numbers.
      for (let at = -10.25; at < 120; at++) {
        const [nearest] = [...counting].sort((a, b) => Math.abs(a.instant - at) - Math.abs(b.instant - at));
        assert.equal(contains(up, at), nearest?.active ?? false, `at ${at}`);
      }
    }),
  );
});

test('a store is down since the middle between its last active and the next poll', () => {
  const since = (...states: boolean[]) => {
    const path = newStatePath();
    const rows = states.map((active, i) => ({ store: 0, instant: 10 * i, active }));
    walkStatePath(ALWAYS, pollColumns(rows), 0, rows.length, path);
    return downSince(path);
  };
  assert.equal(since(), undefined);
  assert.equal(since(true), undefined);
  assert.equal(since(false, true), undefined);
  assert.equal(since(false), Number.NEGATIVE_INFINITY);
  assert.equal(since(true, false, false), 5);
  assert.equal(since(false, true, false, true, true, false), 45);
});
