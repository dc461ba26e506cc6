import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, contains, intersect, total, totalWithin } from '../../../src/domain/interval.ts';
import type { CellCounts } from '../../../src/domain/markov/cell-counts.ts';
import { CELLS, cellOf, gapAt, KNOTS, UP_UP } from '../../../src/domain/markov/gap-table.ts';
import { NO_POLL, StoreGaps, WINDOW_BANDS } from '../../../src/domain/markov/gaps.ts';
import { LONGEST_EDGE } from '../../../src/domain/markov/segment-table.ts';
import { eachStore } from '../../../src/domain/uptime.ts';
import { WINDOWS } from '../../../src/domain/window.ts';
import { pollColumns } from '../../support/fleet.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';
import { AS_OF, anyStore, batchOf } from './any-store.ts';

/** Edges are tabulated at the squares of 0 to 18, in units that make the last one `LONGEST_EDGE`. */
const EDGE_LENGTHS = 19;

/** The open time of gap segments, by the length that each cell stands for. */
function openTimeOf({ cells, counts, length }: CellCounts): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const [cell, count] = [cells[i] ?? Number.NaN, counts[i] ?? Number.NaN];
    const edge = LONGEST_EDGE * (((cell - CELLS) % EDGE_LENGTHS) / (EDGE_LENGTHS - 1)) ** 2;
    sum += count * (cell < CELLS ? gapAt(cell % KNOTS) : edge);
  }
  return sum;
}

/** The start of a band; that of the first is −∞. */
function bandStart(band: number, asOf: number): number {
  return band === 0 ? Number.NEGATIVE_INFINITY : asOf - (WINDOWS[WINDOW_BANDS - 1 - band] ?? Number.NaN);
}

/** Calls `check` with the gathered gaps of random stores, their open intervals and their counting polls. */
function forAnyStore(
  check: (
    gaps: StoreGaps,
    open: readonly number[],
    counting: readonly { instant: number; active: boolean }[],
    asOf: number,
  ) => void,
): void {
  const gaps = new StoreGaps();
  fc.assert(
    fc.property(anyStore, ([hours, seen, asOf]) => {
      const batch = batchOf(
        1,
        hours,
        seen.map((poll) => ({ store: 0, ...poll })),
      );
      eachStore(batch, asOf, (_, open, first, last) => {
        const counting = seen.filter(({ instant }) => contains(open, instant));
        const known = gaps.gather(open, batch.polls, first, last, asOf);
        assert.equal(known, counting.length > 0);
        if (known) check(gaps, open, counting, asOf);
      });
    }),
    { numRuns: 300, endOnFailure: true },
  );
}

test('counting polls are counted by window band, and the first one gives the first state', () => {
  forAnyStore((gaps, _, counting, asOf) => {
    assert.equal(gaps.first, counting[0]?.active ? 1 : 0);
    for (let band = 0; band < WINDOW_BANDS; band++) {
      const [from, to] = [
        bandStart(band, asOf),
        band + 1 < WINDOW_BANDS ? bandStart(band + 1, asOf) : Number.POSITIVE_INFINITY,
      ];
      const expected = counting.filter(({ instant }) => instant >= from && instant < to).length;
      assert.equal(gaps.polls[band], expected, `band ${band}`);
    }
  });
});

test('every gap between two polls is kept with the states at its ends and its length', () => {
  forAnyStore(({ all }, _, counting) => {
    const expected = Array.from({ length: 4 }, () => ({ number: 0, length: 0 }));
    for (const [i, poll] of counting.entries()) {
      const before = counting[i - 1];
      const sum = expected[2 * Number(before?.active) + Number(poll.active)];
      if (before === undefined || sum === undefined) continue;
      sum.number++;
      sum.length += poll.instant - before.instant;
    }
    const found = Array.from({ length: 4 }, () => ({ number: 0, length: 0 }));
    for (let i = 0; i < all.length; i++) {
      const [cell, count] = [all.cells[i] ?? Number.NaN, all.counts[i] ?? Number.NaN];
      const sum = found[Math.floor(cell / KNOTS)];
      if (sum === undefined) continue;
      sum.number += count;
      sum.length += count * gapAt(cell % KNOTS);
    }
    for (const [ends, { number, length }] of expected.entries()) {
      const got = found[ends] ?? { number: Number.NaN, length: Number.NaN };
      assert.ok(Math.abs(got.number - number) < 1e-6, `${got.number} gaps with ends ${ends}, expected ${number}`);
      assert.ok(Math.abs(got.length - length) < 10, `${got.length} ms with ends ${ends}, expected ${length}`);
    }
  });
});

