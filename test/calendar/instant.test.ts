import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { formatLocal } from '../../src/calendar/instant.ts';

test('wall times equal those of Temporal, also around clock changes and long ago', () => {
  const zones = fc.constantFrom('America/Chicago', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'UTC');
  const instants = fc.oneof(
    fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2040, 0) }),
    fc.integer({ min: -3, max: 3 }).map((minutes) => Date.UTC(2025, 2, 9, 8) + 60_000 * minutes),
    fc.integer({ min: -3, max: 3 }).map((minutes) => Date.UTC(2025, 10, 2, 7) + 60_000 * minutes),
  );
  fc.assert(
    fc.property(zones, instants, (zone, instant) => {
      // Temporal has the rules of Node, which may not know yet that Morocco gave up its clock changes in 2026.
      fc.pre(zone !== 'Africa/Casablanca' || instant < Date.UTC(2026, 0));
      const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
      assert.equal(formatLocal(instant, zone), local.toString({ fractionalSecondDigits: 3, timeZoneName: 'never' }));
    }),
  );
});
