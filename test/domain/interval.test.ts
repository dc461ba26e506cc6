import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ALWAYS,
  contains,
  EMPTY,
  type Intervals,
  intersect,
  total,
  totalWithin,
  union,
} from '../../src/domain/interval.ts';

// The model: the line is cut into cells at the integers 0 … SIZE, with an endless cell at either side; a set of
// instants is the list of its cells.
const SIZE = 12;
const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
const CELLS = [
  { from: NEGATIVE_INFINITY, to: 0 },
  ...Array.from({ length: SIZE }, (_, k) => ({ from: k, to: k + 1 })),
  { from: SIZE, to: POSITIVE_INFINITY },
];

function cellsOf(pieces: readonly number[]): boolean[] {
  return CELLS.map((cell) => pairs(pieces).some(([from, to]) => from <= cell.from && cell.to <= to));
}

function pairs(flat: readonly number[]): [number, number][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? Number.NaN, flat[2 * i + 1] ?? Number.NaN]);
}

function lengthOf(cells: readonly boolean[]): number {
  return CELLS.reduce((sum, cell, i) => (cells[i] ? sum + (cell.to - cell.from) : sum), 0);
}

/** Sorted, no empty piece, no two pieces that touch: each bound is greater than the one before. */
function assertCanonical(a: Intervals): void {
  assert.equal(a.length % 2, 0);
  for (let i = 1; i < a.length; i++) {
    assert.ok(Number(a[i - 1]) < Number(a[i]), `${JSON.stringify(a)} is not sorted, disjoint and apart`);
  }
}

const bound = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: SIZE }) },
  { weight: 1, arbitrary: fc.constantFrom(NEGATIVE_INFINITY, POSITIVE_INFINITY) },
);
/** Pieces in any order, empty and inverted ones among them; frozen, since no operation may change its input. */
const pieces = fc
  .array(fc.tuple(bound, bound), { maxLength: 6 })
  .map((drawn): readonly number[] => Object.freeze(drawn.flat()));
const intervals = pieces.map((drawn): Intervals => Object.freeze([...union(drawn)]));

test('a union holds what some piece holds, sorted, disjoint and with touching pieces merged', () => {
  fc.assert(
    fc.property(pieces, (drawn) => {
      const result = union(drawn);
      assertCanonical(result);
      assert.deepEqual(cellsOf(result), cellsOf(drawn));
    }),
    { numRuns: 3000 },
  );
});

test('a union does not depend on the order of its pieces or on how they are grouped', () => {
  fc.assert(
    fc.property(pieces, pieces, pieces, (a, b, c) => {
      const all = union([...a, ...b, ...c]);
      assert.deepEqual(union([...c, ...a, ...b]), all);
      assert.deepEqual(union([...union([...a, ...b]), ...c]), all);
      assert.deepEqual(union([...a, ...union([...b, ...c])]), all);
    }),
    { numRuns: 1000 },
  );
});

test('a union of a union changes nothing', () => {
  fc.assert(
    fc.property(intervals, (a) => {
      assert.deepEqual(union(a), a);
      assert.deepEqual(union([...a, ...a]), a);
    }),
    { numRuns: 1000 },
  );
});

test('an intersection holds what both sides hold and is canonical', () => {
  fc.assert(
    fc.property(intervals, intervals, (a, b) => {
      const result = intersect(a, b);
      assertCanonical(result);
      const inB = cellsOf(b);
      assert.deepEqual(
        cellsOf(result),
        cellsOf(a).map((inA, i) => inA && inB[i] === true),
      );
    }),
    { numRuns: 3000 },
  );
});

test('an intersection is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(intervals, intervals, intervals, (a, b, c) => {
      assert.deepEqual(intersect(a, b), intersect(b, a));
      assert.deepEqual(intersect(intersect(a, b), c), intersect(a, intersect(b, c)));
      assert.deepEqual(intersect(a, a), a);
    }),
    { numRuns: 1000 },
  );
});

