import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_DAY } from '../../src/domain/hours.ts';
import { ALWAYS, type Intervals, intersect } from '../../src/domain/interval.ts';
import { nineFigures } from '../support/figures.ts';
import {
  type FleetHours,
  figuresOf,
  type HoursRow,
  type SpecialRow,
  scheduleOf,
  type ZoneChangeRow,
} from '../support/fleet.ts';
import { age, place, weeklyRow, weeklyRows } from './arbitraries.ts';
import { clock, DAY, HOUR, localInstant, localText, openTimes, referenceFigures } from './reference.ts';

const CHICAGO = 'America/Chicago';
const NEW_YORK = 'America/New_York';
const NO_ZONES: ReadonlyMap<number, string> = new Map();
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

interface Drawn {
  readonly rows: readonly Omit<HoursRow, 'store'>[];
  readonly specialHours: readonly Omit<SpecialRow, 'store'>[];
  readonly zoneChanges: readonly { readonly zone: string; readonly until: number }[];
  readonly polls: readonly { readonly instant: number; readonly active: boolean }[];
}

/** Consecutive weeks; one without rows is closed every day. Without weeks: open 24/7. */
function versions(asOf: number): fc.Arbitrary<Drawn['rows']> {
  const changes = fc
    .uniqueArray(age, { maxLength: 3 })
    .map((ages) => ages.map((back) => asOf - back).sort((a, b) => a - b));
  return fc.tuple(changes, fc.array(weeklyRows, { minLength: 4, maxLength: 4 })).map(([instants, weeks]) => {
    if (instants.length === 0) return weeks[0] ?? [];
    return [...instants, Number.POSITIVE_INFINITY].flatMap((until, i) => {
      const from = instants[i - 1] ?? Number.NEGATIVE_INFINITY;
      const week = weeks[i] ?? [];
      const rows = week.length > 0 ? week : [{ day: NO_DAY, start: 0, end: 0 }];
      return rows.map((row) => ({ ...row, from, until }));
    });
  });
}

function specialDates(zone: string, asOf: number): fc.Arbitrary<Drawn['specialHours']> {
  const one = fc.tuple(fc.integer({ min: -10, max: 1 }), fc.array(weeklyRow, { maxLength: 2 }));
  return fc.uniqueArray(one, { selector: ([days]) => days, maxLength: 4 }).map((drawn) =>
    drawn.flatMap(([days, openings]) => {
      const date = localText(zone, asOf + days * DAY).slice(0, 10);
      return openings.length > 0 ? openings.map(({ start, end }) => ({ date, start, end })) : [{ date }];
    }),
  );
}

