import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY, type Intervals, totalWithin, union } from '../../../src/domain/interval.ts';
import { nearest, newEstimate } from '../../../src/domain/nearest.ts';
import type { Adjustments } from '../../../src/domain/periods/adjusted.ts';
import { cellsOf, type Daypart, type DivisionName } from '../../../src/domain/periods/cells.ts';
import { civilDate, dateText, daysUntil, mondayOf } from '../../../src/domain/periods/dates.ts';
import { slotsIn } from '../../../src/domain/periods/slots.ts';
import { newPeriodStates, walkPeriodStates } from '../../../src/domain/periods/states.ts';
import { addStore, type Measures, PeriodSums } from '../../../src/domain/periods/sums.ts';
import type { Schedule } from '../../../src/domain/schedule.ts';
import { POLL_REACH, WINDOWS } from '../../../src/domain/window.ts';
import { type FleetHours, type PollRow, pollColumns, scheduleOf } from '../../support/fleet.ts';
import { dayNumber, measuresOf } from '../../support/periods.ts';
import { place, weeklyRows } from '../arbitraries.ts';
import { clock, DAY, HOUR, isOpen, localInstant, MINUTE, type Stretch } from '../reference.ts';

const CHICAGO = 'America/Chicago';
const DAYPARTS: readonly Daypart[] = [
  { name: 'lunch', start: clock(10, 30) },
  { name: 'dinner', start: clock(17) },
  { name: 'night', start: clock(23) },
];

function inMinutes(found: Measures) {
  const { open, up, down, planned, excused, adjustedUp, adjustedDown } = found;
  const minutes = { open, up, down, planned, excused, adjustedUp, adjustedDown };
  return Object.fromEntries(Object.entries(minutes).map(([name, time]) => [name, time / MINUTE]));
}

function stretch(from: string, to: string): Intervals {
  return [Date.parse(from), Date.parse(to)];
}

/** The example of docs/semantics.md: Saturdays 22:00 to 04:00, on the night on which the clock goes back at 02:00. */
function example() {
  const fleet: FleetHours = {
    stores: 1,
    zones: new Map([[0, CHICAGO]]),
    hours: [{ store: 0, day: 5, start: clock(22), end: clock(4) }],
  };
  const polls: PollRow[] = [
    { store: 0, instant: Date.parse('2026-10-31T22:30:00-05:00'), active: true },
    { store: 0, instant: Date.parse('2026-11-01T00:50:00-05:00'), active: false },
    { store: 0, instant: Date.parse('2026-11-01T01:50:00-06:00'), active: false },
    { store: 0, instant: Date.parse('2026-11-01T03:10:00-06:00'), active: true },
  ];
  const asOf = Date.parse('2026-11-10T00:00:00Z');
  const planned = stretch('2026-11-01T01:00:00-05:00', '2026-11-01T02:00:00-05:00');
  const schedule = scheduleOf(fleet, asOf);
  const dates = { first: dayNumber('2026-10-31'), end: dayNumber('2026-11-02') };
  const span = { from: localInstant(CHICAGO, '2026-10-31T00:00'), to: localInstant(CHICAGO, '2026-11-02T00:00') };
  return (by: DivisionName, more: Partial<Adjustments> = {}) => {
    const cells = cellsOf(by, dates, DAYPARTS);
    const found = measuresOf(schedule, 0, polls, asOf, { ...span, cells, planned, ...more });
    const named = found.map((measures, cell) => [cells.name(cell), measures] as const);
    return new Map(named.filter(([, { open }]) => open > 0));
  };
}

