import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneBetween } from '../../src/calendar/tzdb.ts';
import { fullHours } from '../../src/domain/full-hours.ts';

/** The full hours of a zone, as RFC 3339 without what never changes. */
function hoursIn(zone: string, from: string, to: string): string[] {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return fullHours(zoneBetween(zone, begin, end), begin, end).map((at) => new Date(at).toISOString().slice(11, 16));
}

test('hours begin when the clock of the zone shows a full hour', () => {
  assert.deepEqual(hoursIn('UTC', '2026-11-18T09:20:00Z', '2026-11-18T12:00:00Z'), ['10:00', '11:00']);
  assert.deepEqual(hoursIn('UTC', '2026-11-18T09:00:00Z', '2026-11-18T11:00:00.001Z'), ['09:00', '10:00', '11:00']);
  assert.deepEqual(hoursIn('Asia/Kolkata', '2026-11-18T09:20:00Z', '2026-11-18T12:00:00Z'), [
    '09:30',
    '10:30',
    '11:30',
  ]);
  assert.deepEqual(hoursIn('Asia/Kathmandu', '2026-11-18T09:20:00Z', '2026-11-18T11:15:00Z'), ['10:15']);
});

test('a clock change of an hour leaves all hours an hour apart', () => {
  const spring = hoursIn('Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T03:00:00Z');
  assert.deepEqual(spring, ['23:00', '00:00', '01:00', '02:00']);
  const autumn = hoursIn('Europe/Berlin', '2026-10-24T23:00:00Z', '2026-10-25T03:00:00Z');
  assert.deepEqual(autumn, ['23:00', '00:00', '01:00', '02:00']);
});

test('a clock change of half an hour makes one hour half an hour longer', () => {
  // Lord Howe Island: 02:00 becomes 01:30 on 5 April, and 02:00 becomes 02:30 on 4 October.
  const autumn = hoursIn('Australia/Lord_Howe', '2026-04-04T13:00:00Z', '2026-04-04T17:00:00Z');
  assert.deepEqual(autumn, ['13:00', '14:00', '15:30', '16:30']);
  const spring = hoursIn('Australia/Lord_Howe', '2026-10-03T13:30:00Z', '2026-10-03T17:00:00Z');
  assert.deepEqual(spring, ['13:30', '14:30', '16:00']);
});
