import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contains, type Intervals, total, totalWithin } from '../../src/domain/interval.ts';
import { arrangePolls } from '../../src/domain/polls.ts';
import { type Timeline, timelineOf } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import { conformanceCases } from '../support/conformance.ts';
import { conformanceFleet } from '../support/conformance-fleet.ts';
import { openOf, pollColumns } from '../support/fleet.ts';
import { knownStore } from './known-store.ts';
import { DAY, HOUR, MINUTE } from './reference.ts';

const REACH = 8 * DAY;
const NINE = Date.parse('2025-06-02T09:00Z');

/** Polls in minutes after nine, `+` active and `-` inactive: `+74 -135`. */
function seen(text: string) {
  const polls = text.split(' ').filter((word) => word !== '');
  return pollColumns(
    polls.map((word) => ({ store: 0, instant: NINE + Number(word.slice(1)) * MINUTE, active: word[0] === '+' })),
  );
}

/** Open hours and a range in hours after nine; what comes back is in minutes after nine. */
function explain(open: readonly number[], text: string, range: readonly [number, number], asOf = range[1]) {
  const polls = seen(text);
  const [from, to] = range.map((hours) => NINE + hours * HOUR) as [number, number];
  const intervals = open.map((hours) => NINE + hours * HOUR);
  return timelineOf(intervals, polls, 0, polls.length, { from, to }, NINE + asOf * HOUR);
}

const minutes = (instant: number) => (instant - NINE) / MINUTE;
const segmentsOf = ({ segments }: Timeline) =>
  segments.map(({ from, to, state }) => `${minutes(from)}-${minutes(to)} ${state}`);
const outagesOf = ({ outages }: Timeline) =>
  outages.map(
    ({ from, to, ongoing, lost }) =>
      `${minutes(from)}-${minutes(to)} lost ${lost / MINUTE}${ongoing ? ' and goes on' : ''}`,
  );

test('the totals over the windows of a report are its figures, exactly', () => {
  fc.assert(
    fc.property(knownStore, ({ open, polls, asOf, figures }) => {
      WINDOWS.forEach((span, w) => {
        const { totals } = timelineOf(open, polls, 0, polls.length, { from: asOf - span, to: asOf }, asOf);
        assert.deepEqual([totals.up, totals.down, totals.open], [figures[w], figures[w + 3], figures[w + 6]]);
      });
    }),
    { numRuns: 500 },
  );
});

for (const example of conformanceCases()) {
  test(`the timelines of conformance case ${example.name} add up to its exact figures`, () => {
    const { ids, hours, zones, polls, asOf } = conformanceFleet(example);
    const lines = ids.map((id, store) => {
      const rows = hours.filter((row) => row.store === store);
      const own = arrangePolls(pollColumns(polls.filter((poll) => poll.store === store)), ids.length);
      const open = openOf(rows, zones.get(store), asOf, REACH);
      const totals = WINDOWS.map(
        (span) => timelineOf(open, own, 0, own.length, { from: asOf - span, to: asOf }, asOf).totals,
      );
      return [
        id,
        ...totals.map(({ up }) => up),
        ...totals.map(({ down }) => down),
        ...totals.map((t) => t.open),
      ].join();
    });
    assert.deepEqual(lines, example.expected.trim().split('\n').slice(1));
  });
}

/** A store, and a range somewhere in the eight days before its `as_of`. */
const withRange = fc
  .tuple(knownStore, fc.integer({ min: 0, max: REACH }), fc.integer({ min: 0, max: REACH }))
  .map(([store, a, b]) => ({
    ...store,
    range: { from: store.asOf - Math.max(a, b), to: store.asOf - Math.min(a, b) },
  }));

test('segments fill the open time of the range in order and never overlap', () => {
  fc.assert(
    fc.property(withRange, ({ open, polls, asOf, range }) => {
      const timeline = timelineOf(open, polls, 0, polls.length, range, asOf);
      assert.equal(timeline.totals.open, totalWithin(open, range.from, range.to));
      assert.equal(total(timeline.open), timeline.totals.open);
      let end = range.from;
      for (const { from, to } of timeline.segments) {
        assert.ok(end <= from && from < to && to <= range.to, `${end} ${from} ${to}`);
        end = to;
      }
      const flat: Intervals = timeline.open;
      for (const { from, to } of timeline.segments) assert.ok(contains(flat, (from + to) / 2), `${from} to ${to}`);
    }),
    { numRuns: 500 },
  );
});