test('the example of the documentation: a night with a clock change and planned downtime', () => {
  const by = example();
  const days = by('day');
  assert.deepEqual([...days.keys()], ['2026-10-31', '2026-11-01']);
  assert.deepEqual(inMinutes(days.get('2026-10-31') as Measures), {
    ...{ open: 120, up: 100, down: 20, planned: 0, excused: 0, adjustedUp: 100, adjustedDown: 20 },
  });
  assert.deepEqual(inMinutes(days.get('2026-11-01') as Measures), {
    ...{ open: 300, up: 90, down: 210, planned: 60, excused: 0, adjustedUp: 90, adjustedDown: 150 },
  });
  const hours = [...by('hour')].map(([name, { open, up, down }]) => [name, open / MINUTE, up / MINUTE, down / MINUTE]);
  assert.deepEqual(hours, [
    ['2026-10-31T22:00', 60, 60, 0],
    ['2026-10-31T23:00', 60, 40, 20],
    ['2026-11-01T00:00', 60, 0, 60],
    ['2026-11-01T01:00', 120, 0, 120],
    ['2026-11-01T02:00', 60, 30, 30],
    ['2026-11-01T03:00', 60, 60, 0],
  ]);
  const [total] = by('total').values();
  assert.equal(total?.outages, 1);
  assert.equal(total?.longestOutage, 230 * MINUTE);
  assert.equal(total?.polls, 4);
  // From the first poll at 22:30, without 23:30 to 23:50, since polls are one hour apart.
  assert.equal(total?.covered, 370 * MINUTE);
  // From 22:30 to 00:50.
  assert.equal(total?.longestUnobserved, 140 * MINUTE);
  assert.deepEqual([...by('week').keys()], ['2026-W44']);
  assert.deepEqual([...by('month').keys()], ['2026-10', '2026-11']);
  const parts = [...by('daypart')].map(([name, { open }]) => [name, open / MINUTE]);
  assert.deepEqual(parts, [
    ['dinner', 60],
    ['night', 360],
  ]);
});

test('the example of the documentation with each kind of adjustment', () => {
  const by = example();
  // Half of it is planned downtime, which comes first.
  const excused = stretch('2026-11-01T00:30:00-05:00', '2026-11-01T01:30:00-05:00');
  // The poll at 01:50; that at 00:50 then reaches half-way to the one at 03:10, until 01:30.
  const falseReading = stretch('2026-11-01T01:30:00-06:00', '2026-11-01T02:00:00-06:00');
  // Until the store closes; the half hour before 02:00 by the first clock is planned downtime.
  const forceDown = stretch('2026-11-01T01:30:00-05:00', '2026-11-01T05:00:00-06:00');
  const figures = (more: Partial<Adjustments>) => {
    const [total] = by('total', more).values();
    const { up, down, planned, excused, adjustedUp, adjustedDown } = inMinutes(total as Measures);
    assert.deepEqual([up, down], [190, 230], 'raw figures never change');
    return [planned, excused, adjustedUp, adjustedDown];
  };
  assert.deepEqual(figures({}), [60, 0, 190, 170]);
  assert.deepEqual(figures({ excused }), [60, 30, 190, 140]);
  assert.deepEqual(figures({ falseReading }), [60, 0, 250, 110]);
  assert.deepEqual(figures({ forceDown }), [60, 0, 100, 260]);
  assert.deepEqual(figures({ excused, falseReading, forceDown }), [60, 30, 100, 230]);
});

test('an outage counts in the cell in which it begins, with all of its downtime', () => {
  const days = example()('day');
  const lengths = [...days.values()].map(({ outages, outageTime, longestOutage }) => [
    outages,
    outageTime / MINUTE,
    longestOutage / MINUTE,
  ]);
  assert.deepEqual(lengths, [
    [1, 230, 230],
    [0, 0, 0],
  ]);
});

function someTime(around: number): fc.Arbitrary<Intervals> {
  return fc
    .array(fc.tuple(fc.integer({ min: -2 * 24, max: 12 * 24 }), fc.integer({ min: 1, max: 30 })), { maxLength: 2 })
    .map((drawn) => union(drawn.flatMap(([at, hours]) => [0, hours].map((more) => around + (at + more - 72) * HOUR))));
}

