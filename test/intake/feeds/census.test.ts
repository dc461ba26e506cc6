import assert from 'node:assert/strict';
import { test } from 'node:test';
import { censusLine, censusWarnings } from '../../../src/intake/feeds/census.ts';
import type { StoreCensus } from '../../../src/storage/ports/import-session.ts';

const census = (some: Partial<StoreCensus>): StoreCensus => ({
  ...{ polled: 0, withHours: 0, withZone: 0, hoursOnly: 0, zoneOnly: 0 },
  ...some,
});

test('ids that do not meet are a warning when they are most of either side, and only then', () => {
  const hours = (polled: number, withHours: number, hoursOnly: number) =>
    censusWarnings(census({ polled, withHours, hoursOnly })).length;
  assert.equal(hours(0, 0, 10), 0, 'there are no polls yet');
  assert.equal(hours(10, 0, 0), 0, 'nobody gave any hours');
  assert.equal(hours(10, 5, 0), 0);
  assert.equal(hours(10, 4, 0), 1);
  assert.equal(hours(10, 10, 10), 0);
  assert.equal(hours(10, 10, 11), 1);
  assert.deepEqual(censusWarnings(census({ polled: 3, withZone: 1, zoneOnly: 1, withZoneHere: 0 })), [
    '0 of 3 polled stores have a time zone in this file; 1 store has a time zone and no polls',
  ]);
});

test('every import says how many stores are known from which feeds', () => {
  assert.equal(
    censusLine(census({ polled: 1, withHours: 1, hoursOnly: 2 })),
    '1 store with polls: 1 with business hours, 0 with a time zone; without polls: 2 with business hours, 0 with a time zone',
  );
});