test('the outages of all eight days add up to the downtime, and do not depend on the range', () => {
  fc.assert(
    fc.property(withRange, ({ open, polls, asOf, range }) => {
      const all = timelineOf(open, polls, 0, polls.length, { from: asOf - REACH, to: asOf }, asOf);
      assert.equal(
        all.outages.reduce((sum, { lost }) => sum + lost, 0),
        all.totals.down,
      );
      assert.deepEqual(
        timelineOf(open, polls, 0, polls.length, range, asOf).outages,
        all.outages.filter(({ from, to, beganEarlier }) => {
          const begin = beganEarlier ? (all.segments[0]?.from ?? from) : from;
          return begin < range.to && to > range.from;
        }),
      );
    }),
    { numRuns: 300 },
  );
});

test('a poll counts in the timeline exactly when the store is open then', () => {
  const { polls } = explain([0, 3], '+-1 +0 -60 +180 -200', [-1, 4]);
  assert.deepEqual(
    polls.map(({ instant, active, counts }) => [minutes(instant), active, counts]),
    [
      [-1, true, false],
      [0, true, true],
      [60, false, true],
      [180, true, false],
      [200, false, false],
    ],
  );
});

test('the example of the definition, as segments', () => {
  const timeline = explain([0, 3], '+74 -135', [0, 3]);
  assert.deepEqual(segmentsOf(timeline), ['0-104.5 up', '104.5-180 down']);
  assert.deepEqual(outagesOf(timeline), ['104.5-180 lost 75.5 and goes on']);
});

test('an outage continues across closed time and loses only open time', () => {
  const timeline = explain([0, 2, 6, 8], '+0 -60 -420 +440', [0, 8]);
  assert.deepEqual(outagesOf(timeline), ['30-430 lost 160']);
});

test('if the state changes in closed time, the outage begins when the store opens', () => {
  assert.deepEqual(outagesOf(explain([0, 2, 6, 8], '+110 -370', [0, 8])), ['360-480 lost 120 and goes on']);
});

test('a moment of uptime splits an outage in two', () => {
  const timeline = explain([0, 8], '-0 +60 -120 +180', [0, 8]);
  assert.deepEqual(outagesOf(timeline), ['0-30 lost 30', '90-150 lost 60']);
});

test('an outage has the reasons of its counting polls, most frequent first', () => {
  const polls = seen('-0 +60 -120 -130 -140 -150 +160 -200 -999');
  const at = (minute: number) => NINE + minute * MINUTE;
  const reasons = new Map([
    [at(0), 'dns'],
    [at(120), 'timeout'],
    [at(130), 'closed_by_store'],
    [at(140), 'closed_by_store: PAUSED'],
    [at(150), 'closed_by_store: LATER'],
    [at(999), 'refused'],
  ]);
  const range = { from: NINE, to: NINE + 8 * HOUR };
  const timeline = timelineOf([NINE, range.to], polls, 0, polls.length, range, range.to, { reasons });
  assert.deepEqual(
    timeline.outages.map(({ reasons }) => reasons),
    [
      [{ code: 'dns', detail: undefined, polls: 1 }],
      [
        { code: 'closed_by_store', detail: 'PAUSED', polls: 3 },
        { code: 'timeout', detail: undefined, polls: 1 },
      ],
      [],
    ],
  );
  assert.deepEqual(
    timeline.polls.map(({ reason }) => reason ?? ''),
    ['dns', '', 'timeout', 'closed_by_store', 'closed_by_store: PAUSED', 'closed_by_store: LATER', '', ''],
  );
});

test('a range cuts segments but not outages', () => {
  const timeline = explain([0, 8], '+0 -60 -300 +360', [2, 3], 8);
  assert.deepEqual(segmentsOf(timeline), ['120-180 down']);
  assert.deepEqual(outagesOf(timeline), ['30-330 lost 300']);
});

test('an outage that reaches back beyond eight days has the first poll of these days, and is marked', () => {
  const asOf = 10 * 24;
  const { outages } = explain([0, asOf], `-${asOf * 60 - 30}`, [asOf - 1, asOf]);
  assert.deepEqual(
    outages.map(({ from, lost, beganEarlier }) => [from, lost, beganEarlier]),
    [[NINE + 10 * DAY - 30 * MINUTE, REACH, true]],
  );
});