/** One store: its hours, and polls around the period. */
const world = place.chain(({ zone = CHICAGO, asOf: around }) =>
  fc.record({
    zone: fc.constant(zone),
    rows: weeklyRows,
    asOf: fc.integer({ min: 0, max: 12 * 48 }).map((halves) => around + halves * (HOUR / 2)),
    first: fc.constant(Math.floor(around / DAY) - 3),
    dates: fc.integer({ min: 1, max: 9 }),
    polls: fc
      .uniqueArray(
        fc.record({
          at: fc.oneof(
            fc.integer({ min: -20 * 48, max: 25 * 48 }).map((halves) => halves * (HOUR / 2)),
            fc.integer({ min: -20 * DAY, max: 25 * DAY }),
          ),
          active: fc.boolean(),
        }),
        { selector: ({ at }) => at, maxLength: 12 },
      )
      .map((drawn) => drawn.map(({ at, active }): PollRow => ({ store: 0, instant: around - 3 * DAY + at, active }))),
    adjustments: fc.record({
      ...{ planned: someTime(around), excused: someTime(around) },
      ...{ falseReading: someTime(around), forceDown: someTime(around) },
    }),
    unknown: fc.oneof(
      { weight: 4, arbitrary: fc.constant(EMPTY) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.integer({ min: -72, max: 72 }), fc.integer({ min: 1, max: 72 }))
          .map(([at, hours]): Intervals => [around + at * HOUR, around + (at + hours) * HOUR]),
      },
    ),
  }),
);
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function kernelOf({ zone, rows, asOf, first, dates, polls, adjustments, unknown }: World) {
  const fleet = { stores: 1, zones: new Map([[0, zone]]), hours: rows.map((row) => ({ store: 0, ...row })) };
  const known = scheduleOf(fleet, asOf + 12 * DAY);
  const schedule = withUnknown(known, unknown);
  const span = { from: (first - 1) * DAY, to: (first + dates + 1) * DAY };
  const measures = (by: DivisionName) => {
    const cells = cellsOf(by, { first, end: first + dates }, DAYPARTS);
    return { cells, found: measuresOf(schedule, 0, polls, asOf, { ...span, cells, ...adjustments }) };
  };
  return { schedule, measures, span };
}

/** The same schedule with hours that are unknown for a time. */
function withUnknown(schedule: Schedule, unknown: Intervals): Schedule {
  return Object.assign(Object.create(schedule) as Schedule, {
    openIntervals: (store: number, from: number, to: number) => {
      const open = schedule.openIntervals(store, from, to);
      return unknown.length === 0 ? open : cutOut(open, unknown);
    },
    unknownIntervals: () => unknown,
    zonesOf: (store: number) => schedule.zonesOf(store),
  });
}

function cutOut(open: Intervals, [from = 0, to = 0]: Intervals): Intervals {
  const pieces: number[] = [];
  for (let i = 0; i < open.length; i += 2) {
    const [begin, end] = [open[i] as number, open[i + 1] as number];
    pieces.push(begin, Math.min(end, from), Math.max(begin, to), end);
  }
  return union(pieces);
}

function sumOf(found: readonly Measures[], name: keyof Measures): number {
  return found.reduce((sum, measures) => sum + measures[name], 0);
}

const TIMES = ['open', 'up', 'down', 'planned', 'excused', 'adjustedUp', 'adjustedDown', 'covered'] as const;
const ADDED = [...TIMES, 'polls', 'outages'] as const;

test('a period is its days, its hours, its weeks and its dayparts, exactly', () => {
  fc.assert(
    fc.property(world, (drawn) => {
      const { measures } = kernelOf(drawn);
      const [total] = measures('total').found as [Measures];
      for (const by of ['hour', 'day', 'week', 'month', 'hour_of_week', 'daypart'] as const) {
        const { found } = measures(by);
        for (const name of ADDED) {
          assert.equal(sumOf(found, name), total[name], `${name} by ${by}`);
        }
        assert.equal(Math.max(...found.map(({ longestOutage }) => longestOutage)), total.longestOutage);
        assert.equal(Math.max(...found.map(({ longestUnobserved }) => longestUnobserved)), total.longestUnobserved);
      }
      assert.equal(total.outageTime, total.down, 'every outage is counted once');
      const { cells: days, found: byDay } = measures('day');
      const { cells: hours, found: byHour } = measures('hour');
      for (const [day, { open, up, down }] of byDay.entries()) {
        const own = byHour.filter((_, hour) => hours.name(hour).startsWith(days.name(day)));
        assert.deepEqual([sumOf(own, 'open'), sumOf(own, 'up'), sumOf(own, 'down')], [open, up, down]);
      }
    }),
    { numRuns: 150 },
  );
});

