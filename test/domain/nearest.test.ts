import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, type Intervals, totalWithin, union } from '../../src/domain/interval.ts';
import { type Estimate, nearest, newEstimate } from '../../src/domain/nearest.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { pollColumns } from '../support/fleet.ts';
import { DAY, HOUR, MINUTE, referenceFigures, type Stretch, WEEK } from './reference.ts';

const AS_OF = Date.parse('2025-06-04T12:34:56.789Z');
const REACH = 8 * DAY;

interface Seen {
  readonly instant: number;
  readonly active: boolean;
}

/** The estimate for one store, whose polls are between those of two others. */
function estimate(open: Intervals, polls: readonly Seen[], asOf: number): Estimate {
  const stranger = { instant: asOf - HOUR / 2, active: true };
  const rows = [
    { store: 0, ...stranger },
    ...[...polls].sort((a, b) => a.instant - b.instant).map((poll) => ({ store: 1, ...poll })),
    { store: 2, ...stranger },
  ];
  const out = newEstimate();
  nearest(open, pollColumns(rows), 1, rows.length - 1, asOf, out);
  return out;
}

function stretches(open: Intervals): Stretch[] {
  return Array.from({ length: open.length / 2 }, (_, i) => ({
    from: open[2 * i] ?? Number.NaN,
    to: open[2 * i + 1] ?? Number.NaN,
  }));
}

/** Distances before `AS_OF`, coarse enough that bounds, polls and windows meet often. */
const age = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 8 * 24 * 2 }).map((halves) => halves * (HOUR / 2)) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 150 }).map((minutes) => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: REACH }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, HOUR - 1, HOUR, HOUR + 1, DAY, WEEK - 1, WEEK, WEEK + 1, REACH) },
);

const length = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((halves) => halves * (HOUR / 2)),
  fc.integer({ min: 1, max: 4 * HOUR }),
);

const someOpen = fc
  .array(fc.tuple(age, length), { minLength: 1, maxLength: 10 })
  .map((drawn) => union(drawn.flatMap(([back, long]) => [AS_OF - back, AS_OF - back + long])));
const open = fc.oneof({ weight: 9, arbitrary: someOpen }, { weight: 1, arbitrary: fc.constant(ALWAYS) });

const polls = fc
  .uniqueArray(fc.record({ back: age, active: fc.boolean() }), { selector: ({ back }) => back, maxLength: 14 })
  .map((drawn): Seen[] => drawn.map(({ back, active }) => ({ instant: AS_OF - back, active })));

/** Polls, some of them exactly at a bound of an open interval. */
const scene = fc
  .tuple(open, polls, fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 4 }))
  .map(([intervals, free, onBounds]) => {
    const seen = new Map(free.map((poll) => [poll.instant, poll]));
    for (const [pick, active] of onBounds) {
      const instant = intervals[pick % intervals.length] ?? AS_OF;
      if (instant >= AS_OF - REACH && instant <= AS_OF) seen.set(instant, { instant, active });
    }
    return { open: intervals, polls: [...seen.values()] };
  });

test('every open instant takes the state of the nearest poll that counts', () => {
  fc.assert(
    fc.property(scene, (store) => {
      const got = estimate(store.open, store.polls, AS_OF);
      const expected = referenceFigures(stretches(store.open), store.polls, AS_OF);
      assert.equal(got.counted, expected.counted);
      assert.deepEqual([...got.up], expected.up);
      assert.deepEqual(
        WINDOWS.map((span) => totalWithin(store.open, AS_OF - span, AS_OF)),
        expected.open,
      );
    }),
    { numRuns: 2500 },
  );
});

test('with every state inverted, the uptime is the former downtime', () => {
  fc.assert(
    fc.property(scene, (store) => {
      const got = estimate(store.open, store.polls, AS_OF);
      const turned = store.polls.map(({ instant, active }) => ({ instant, active: !active }));
      const other = estimate(store.open, turned, AS_OF);
      WINDOWS.forEach((span, w) => {
        const openTime = got.counted > 0 ? totalWithin(store.open, AS_OF - span, AS_OF) : 0;
        assert.equal(Number(got.up[w]) + Number(other.up[w]), openTime);
      });
    }),
    { numRuns: 1000 },
  );
});