test('an outage does not begin before the first poll; the totals keep the estimate for that time', () => {
  const outages = (open: readonly number[], text: string, first: number) => {
    const polls = seen(text);
    const range = { from: NINE - DAY, to: NINE + 8 * HOUR };
    const intervals = open.map((hours) => NINE + hours * HOUR);
    const timeline = timelineOf(intervals, polls, 0, polls.length, range, NINE + 8 * HOUR, {
      firstPoll: NINE + first * MINUTE,
    });
    assert.equal(timeline.totals.open, total(timeline.open));
    return [
      outagesOf(timeline),
      timeline.outages.map(({ sinceFirstPoll }) => sinceFirstPoll),
      timeline.totals.down / MINUTE,
    ];
  };
  assert.deepEqual(outages([0, 8], '-60 -120 +180 -300', 60), [
    ['60-150 lost 90', '240-480 lost 240 and goes on'],
    [true, false],
    390,
  ]);
  assert.deepEqual(outages([0, 2, 3, 8], '-121 -200 +300', 121), [['180-250 lost 70'], [true], 190], 'while closed');
  assert.deepEqual(outages([0, 8], '+60 -120', 60), [['90-480 lost 390 and goes on'], [false], 390]);
  assert.deepEqual(outages([0, 8], '-60', -9_000), [['60-480 lost 480 and goes on'], [false], 480], 'polled before');
});

test('a poll older than eight days or later than as_of does not count', () => {
  const timeline = explain([0, 300], '-0 +14340 -14460', [239, 240]);
  assert.deepEqual(segmentsOf(timeline), ['14340-14400 up']);
  assert.deepEqual(outagesOf(timeline), []);
});

test('without a counting poll the open time is unknown and there is no outage', () => {
  const timeline = explain([0, 3], '-200 -210', [0, 4]);
  assert.deepEqual(segmentsOf(timeline), ['0-180 unknown']);
  assert.deepEqual(timeline.totals, { open: 3 * HOUR, up: 0, down: 0, unknown: 3 * HOUR });
  assert.deepEqual(timeline.outages, []);
});

/** What was seen of a store that is polled every hour: its segments, and its coverage in minutes. */
function seenOf(open: readonly number[], text: string, range: readonly [number, number], firstPoll?: number) {
  const polls = seen(text);
  const [from, to] = range.map((hours) => NINE + hours * HOUR) as [number, number];
  const intervals = open.map((hours) => NINE + hours * HOUR);
  const { seen: time, totals } = timelineOf(intervals, polls, 0, polls.length, { from, to }, to, {
    pollInterval: HOUR,
    ...(firstPoll !== undefined && { firstPoll: NINE + firstPoll * MINUTE }),
  });
  assert.equal(time.totals.open, totals.open);
  assert.equal(time.totals.up + time.totals.down + time.totals.unknown, time.totals.open);
  return [
    time.segments.map(({ from, to, state }) => `${minutes(from)}-${minutes(to)} ${state}`).join(', '),
    total(time.covered) / MINUTE,
  ];
}

test('time before the first poll was not seen', () => {
  assert.deepEqual(seenOf([0, 8], '+60 -120 -180 -240 -300 -360 -420', [0, 8], 60), [
    '0-60 unknown, 60-90 up, 90-480 down',
    420,
  ]);
  assert.deepEqual(seenOf([0, 8], '', [0, 8]), ['0-480 unknown', 0]);
});

test('time further than two polling intervals from all polls was not seen', () => {
  assert.deepEqual(seenOf([0, 12], '+0 +60', [0, 12]), ['0-180 up, 180-720 unknown', 120]);
  assert.deepEqual(seenOf([0, 12], '+0 -600', [0, 12]), ['0-120 up, 120-480 unknown, 480-720 down', 180]);
  assert.deepEqual(seenOf([0, 2, 4, 12], '+60 +270 +500', [0, 12]), [
    '0-120 up, 240-620 up, 620-720 unknown',
    120 + 90 + 120,
  ]);
});

test('an outage across a gap in the polls is one, and lost only what was seen', () => {
  const polls = seen('+0 -60 -600 +660');
  const range = { from: NINE, to: NINE + 12 * HOUR };
  const { outages } = timelineOf([NINE, range.to], polls, 0, polls.length, range, range.to, { pollInterval: HOUR });
  assert.deepEqual(
    outages.map(({ from, to, lost }) => [minutes(from), minutes(to), lost / MINUTE]),
    [[30, 630, 150 + 150]],
  );
});