test('union and intersection distribute over each other', () => {
  fc.assert(
    fc.property(intervals, intervals, intervals, (a, b, c) => {
      assert.deepEqual(intersect(a, union([...b, ...c])), union([...intersect(a, b), ...intersect(a, c)]));
      assert.deepEqual(union([...a, ...intersect(b, c)]), intersect(union([...a, ...b]), union([...a, ...c])));
    }),
    { numRuns: 1000 },
  );
});

test('nothing and everything are the neutral elements', () => {
  fc.assert(
    fc.property(intervals, (a) => {
      assert.deepEqual(intersect(a, ALWAYS), a);
      assert.deepEqual(intersect(a, EMPTY), EMPTY);
      assert.deepEqual(union([...a, ...EMPTY]), a);
      assert.deepEqual(union([...a, ...ALWAYS]), ALWAYS);
    }),
    { numRuns: 1000 },
  );
});

test('the total is the length of the cells, infinite when a bound is', () => {
  fc.assert(
    fc.property(intervals, (a) => {
      assert.equal(total(a), lengthOf(cellsOf(a)));
    }),
    { numRuns: 1000 },
  );
});

test('the total within a window is the total of the part inside, also of endless windows and empty ones', () => {
  fc.assert(
    fc.property(intervals, bound, bound, (a, from, to) => {
      const inside = cellsOf([from, to]);
      assert.equal(totalWithin(a, from, to), lengthOf(cellsOf(a).map((held, i) => held && inside[i] === true)));
      assert.equal(totalWithin(a, from, to), from < to ? total(intersect(a, [from, to])) : 0);
    }),
    { numRuns: 3000 },
  );
});

test('what lies before, inside and after a window adds up to the whole', () => {
  fc.assert(
    fc.property(intervals, bound, bound, (a, x, y) => {
      const from = Math.min(x, y);
      const to = Math.max(x, y);
      const parts = [totalWithin(a, NEGATIVE_INFINITY, from), totalWithin(a, from, to), totalWithin(a, to, Infinity)];
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        total(a),
      );
    }),
    { numRuns: 1000 },
  );
});

test('an instant is contained from the start of a stretch on and up to its end, the end not included', () => {
  fc.assert(
    fc.property(intervals, (a) => {
      const held = cellsOf(a);
      CELLS.forEach((cell, i) => {
        const first = cell.from === NEGATIVE_INFINITY ? -1e15 : cell.from;
        const last = cell.to === POSITIVE_INFINITY ? 1e15 : cell.to - 0.001;
        for (const t of [first, last]) assert.equal(contains(a, t), held[i], `${t} in ${JSON.stringify(a)}`);
      });
    }),
    { numRuns: 1000 },
  );
});

test('pieces that touch become one and a hole of one millisecond stays a hole', () => {
  assert.deepEqual(union([5, 9, 0, 5]), [0, 9]);
  assert.deepEqual(union([6, 9, 0, 5]), [0, 5, 6, 9]);
});

test('stretches that only touch have nothing in common', () => {
  assert.deepEqual(intersect([0, 5], [5, 9]), EMPTY);
});

test('empty and inverted pieces vanish, wherever they stand', () => {
  assert.deepEqual(union([3, 3]), EMPTY);
  assert.deepEqual(union([9, 2]), EMPTY);
  assert.deepEqual(union([0, 4, 9, 2, 4, 4, 6, 7]), [0, 4, 6, 7]);
  assert.deepEqual(union([POSITIVE_INFINITY, NEGATIVE_INFINITY]), EMPTY);
});

test('everything contains every instant and nothing contains none', () => {
  for (const t of [-8.64e15, -1, 0, 0.5, 8.64e15]) {
    assert.equal(contains(ALWAYS, t), true);
    assert.equal(contains(EMPTY, t), false);
  }
  assert.equal(totalWithin(ALWAYS, 10, 25), 15);
  assert.equal(total(EMPTY), 0);
});
