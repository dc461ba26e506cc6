import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { localDate, startOfDate } from '../../src/calendar/tzdb.ts';
import { ZONES } from '../domain/arbitraries.ts';

/** Later, and in these zones, the rules of Node that Temporal goes by may differ from those of the program. */
const RULES_PART = Date.UTC(2026, 0, 1);
const zones = fc.constantFrom(...ZONES.filter((name) => !['Europe/Chisinau', 'Europe/Tiraspol'].includes(name)));

test('local dates and their first instants equal those of Temporal', () => {
  fc.assert(
    fc.property(zones, fc.integer({ min: Date.UTC(2006, 0, 1), max: RULES_PART - 3 * 86_400_000 }), (zone, instant) => {
      const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
      const date = local.toPlainDate().toString();
      assert.equal(localDate(instant, zone), date);
      assert.equal(startOfDate(date, zone), local.startOfDay().epochMilliseconds);
    }),
    { numRuns: 2000 },
  );
});

test('a date whose midnight is skipped begins at the clock change, even if the change starts before midnight', () => {
  assert.equal(startOfDate('2025-04-25', 'Africa/Cairo'), Date.parse('2025-04-24T22:00:00Z'));
  assert.equal(startOfDate('2011-12-30', 'Pacific/Apia'), Date.parse('2011-12-30T10:00:00Z'));
  // The clock went from 23:30 to 00:30.
  assert.equal(startOfDate('1919-03-31', 'America/Toronto'), Date.parse('1919-03-31T04:30:00Z'));
});
