import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformanceCases, readRecords } from '../support/conformance.ts';
import { type HoursRow, type PollRow, uptimeOf } from '../support/fleet.ts';

for (const { name, files, asOf, expected } of conformanceCases()) {
  test(`the kernel gives the exact figures of conformance case ${name}`, () => {
    const polls = readRecords(files.polls);
    const hours = readRecords(files.hours);
    const zones = readRecords(files.zones);
    const ids = [...new Set([...polls, ...hours, ...zones].map((row) => row.store_id ?? ''))].sort();
    const storeOf = new Map(ids.map((id, index) => [id, index]));
    const figures = uptimeOf(
      ids.length,
      new Map(zones.map((row) => [storeOf.get(row.store_id ?? '') ?? -1, row.timezone_str ?? ''])),
      hours.map(
        (row): HoursRow => ({
          store: storeOf.get(row.store_id ?? '') ?? -1,
          day: Number(row.day ?? row.dayOfWeek),
          start: timeOfDay(row.start_time_local ?? ''),
          end: timeOfDay(row.end_time_local ?? ''),
        }),
      ),
      polls.map(
        (row): PollRow => ({
          store: storeOf.get(row.store_id ?? '') ?? -1,
          instant: instant(row.timestamp_utc ?? ''),
          active: row.status === 'active',
        }),
      ),
      Date.parse(asOf),
    );
    const lines = ids.map((id, store) => `${id},${[...figures.of(store)].join(',')}`);
    assert.deepEqual(lines, expected.trim().split('\n').slice(1));
  });
}

function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** `2023-01-22 12:09:39.388884 UTC` as milliseconds, finer digits cut off. */
function instant(text: string): number {
  const match = /^(.{10}) (.{8})(\.\d+)? UTC$/.exec(text);
  assert.ok(match, `unexpected instant ${text}`);
  const fraction = (match[3] ?? '.').slice(1, 4).padEnd(3, '0');
  return Date.parse(`${match[1]}T${match[2]}.${fraction}Z`);
}
