import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dueDigest } from '../../src/alerts/due-digest.ts';
import { offsetAt } from '../../src/calendar/tzdb.ts';
import { digestFrom } from '../../src/notify/digest.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function due(draft: { time: string; day?: number }, zone: string, now: string, since = '2020-01-01T00:00Z') {
  const period = dueDigest(digestFrom(draft, Date.parse(since)), zone, Date.parse(now));
  return period && [period.from, period.until].map((instant) => new Date(instant).toISOString().slice(0, 16));
}

test('a daily digest covers the day until its time in the zone of the recipient', () => {
  const eight = { time: '08:00' };
  assert.deepEqual(due(eight, 'UTC', '2026-11-27T08:00Z'), ['2026-11-26T08:00', '2026-11-27T08:00']);
  assert.deepEqual(due(eight, 'UTC', '2026-11-27T07:59Z'), ['2026-11-25T08:00', '2026-11-26T08:00']);
  assert.deepEqual(due(eight, 'America/Chicago', '2026-11-27T14:00Z'), ['2026-11-26T14:00', '2026-11-27T14:00']);
  assert.deepEqual(due(eight, 'Asia/Kathmandu', '2026-11-27T02:15Z'), ['2026-11-26T02:15', '2026-11-27T02:15']);
});

test('a weekly digest covers the week until its weekday', () => {
  // 2026-11-23 is a Monday.
  const monday = { time: '08:00', day: 0 };
  assert.deepEqual(due(monday, 'UTC', '2026-11-23T08:00Z'), ['2026-11-16T08:00', '2026-11-23T08:00']);
  assert.deepEqual(due(monday, 'UTC', '2026-11-23T07:59Z'), ['2026-11-09T08:00', '2026-11-16T08:00']);
  assert.deepEqual(due(monday, 'UTC', '2026-11-29T23:59Z'), ['2026-11-16T08:00', '2026-11-23T08:00']);
  assert.deepEqual(due({ time: '08:00', day: 6 }, 'UTC', '2026-11-29T08:00Z'), [
    '2026-11-22T08:00',
    '2026-11-29T08:00',
  ]);
});

test('days with a clock change have 23 or 25 hours, and a skipped time moves on', () => {
  const eight = { time: '08:00' };
  assert.deepEqual(due(eight, 'America/Chicago', '2026-03-08T20:00Z'), ['2026-03-07T14:00', '2026-03-08T13:00']);
  assert.deepEqual(due(eight, 'America/Chicago', '2026-11-01T20:00Z'), ['2026-10-31T13:00', '2026-11-01T14:00']);
  assert.deepEqual(due({ time: '02:30' }, 'America/Chicago', '2026-03-08T20:00Z'), [
    '2026-03-07T08:30',
    '2026-03-08T08:30',
  ]);
});

test('a digest that was set up after its time is due for the first time at the next', () => {
  const eight = { time: '08:00' };
  assert.equal(due(eight, 'UTC', '2026-11-27T20:00Z', '2026-11-27T08:00Z'), undefined);
  assert.equal(due(eight, 'UTC', '2026-11-28T07:59Z', '2026-11-27T09:00Z'), undefined);
  assert.deepEqual(due(eight, 'UTC', '2026-11-28T08:00Z', '2026-11-27T09:00Z'), [
    '2026-11-27T08:00',
    '2026-11-28T08:00',
  ]);
  assert.throws(() => digestFrom({ time: '25:00' }, 0), /digest\.time is "25:00", expected a time of day/);
});

test('periods follow each other without a gap: each begins when the one before ends', () => {
  const zones = fc.constantFrom('UTC', 'America/Chicago', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Kathmandu');
  const now = fc.integer({ min: Date.parse('2024-01-01T00:00Z'), max: Date.parse('2027-01-01T00:00Z') });
  const time = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const day = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
  fc.assert(
    fc.property(zones, now, time, day, (zone, at, minutes, weekday) => {
      const digest = { time: minutes * MINUTE, ...(weekday !== undefined && { day: weekday }), since: 0 };
      const period = dueDigest(digest, zone, at);
      assert.ok(period !== undefined && period.from < period.until && period.until <= at);
      const days = weekday === undefined ? 1 : 7;
      assert.ok(at - period.until < days * DAY + 2 * HOUR, 'it is the latest');
      const before = dueDigest(digest, zone, period.until - 1);
      assert.equal(before?.until, period.from);
      if (weekday === undefined) return;
      const date = Math.floor((period.until + offsetAt(zone, period.until)) / DAY);
      assert.equal((date + 3) % 7, weekday);
    }),
  );
});