test('each open instant has the state of the nearest counting poll within eight days', () => {
  fc.assert(
    fc.property(world, (drawn) => {
      const { schedule, measures, span } = kernelOf(drawn);
      const { asOf, polls, adjustments, unknown, first, dates, zone } = drawn;
      const [total] = measures('total').found as [Measures];
      const from = localInstant(zone, `${dateText(first)}T00:00`);
      const to = Math.min(localInstant(zone, `${dateText(first + dates)}T00:00`), asOf);
      const open = stretches(schedule.openIntervals(0, span.from - 20 * DAY, span.to + 20 * DAY));
      const counting = polls.filter(({ instant }) => instant <= asOf && isOpen(open, instant));
      const firstPoll = Math.min(...polls.map(({ instant }) => instant));
      const expected = referenceOf({ open, unknown: stretches(unknown), adjustments, counting, firstPoll }, from, to);
      assert.deepEqual(Object.fromEntries(TIMES.map((name) => [name, total[name]])), expected);
    }),
    { numRuns: 150 },
  );
});

interface Reference {
  readonly open: readonly Stretch[];
  readonly unknown: readonly Stretch[];
  readonly adjustments: Adjustments;
  readonly counting: readonly PollRow[];
  readonly firstPoll: number;
}

/** Time is cut wherever anything can change; each part has the state of its middle, found by trying all polls. */
function referenceOf({ open, unknown, adjustments, counting, firstPoll }: Reference, from: number, to: number) {
  const cuts = new Set([from, to, firstPoll]);
  const [planned, excused] = [stretches(adjustments.planned), stretches(adjustments.excused)];
  const [wrong, forced] = [stretches(adjustments.falseReading), stretches(adjustments.forceDown)];
  for (const stretch of [...open, ...unknown, ...planned, ...excused, ...wrong, ...forced]) {
    cuts.add(stretch.from).add(stretch.to);
  }
  for (const a of counting) {
    for (const reach of [HOUR, 8 * DAY]) cuts.add(a.instant - reach).add(a.instant + reach);
    for (const b of counting) cuts.add((a.instant + b.instant) / 2);
  }
  const sorted = [...cuts].filter((cut) => cut >= from && cut <= to).sort((a, b) => a - b);
  const sums = { open: 0, up: 0, down: 0, planned: 0, excused: 0, adjustedUp: 0, adjustedDown: 0, covered: 0 };
  for (const [i, begin] of sorted.entries()) {
    const end = sorted[i + 1];
    if (end === undefined) break;
    const middle = (begin + end) / 2;
    const isUnknown = isOpen(unknown, middle);
    if (!isUnknown && !isOpen(open, middle)) continue;
    const near = counting.filter(({ instant }) => Math.abs(instant - middle) <= 8 * DAY);
    near.sort((a, b) => Math.abs(a.instant - middle) - Math.abs(b.instant - middle));
    const state = isUnknown ? undefined : near[0]?.active;
    const length = end - begin;
    sums.open += length;
    const isCovered = middle > firstPoll && near.some(({ instant }) => Math.abs(instant - middle) < HOUR);
    if (!isUnknown && isCovered) sums.covered += length;
    if (state === true) sums.up += length;
    if (state === false) sums.down += length;
    const right = near.find(({ instant }) => !isOpen(wrong, instant))?.active;
    const adjusted = isUnknown ? undefined : isOpen(forced, middle) ? false : right;
    if (isOpen(planned, middle)) sums.planned += length;
    else if (isOpen(excused, middle)) sums.excused += length;
    else if (adjusted === true) sums.adjustedUp += length;
    else if (adjusted === false) sums.adjustedDown += length;
  }
  return sums;
}

