import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownAdjustments } from '../../src/adjustments/known.ts';
import { Known } from '../../src/adjustments/log.ts';
import { formatInstant } from '../../src/calendar/instant.ts';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { DAY, HOUR } from '../../src/domain/hours.ts';
import { type Intervals, intersect } from '../../src/domain/interval.ts';
import type { ZoneStretch } from '../../src/domain/schedule.ts';
import type { AdjustmentEntry, AdjustmentRecord } from '../../src/storage/ports/adjustments.ts';

const T = Date.parse('2026-03-07T00:00:00Z');
const BY = { reason: 'x', authorId: undefined, author: 'anna', at: T };
const SUNDAYS = { rrule: 'FREQ=WEEKLY;BYDAY=SU', start: '2026-03-01T02:30:00', duration: 'PT2H' };
const CHICAGO = { id: 'a', labels: { city: 'Chicago', brand: 'x' } };

let number = 0;
function adjustment(change: Partial<AdjustmentRecord>): AdjustmentRecord {
  const id = `j${++number}`;
  return { ...BY, id, kind: 'planned', stores: { labels: {} }, time: { from: T, to: T + HOUR }, ...change };
}

/** A zone for all time, or until and from instants in between. */
function zones(...names: readonly (string | number)[]): ZoneStretch[] {
  const stretches: ZoneStretch[] = [];
  let from = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < names.length; i += 2) {
    const until = (names[i + 1] ?? Number.POSITIVE_INFINITY) as number;
    stretches.push({ zone: zoneBetween(names[i] as string, T, T + 30 * DAY), from, until });
    from = until;
  }
  return stretches;
}

/** Planned downtime of a store within three days. */
function planned(entries: readonly AdjustmentEntry[], store = CHICAGO, zone = zones('America/Chicago')): string[] {
  const window = new Known(knownAdjustments(entries)).times.planned.over(T, T + 3 * DAY);
  return shown(intersect(window.of(store, zone), [T, T + 3 * DAY]));
}

function shown(intervals: Intervals): string[] {
  return Array.from({ length: intervals.length / 2 }, (_, i) =>
    intervals
      .slice(2 * i, 2 * i + 2)
      .map((instant) => formatInstant(instant).slice(8, 16))
      .join('–'),
  );
}

test('a recurrence is in the local time of each store', () => {
  const all = [adjustment({ time: SUNDAYS })];
  assert.deepEqual(planned(all), ['08T08:30–08T10:30']);
  assert.deepEqual(planned(all, CHICAGO, zones('Asia/Tokyo')), ['07T17:30–07T19:30']);
  assert.deepEqual(planned(all, CHICAGO, zones('UTC')), ['08T02:30–08T04:30']);
});

test('adjustments that overlap are merged, and others of the store are left out', () => {
  const all = [
    adjustment({ time: { from: T, to: T + 2 * HOUR } }),
    adjustment({ time: { from: T + HOUR, to: T + 3 * HOUR } }),
    adjustment({ time: { from: T + 4 * HOUR, to: T + 5 * HOUR } }),
    adjustment({ time: { from: T + 6 * HOUR, to: T + 9 * HOUR }, kind: 'excused' }),
  ];
  assert.deepEqual(planned(all), ['07T00:00–07T03:00', '07T04:00–07T05:00']);
});

test('an adjustment includes the stores that it names, or those with all of its labels', () => {
  const including = (stores: AdjustmentRecord['stores'], store = CHICAGO) =>
    planned([adjustment({ stores })], store).length === 1;
  assert.equal(including({ storeIds: ['b', 'a'] }), true);
  assert.equal(including({ storeIds: ['b'] }), false);
  assert.equal(including({ labels: {} }), true);
  assert.equal(including({ labels: { city: 'Chicago' } }), true);
  assert.equal(including({ labels: { city: 'Chicago', brand: 'x' } }), true);
  assert.equal(including({ labels: { city: 'Chicago', brand: 'y' } }), false);
  assert.equal(including({ labels: { brand: 'x', toString: 'x' } }), false);
  assert.equal(including({ labels: { brand: 'x:y' } }, { id: 'c', labels: { city: 'Chicago', brand: 'x' } }), false);
});

test('a revocation leaves what was before its instant, and an entire one nothing', () => {
  const one = adjustment({ time: { from: T, to: T + 4 * HOUR } });
  const revoke = (id: string, from: number | undefined): AdjustmentEntry => ({ ...BY, id, revokes: one.id, from });
  assert.deepEqual(planned([one, revoke('r1', T + HOUR)]), ['07T00:00–07T01:00']);
  assert.deepEqual(planned([one, revoke('r1', T + HOUR), revoke('r2', undefined)]), []);
  assert.deepEqual(planned([one, revoke('r1', undefined), revoke('r2', T + HOUR)]), []);
  const weekly = adjustment({ time: SUNDAYS });
  const half = Date.parse('2026-03-08T09:00:00Z');
  assert.deepEqual(planned([weekly, { ...BY, id: 'r', revokes: weekly.id, from: half }]), ['08T08:30–08T09:00']);
});

test('a store that changes its zone has the occurrences of each zone while it is in force', () => {
  const daily = adjustment({ time: { ...SUNDAYS, rrule: 'FREQ=DAILY' } });
  const change = Date.parse('2026-03-08T00:00:00Z');
  assert.deepEqual(planned([daily], CHICAGO, zones('UTC', change, 'Asia/Tokyo')), [
    '07T02:30–07T04:30',
    '08T17:30–08T19:30',
    '09T17:30–09T19:30',
  ]);
});

test('an occurrence that began long before the window ends at its local time', () => {
  const long = adjustment({ time: { rrule: 'FREQ=YEARLY', start: '2026-01-01T00:00:00', duration: 'P67D' } });
  assert.deepEqual(planned([long]), ['07T00:00–09T05:00']);
  const elapsed = adjustment({ time: { rrule: 'FREQ=YEARLY', start: '2026-01-01T00:00:00', duration: 'PT1608H' } });
  assert.deepEqual(planned([elapsed]), ['07T00:00–09T06:00']);
});

test('an unknown zone has the occurrences of UTC', () => {
  assert.deepEqual(planned([adjustment({ time: SUNDAYS })], CHICAGO, zones('Etc/Unknown')), ['08T02:30–08T04:30']);
});