test('a poll between two of its own state changes nothing', () => {
  fc.assert(
    fc.property(scene, fc.boolean(), age, (store, active, back) => {
      const same = store.polls.map(({ instant }) => ({ instant, active }));
      const more = same.some(({ instant }) => instant === AS_OF - back)
        ? same
        : [...same, { instant: AS_OF - back, active }];
      fc.pre(estimate(store.open, same, AS_OF).counted > 0);
      assert.deepEqual(estimate(store.open, more, AS_OF).up, estimate(store.open, same, AS_OF).up);
    }),
    { numRuns: 500 },
  );
});

test('an estimate does not depend on the previous store', () => {
  const out = newEstimate();
  const one = pollColumns([{ store: 0, instant: AS_OF - HOUR, active: true }]);
  nearest(ALWAYS, one, 0, 1, AS_OF, out);
  assert.deepEqual([out.counted, ...out.up], [1, HOUR, DAY, WEEK]);
  nearest(ALWAYS, one, 1, 1, AS_OF, out);
  assert.deepEqual([out.counted, ...out.up], [0, 0, 0, 0]);
});

const NINE = Date.parse('2025-06-02T09:00Z');
const minutes = (estimated: Estimate) => [...estimated.up].map((up) => up / MINUTE);

test('the state passes half-way between two polls: the example of the definition', () => {
  const seen = [
    { instant: NINE + 74 * MINUTE, active: true },
    { instant: NINE + 135 * MINUTE, active: false },
  ];
  assert.deepEqual(minutes(estimate([NINE, NINE + 3 * HOUR], seen, NINE + 3 * HOUR)), [0, 104.5, 104.5]);
});

test('half milliseconds are exact if polls are an odd number of milliseconds apart', () => {
  const seen = [
    { instant: NINE, active: true },
    { instant: NINE + 1, active: false },
  ];
  assert.equal(estimate([NINE, NINE + HOUR], seen, NINE + HOUR).up[0], 0.5);
});

test('the first and the last poll reach as far as the windows do', () => {
  const seen = [{ instant: AS_OF - 3 * DAY, active: true }];
  assert.deepEqual([...estimate(ALWAYS, seen, AS_OF).up], [HOUR, DAY, WEEK]);
});

test('the state also changes in closed time, half-way in elapsed time rather than open time', () => {
  // Open 09–10 and 13–14; the middle of 09:00 and 13:30 is 11:15, so that each stretch has a state of its own.
  const seen = [
    { instant: NINE, active: true },
    { instant: NINE + 4.5 * HOUR, active: false },
  ];
  const stretch = [NINE, NINE + HOUR, NINE + 4 * HOUR, NINE + 5 * HOUR];
  assert.deepEqual(minutes(estimate(stretch, seen, NINE + 5 * HOUR)), [0, 60, 60]);
});

test('a poll before the window decides the time nearest to it', () => {
  const seen = [
    { instant: AS_OF - 70 * MINUTE, active: true },
    { instant: AS_OF - 10 * MINUTE, active: false },
  ];
  assert.equal(estimate(ALWAYS, seen, AS_OF).up[0], 20 * MINUTE);
});

test('a poll at the start of an interval counts and one at its end does not', () => {
  const stretch = [NINE, NINE + HOUR];
  assert.equal(estimate(stretch, [{ instant: NINE, active: true }], NINE + HOUR).counted, 1);
  assert.equal(estimate(stretch, [{ instant: NINE - 1, active: true }], NINE + HOUR).counted, 0);
  assert.equal(estimate(stretch, [{ instant: NINE + HOUR - 1, active: true }], NINE + HOUR).counted, 1);
  assert.equal(estimate(stretch, [{ instant: NINE + HOUR, active: true }], NINE + HOUR).counted, 0);
});

test('a store that never opens has no figures', () => {
  assert.deepEqual(estimate([], [{ instant: AS_OF, active: true }], AS_OF), newEstimate());
});