test('a period agrees with the window of a report that has a poll in the day before it', () => {
  let compared = 0;
  fc.assert(
    fc.property(world, ({ zone, rows, asOf, polls: drawn, first }) => {
      const fleet = { stores: 1, zones: new Map([[0, zone]]), hours: rows.map((row) => ({ store: 0, ...row })) };
      const schedule = scheduleOf(fleet, asOf);
      const open = schedule.openIntervals(0, asOf - 2 * POLL_REACH, asOf);
      const before = drawn.map(({ active }, i) => ({ store: 0, instant: asOf - (i + 1) * 17 * HOUR, active }));
      const polls = pollColumns(before.filter(({ instant }) => instant >= asOf - POLL_REACH).reverse());
      const estimate = newEstimate();
      nearest(open, polls, 0, polls.length, asOf, estimate);
      const cells = cellsOf('total', { first: first - 40, end: first + 40 });
      for (const [w, window] of WINDOWS.entries()) {
        const from = asOf - window;
        const isPolled = before.some(
          ({ instant }) => instant >= from - DAY && instant <= from && isOpen(stretches(open), instant),
        );
        if (!isPolled) continue;
        compared++;
        const [found] = measuresOf(schedule, 0, before, asOf, { from, to: asOf, cells }) as [Measures];
        const openTime = totalWithin(open, from, asOf);
        const up = estimate.up[w] as number;
        assert.deepEqual([found.open, found.up, found.down], [openTime, up, openTime - up]);
      }
    }),
    { numRuns: 150 },
  );
  assert.ok(compared > 50, `only ${compared} windows had a poll in the day before`);
});

test('the time more than eight days from any poll is unknown, on both sides', () => {
  const poll = Date.parse('2026-06-15T12:00:00Z');
  const states = newPeriodStates();
  walkPeriodStates(
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    pollColumns([{ store: 0, instant: poll, active: false }]),
    0,
    1,
    states,
  );
  const sums = new PeriodSums(1);
  const [from, to] = [poll - 10 * DAY, poll + 10 * DAY];
  const open = [from, to];
  const zones = [
    {
      zone: { name: 'UTC', starts: [Number.NEGATIVE_INFINITY], offsets: [0] },
      from: Number.NEGATIVE_INFINITY,
      until: Number.POSITIVE_INFINITY,
    },
  ];
  const slots = slotsIn(zones, from, to, { times: [], cell: () => 0 });
  addStore({ open, unknown: EMPTY, adjusted: undefined, covered: EMPTY, states }, slots, sums, 0);
  const { open: time, up, down, longestUnobserved } = sums.at(0);
  assert.deepEqual([time, up, down, longestUnobserved], [20 * DAY, 0, 16 * DAY, 10 * DAY]);
});

test('weeks and months are named by ISO 8601', () => {
  const weeks = cellsOf('week', { first: dayNumber('2026-12-28'), end: dayNumber('2027-01-05') });
  assert.deepEqual(
    Array.from({ length: weeks.count }, (_, cell) => weeks.name(cell)),
    ['2026-W53', '2027-W01'],
  );
  const months = cellsOf('month', { first: dayNumber('2026-12-31'), end: dayNumber('2027-02-01') });
  assert.deepEqual(
    Array.from({ length: months.count }, (_, cell) => months.name(cell)),
    ['2026-12', '2027-01'],
  );
});

function stretches(intervals: Intervals): Stretch[] {
  return Array.from({ length: intervals.length / 2 }, (_, i) => ({
    from: intervals[2 * i] as number,
    to: intervals[2 * i + 1] as number,
  }));
}

test('dates are those of the calendar', () => {
  const date = fc.oneof(fc.integer({ min: -800_000, max: 3_000_000 }), fc.integer({ min: 15_000, max: 30_000 }));
  fc.assert(
    fc.property(date, (days) => {
      const { year, month, day } = civilDate(days);
      const expected = new Date(days * DAY);
      const fields = [expected.getUTCFullYear(), expected.getUTCMonth() + 1, expected.getUTCDate()];
      assert.deepEqual([year, month, day], fields);
      assert.equal(daysUntil(year, month, day), days);
    }),
  );
  assert.equal(daysUntil(2026, 13, 1), dayNumber('2027-01-01'));
  assert.equal(mondayOf(2026, 1), dayNumber('2025-12-29'));
  assert.equal(mondayOf(2026, 53), dayNumber('2026-12-28'));
});
