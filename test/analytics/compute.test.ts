import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { union } from '../../src/domain/interval.ts';
import { cellsOf } from '../../src/domain/periods/cells.ts';
import type { Measures } from '../../src/domain/periods/sums.ts';
import { weeklyRows } from '../domain/arbitraries.ts';
import { DAY, HOUR } from '../domain/reference.ts';
import { askSmall, type SmallFleet, type SmallQuestion } from '../support/analytics.ts';
import { scheduleOf } from '../support/fleet.ts';
import { measuresOf } from '../support/periods.ts';

const TIMES = ['open', 'up', 'down', 'planned', 'excused', 'adjustedUp', 'adjustedDown', 'covered'] as const;
const SUMMED = [...TIMES, 'polls', 'outages', 'outageTime'] as const;
const GREATEST = ['longestOutage', 'longestUnobserved'] as const;

/** The clocks of the Americas and of Lord Howe change here, the latter by half an hour. */
const AROUND = Date.UTC(2026, 9, 31);

const someTime = fc
  .array(fc.tuple(fc.integer({ min: -80, max: 200 }), fc.integer({ min: 1, max: 30 })), { maxLength: 2 })
  .map((drawn) => union(drawn.flatMap(([at, hours]) => [AROUND + at * HOUR, AROUND + (at + hours) * HOUR])));

const store = fc.record({
  zone: fc.constantFrom(undefined, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Kiritimati'),
  labels: fc.record(
    { brand: fc.constantFrom('x', 'y'), region: fc.constantFrom('n', 's') },
    { requiredKeys: ['brand'] },
  ),
  ...{ planned: someTime, excused: someTime, falseReading: someTime, forceDown: someTime },
  rows: weeklyRows,
  polls: fc.uniqueArray(fc.record({ at: fc.integer({ min: -15 * DAY, max: 18 * DAY }), active: fc.boolean() }), {
    selector: ({ at }) => at,
    maxLength: 15,
  }),
});

const world = fc.record({
  drawn: fc.array(store, { minLength: 1, maxLength: 5 }),
  first: fc.integer({ min: -3, max: 3 }),
  dates: fc.integer({ min: 1, max: 9 }),
  asOf: fc.integer({ min: 0, max: 15 * 24 }).map((hours) => AROUND + hours * HOUR),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function fleetOf({ drawn }: World): SmallFleet {
  return {
    stores: drawn,
    hours: drawn.flatMap(({ rows }, index) => rows.map((row) => ({ store: index, ...row }))),
    polls: drawn.flatMap(({ polls }, index) =>
      polls.map(({ at, active }) => ({ store: index, instant: AROUND + at, active })),
    ),
  };
}

function datesOf({ first, dates }: World) {
  const begin = AROUND / DAY + first;
  return { first: begin, end: begin + dates };
}

/** The sums of the rows with a name that begins so, and the greatest of what has no sum. */
function added(found: ReadonlyMap<string, Measures>, isPart: (name: string) => boolean): Partial<Measures> {
  const rows = [...found].filter(([name]) => isPart(name)).map(([, measures]) => measures);
  const sums = SUMMED.map((name) => [name, rows.reduce((sum, measures) => sum + measures[name], 0)]);
  const greatest = GREATEST.map((name) => [name, Math.max(0, ...rows.map((measures) => measures[name]))]);
  return Object.fromEntries([...sums, ...greatest]);
}

function* prefixesOf(found: ReadonlyMap<string, Measures>, level: number): Generator<string> {
  const prefixes = new Set(
    [...found.keys()]
      .map((name) => name.split(' | '))
      .filter(({ length }) => length === level + 1)
      .map((parts) => parts.join(' | ')),
  );
  yield* prefixes;
}

test('a group is the sum of its members, at every level and in every part of the period', async () => {
  await fc.assert(
    fc.asyncProperty(world, fc.constantFrom('total', 'day', 'hour_of_week' as const), async (drawn, by) => {
      const question: SmallQuestion = {
        ...{ ends: { kind: 'dates', dates: datesOf(drawn) }, asOf: drawn.asOf, by },
        groupBy: ['brand', 'region', 'store_id'],
      };
      const found = await askSmall(fleetOf(drawn), question);
      for (const level of [0, 1, 2]) {
        for (const name of prefixesOf(found, level)) {
          const parts = name.split(' | ');
          const [group, part] = [parts.slice(0, -1), parts.at(-1)];
          const members = added(found, (other) => {
            const names = other.split(' | ');
            return names.length === level + 2 && names.at(-1) === part && group.every((value, i) => names[i] === value);
          });
          assert.deepEqual(members, found.get(name), name);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('a period is its days, days are their hours, and both are weeks, months and dayparts', async () => {
  const dayparts = [
    { name: 'lunch', start: 11 * HOUR },
    { name: 'night', start: 23 * HOUR },
  ];
  await fc.assert(
    fc.asyncProperty(world, fc.constantFrom(undefined, 'America/Chicago', 'UTC'), async (drawn, zone) => {
      const fleet = fleetOf(drawn);
      const ask = (by: SmallQuestion['by']) =>
        askSmall(fleet, {
          ...{ ends: { kind: 'dates', dates: datesOf(drawn) }, asOf: drawn.asOf, by, groupBy: ['brand'], dayparts },
          ...(zone !== undefined && { zone }),
        });
      const total = await ask('total');
      for (const by of ['hour', 'day', 'week', 'month', 'hour_of_week', 'daypart'] as const) {
        const found = await ask(by);
        for (const [name, measures] of total) {
          const group = name.split(' | ').slice(0, -1);
          const parts = added(found, (other) => {
            const names = other.split(' | ');
            return names.length === group.length + 1 && group.every((value, i) => names[i] === value);
          });
          assert.deepEqual(parts, measures, `${name} by ${by}`);
        }
      }
      const [days, hours] = [await ask('day'), await ask('hour')];
      for (const [name, { open, up, down }] of days) {
        const own = added(hours, (other) => other.startsWith(`${name}T`));
        assert.deepEqual([own.open, own.up, own.down], [open, up, down], name);
      }
    }),
    { numRuns: 20 },
  );
});

test('each store has the figures of the kernel, by its own clock', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (drawn) => {
      const fleet = fleetOf(drawn);
      const dates = datesOf(drawn);
      const { asOf } = drawn;
      const found = await askSmall(fleet, { ends: { kind: 'dates', dates }, asOf, by: 'day', groupBy: ['store_id'] });
      const zones = new Map(fleet.stores.flatMap(({ zone }, i) => (zone === undefined ? [] : [[i, zone] as const])));
      const schedule = scheduleOf({ stores: fleet.stores.length, zones, hours: fleet.hours }, AROUND + 20 * DAY);
      const span = { from: (dates.first - 1) * DAY, to: (dates.end + 1) * DAY };
      const cells = cellsOf('day', dates);
      for (const [index, { planned, excused, falseReading, forceDown }] of drawn.drawn.entries()) {
        const adjustments = { planned, excused, falseReading, forceDown };
        const own = measuresOf(schedule, index, fleet.polls, asOf, { ...span, cells, ...adjustments });
        for (const [cell, measures] of own.entries()) {
          const name = `s${index} | ${cells.name(cell)}`;
          const answered = found.get(name);
          // Days after `asOf` are in no answer.
          if (answered === undefined) assert.equal(measures.open, 0, name);
          else assert.deepEqual(answered, measures, name);
        }
      }
    }),
    { numRuns: 40 },
  );
});