const zoneName = fc.constantFrom(NEW_YORK, 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC');

function storeAt(zone: string, asOf: number): fc.Arbitrary<Drawn> {
  return fc.record({
    rows: versions(asOf),
    specialHours: fc.oneof(fc.constant([]), specialDates(zone, asOf)),
    zoneChanges: fc.uniqueArray(fc.record({ zone: zoneName, until: age.map((back) => asOf - back) }), {
      selector: ({ until }) => until,
      maxLength: 2,
    }),
    polls: fc.uniqueArray(fc.record({ instant: age.map((back) => asOf - back), active: fc.boolean() }), {
      selector: ({ instant }) => instant,
      maxLength: 12,
    }),
  });
}

const scene = place.chain(({ zone = CHICAGO, asOf }) =>
  fc.record({
    zone: fc.constant(zone),
    asOf: fc.constant(asOf),
    stores: fc.array(storeAt(zone, asOf), { minLength: 1, maxLength: 3 }),
  }),
);

function fleetOf(zone: string, stores: readonly Drawn[]): FleetHours {
  const of = <T>(rows: (store: Drawn) => readonly T[]) =>
    stores.flatMap((drawn, store) => rows(drawn).map((row) => ({ store, ...row })));
  return {
    stores: stores.length,
    zones: new Map(stores.map((_, store) => [store, zone])),
    hours: of(({ rows }) => rows),
    specialHours: of(({ specialHours }) => specialHours),
    zoneChanges: of(({ zoneChanges }) => zoneChanges),
  };
}

test('a report with changed hours and zones and special hours equals the reference implementation', () => {
  fc.assert(
    fc.property(scene, ({ zone, asOf, stores }) => {
      const polls = stores.flatMap((drawn, store) => drawn.polls.map((poll) => ({ store, ...poll })));
      const figures = figuresOf(fleetOf(zone, stores), polls, asOf);
      for (const [store, drawn] of stores.entries()) {
        const open = openTimes({ zone, ...drawn }, asOf - 8 * DAY, asOf);
        const expected = referenceFigures(open, drawn.polls, asOf);
        assert.deepEqual(nineFigures(figures, store), [...expected.up, ...expected.down, ...expected.open]);
      }
    }),
    { numRuns: 400 },
  );
});

/** The open intervals of a store in Chicago between two local times, as local times. */
function openBetween(fleet: Partial<FleetHours>, from: string, to: string): string[] {
  const range = [localInstant(CHICAGO, from), localInstant(CHICAGO, to)] as const;
  return texts(intersect(openOf(fleet, ...range), range));
}

function openOf(fleet: Partial<FleetHours>, from: number, to: number): Intervals {
  return scheduleOf({ stores: 1, zones: NO_ZONES, hours: [], ...fleet }, to).openIntervals(0, from, to);
}

function texts(open: Intervals): string[] {
  const local = open.map((at) => localText(CHICAGO, at).slice(5, 16));
  return Array.from({ length: open.length / 2 }, (_, i) => `${local[2 * i]} – ${local[2 * i + 1]}`);
}

function everyDay(start: number, end: number, held: { from?: number; until?: number } = {}): HoursRow[] {
  return WEEKDAYS.map((day) => ({ store: 0, day, start, end, ...held }));
}

const WEDNESDAY_MIDNIGHT = localInstant(CHICAGO, '2025-06-04T00:00');

test('a shift across a change of hours follows the old hours before it and the new ones after it', () => {
  const hours = [
    ...everyDay(clock(20), clock(1), { until: WEDNESDAY_MIDNIGHT }),
    ...everyDay(clock(22), clock(3), { from: WEDNESDAY_MIDNIGHT }),
  ];
  assert.deepEqual(openBetween({ hours }, '2025-06-03T12:00', '2025-06-05T12:00'), [
    '06-03T20:00 – 06-04T03:00',
    '06-04T22:00 – 06-05T03:00',
  ]);
});

test('a week without days is closed, a week of whole days is open 24/7', () => {
  const hours = [
    ...everyDay(0, DAY, { until: WEDNESDAY_MIDNIGHT }),
    { store: 0, day: NO_DAY, start: 0, end: 0, from: WEDNESDAY_MIDNIGHT, until: WEDNESDAY_MIDNIGHT + DAY },
    ...everyDay(0, DAY, { from: WEDNESDAY_MIDNIGHT + DAY }),
  ];
  assert.deepEqual(openBetween({ hours }, '2025-06-01T00:00', '2025-06-07T00:00'), [
    '06-01T00:00 – 06-04T00:00',
    '06-05T00:00 – 06-07T00:00',
  ]);
});

test('special hours replace openings that begin on their date; the night before continues to its end', () => {
  const fleet = {
    hours: everyDay(clock(18), clock(2)),
    specialHours: [
      { store: 0, date: '2025-06-04' },
      { store: 0, date: '2025-06-06', start: clock(12), end: clock(14) },
      { store: 0, date: '2025-06-06', start: clock(22), end: clock(22) },
    ],
  };
  assert.deepEqual(openBetween(fleet, '2025-06-03T12:00', '2025-06-08T00:00'), [
    '06-03T18:00 – 06-04T02:00',
    '06-05T18:00 – 06-06T02:00',
    '06-06T12:00 – 06-06T14:00',
    '06-06T22:00 – 06-08T00:00',
  ]);
});

test('a store without hours is open 24 hours on every date without special hours', () => {
  const fleet = {
    specialHours: [
      { store: 0, date: '2025-06-04' },
      { store: 0, date: '2025-06-06', start: clock(10), end: clock(23, 59) },
    ],
  };
  assert.deepEqual(openBetween(fleet, '2025-06-03T00:00', '2025-06-08T00:00'), [
    '06-03T00:00 – 06-04T00:00',
    '06-05T00:00 – 06-06T00:00',
    '06-06T10:00 – 06-08T00:00',
  ]);
});

test('special hours far from the range change nothing', () => {
  const specialHours = ['2024-12-24', '2025-12-24'].map((date) => ({ store: 0, date }));
  assert.deepEqual(openBetween({ specialHours }, '2025-06-03T00:00', '2025-06-08T00:00'), [
    '06-03T00:00 – 06-08T00:00',
  ]);
});

test('hours apply in the zone in force at the time', () => {
  // Nine to five in New York is eight to four in Chicago.
  const zoneChanges: ZoneChangeRow[] = [{ store: 0, until: WEDNESDAY_MIDNIGHT + 10 * HOUR, zone: NEW_YORK }];
  const fleet = {
    hours: everyDay(clock(9), clock(17)),
    specialHours: [{ store: 0, date: '2025-06-05', start: clock(12), end: clock(13) }],
    zoneChanges,
  };
  assert.deepEqual(openBetween(fleet, '2025-06-03T00:00', '2025-06-07T00:00'), [
    '06-03T08:00 – 06-03T16:00',
    '06-04T08:00 – 06-04T17:00',
    '06-05T12:00 – 06-05T13:00',
    '06-06T09:00 – 06-06T17:00',
  ]);
});

test('a former zone of a store may be the default zone', () => {
  const fleet = {
    zones: new Map([[0, NEW_YORK]]),
    hours: everyDay(clock(9), clock(17)),
    zoneChanges: [{ store: 0, until: WEDNESDAY_MIDNIGHT, zone: undefined }],
  };
  assert.deepEqual(openBetween(fleet, '2025-06-03T00:00', '2025-06-05T00:00'), [
    '06-03T09:00 – 06-03T17:00',
    '06-04T08:00 – 06-04T16:00',
  ]);
});

test('where nothing but the zone of a store without hours changes, it is always open', () => {
  const zoneChanges = [{ store: 0, until: WEDNESDAY_MIDNIGHT, zone: NEW_YORK }];
  assert.deepEqual(openOf({ zoneChanges }, WEDNESDAY_MIDNIGHT - DAY, WEDNESDAY_MIDNIGHT + DAY), ALWAYS);
});

test('what is special about one store says nothing about its neighbours', () => {
  const fleet: FleetHours = {
    stores: 3,
    zones: NO_ZONES,
    hours: [0, 2].map((store) => ({ store, day: 2, start: clock(9), end: clock(17) })),
    specialHours: [{ store: 1, date: '2025-06-04', start: clock(10), end: clock(11) }],
    zoneChanges: [{ store: 2, until: WEDNESDAY_MIDNIGHT + DAY, zone: NEW_YORK }],
  };
  const range = [WEDNESDAY_MIDNIGHT, WEDNESDAY_MIDNIGHT + DAY] as const;
  const schedule = scheduleOf(fleet, range[1]);
  const open = [0, 1, 2].map((store) => texts(intersect(schedule.openIntervals(store, ...range), range)));
  assert.deepEqual(open, [['06-04T09:00 – 06-04T17:00'], ['06-04T10:00 – 06-04T11:00'], ['06-04T08:00 – 06-04T16:00']]);
});