test('segments and cut gaps together are all of the open time of each window', () => {
  forAnyStore(({ segments, cut }, open, _, asOf) => {
    for (const [w, window] of WINDOWS.entries()) {
      let sum = 0;
      for (let band = WINDOW_BANDS - 1 - w; band < WINDOW_BANDS; band++)
        sum += openTimeOf(segments[band] as CellCounts);
      for (let c = 0; c < cut.length; c += 4) {
        const [from, to] = [Math.max(cut.at(c), asOf - window), Math.min(cut.at(c + 1), asOf)];
        if (from < to) sum += total(intersect(open, [from, to]));
      }
      const expected = totalWithin(open, asOf - window, asOf);
      // Positions at the end of the table of edges are off by a millionth of a step.
      assert.ok(Math.abs(sum - expected) < 100, `${sum} ms of window ${w}, expected ${expected}`);
    }
  });
});

test('the longest gap of each band is that of its segments', () => {
  forAnyStore(({ cut, longest }, open, counting, asOf) => {
    const isCut = new Set(Array.from({ length: cut.length / 4 }, (_, i) => cut.at(4 * i + 1)));
    for (let band = 1; band < WINDOW_BANDS; band++) {
      const from = bandStart(band, asOf);
      const to = band + 1 < WINDOW_BANDS ? bandStart(band + 1, asOf) : Number.POSITIVE_INFINITY;
      const lengths = counting.flatMap(({ instant }, i) => {
        const before = counting[i - 1]?.instant ?? Number.NEGATIVE_INFINITY;
        // A poll at the end of a band ends a gap of that band.
        if (before < from || instant > to || isCut.has(instant)) return [];
        return [total(intersect(open, [before, instant]))];
      });
      assert.equal(longest[band], Math.max(0, ...lengths), `band ${band}`);
    }
  });
});

test('before the first poll and after the last one there is a gap without a second poll', () => {
  const gaps = new StoreGaps();
  const one = pollColumns([{ store: 0, instant: AS_OF - HOUR, active: true }]);
  assert.equal(gaps.gather(ALWAYS, one, 0, 1, AS_OF), true);
  const found = Array.from({ length: gaps.cut.length }, (_, i) => gaps.cut.at(i));
  assert.deepEqual(found, [
    ...[Number.NEGATIVE_INFINITY, AS_OF - HOUR, NO_POLL, 1],
    ...[AS_OF - HOUR, Number.POSITIVE_INFINITY, 1, NO_POLL],
  ]);
  assert.equal(gaps.all.length, 0);
});

test('a run of short gaps with one long among them counts as gaps of lengths that occur', () => {
  const ages = [0, 10, 20, 30, 40, 50, 60, 70, 219].map((minutes) => minutes * MINUTE);
  const rows = ages.reverse().map((age) => ({ store: 0, instant: AS_OF - 2 * HOUR - age, active: true }));
  const gaps = new StoreGaps();
  gaps.gather(ALWAYS, pollColumns(rows), 0, rows.length, AS_OF);
  let [number, length] = [0, 0];
  const { all } = gaps;
  for (let i = 0; i < all.length; i++) {
    const [cell, count] = [all.cells[i] ?? Number.NaN, all.counts[i] ?? Number.NaN];
    assert.equal(Math.floor(cell / KNOTS), UP_UP);
    number += count;
    length += count * gapAt(cell % KNOTS);
  }
  assert.ok(Math.abs(number - 8) < 1e-9, `${number} gaps`);
  assert.ok(Math.abs(length - 219 * MINUTE) < 1, `${length / MINUTE} minutes`);
});

test('nothing of the previous store remains when the next one is gathered', () => {
  const gaps = new StoreGaps();
  const hourly = Array.from({ length: 180 }, (_, i) => ({
    store: 0,
    instant: AS_OF - (180 - i) * HOUR,
    active: i % 5 > 0,
  }));
  gaps.gather(ALWAYS, pollColumns(hourly), 0, hourly.length, AS_OF);
  const few = pollColumns([{ store: 0, instant: AS_OF - 3 * HOUR, active: false }]);
  const fresh = new StoreGaps();
  for (const each of [gaps, fresh]) each.gather([AS_OF - DAY, AS_OF], few, 0, 1, AS_OF);
  const contents = ({ first, polls, longest, cut, all, segments }: StoreGaps) => ({
    first,
    polls: [...polls],
    longest: [...longest],
    cut: Array.from({ length: cut.length }, (_, i) => cut.at(i)),
    all: all.length,
    segments: segments.map(({ length }) => length),
  });
  assert.deepEqual(contents(gaps), contents(fresh));
});

test('the cell of a gap has the states at its ends', () => {
  const gaps = new StoreGaps();
  const rows = [3, 2, 1].map((age) => ({ store: 0, instant: AS_OF - age * HOUR, active: age !== 2 }));
  gaps.gather(ALWAYS, pollColumns(rows), 0, 3, AS_OF);
  const { cells, counts, length } = gaps.all;
  const found = new Map(Array.from({ length }, (_, i) => [cells[i], counts[i]]));
  // Up to down is 2, down to up is 1.
  assert.deepEqual(
    found,
    new Map([
      [cellOf(2, HOUR), 1],
      [cellOf(1, HOUR), 1],
    ]),
  );
});
