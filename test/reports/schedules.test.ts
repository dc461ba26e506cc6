import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WINDOW_NAMES } from '../../src/domain/window.ts';
import { computeReport } from '../../src/reports/compute.ts';
import { columnOf } from '../../src/reports/figures.ts';
import { HOURS, Importer, POLLS, SPECIAL_HOURS, ZONES } from '../support/importer.ts';

const HOUR = 3_600_000;

/** The figures of the only store in hours: `[up, down, open]` for the last hour, day and week. */
async function hoursOf({ storage }: Importer, asOf: string): Promise<number[][]> {
  const figures = await storage.snapshot((snapshot) => computeReport(snapshot, Date.parse(asOf)));
  return WINDOW_NAMES.map((window) =>
    (['up', 'down', 'open'] as const).map((kind) => (columnOf(figures, kind, window)[0] ?? Number.NaN) / HOUR),
  );
}

function everyDay(...times: string[]): string {
  const rows = [0, 1, 2, 3, 4, 5, 6].flatMap((day) => times.map((time) => `r,${day},${time}\n`));
  return HOURS + rows.join('');
}

/*
 * One week of a restaurant in New York, from Monday 3 March 2025 to Monday 10 March 2025, 00:00 on its clock. On Sunday
 * the 9th, 02:00 becomes 03:00: standard time is UTC−5, summer time is UTC−4.
 *
 * Hours until Wednesday 5 March 12:00 (17:00 UTC):  every day 10:00–14:00 and 18:00–02:00
 * Hours from then on:                               every day 11:00–15:00 and 20:00–03:00
 * Special hours: Thursday the 6th closed; Saturday the 8th 09:00–12:00 and 22:00–02:30
 *
 * as_of is Monday 00:00 UTC−4 = 04:00 UTC; 168 elapsed hours before it is Sunday 2 March 23:00 UTC−5, an hour "early".
 *
 * Open, in hours, by the date on which a shift begins:
 *   Sun 2   18:00–02:00, of which 23:00–02:00 is in the week                              3
 *   Mon 3   10:00–14:00 = 4, 18:00–02:00 = 8                                             12
 *   Tue 4   likewise                                                                     12
 *   Wed 5   10:00–14:00 cut at 12:00, then 11:00–15:00 from 12:00 on: 10:00–15:00 = 5;
 *           the evening is already the new one: 20:00–03:00 = 7                          12
 *   Thu 6   closed. Wednesday's shift has run to its end at 03:00                         0
 *   Fri 7   11:00–15:00 = 4, 20:00–03:00 = 7, on into Saturday in spite of its own hours 11
 *   Sat 8   09:00–12:00 = 3; 22:00 (03:00 UTC) to 02:30, which the clock skips: it means
 *           03:30 (07:30 UTC): 4.5                                                      7.5
 *   Sun 9   11:00–15:00 = 4, 20:00–03:00, of which 20:00–24:00 = 4                        8
 *                                                                               open  65.5
 *
 * Polls that count: Mon 3 11:00 active, Thu 6 01:00 inactive (in Wednesday's shift), Fri 7 12:00 active. The one on Thu 6
 * 13:00 does not: the store is closed that day.
 *   Mon 11:00 to Thu 01:00 is 62 hours: the state passes to down 31 hours after Mon 11:00, on Tue 18:00.
 *   Thu 01:00 to Fri 12:00 is 35 hours: it passes to up 17.5 hours after Thu 01:00, on Thu 18:30.
 * Down: Tue 18:00–02:00 = 8, Wed 5 + 7 = 12                                    down  20
 * Up: 65.5 − 20                                                                  up  45.5
 *
 * Last day, from Sunday 04:00 UTC = Saturday 23:00 UTC−5: 04:00–07:30 UTC = 3.5, Sunday 8: 11.5, all up.
 * Last hour: Sunday 23:00–24:00, up.
 */
test('hours changed in the middle of a week, special hours and a clock change give the sums worked out by hand', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}r,America/New_York\n`);
  await importer.hours(everyDay('10:00,14:00', '18:00,02:00'));
  await importer.import(
    { hours: [importer.file('new.csv', everyDay('11:00,15:00', '20:00,03:00'))] },
    { effectiveFrom: Date.parse('2025-03-05T17:00:00Z') },
  );
  await importer.specialHours(`${SPECIAL_HOURS}r,2025-03-06,,\nr,2025-03-08,09:00,12:00\nr,2025-03-08,22:00,02:30\n`);
  const polls = [
    'active,2025-03-03T11:00:00-05:00',
    'inactive,2025-03-06T01:00:00-05:00',
    'inactive,2025-03-06T13:00:00-05:00',
    'active,2025-03-07T12:00:00-05:00',
  ];
  const file = importer.file('p.csv', POLLS + polls.map((poll) => `r,${poll}\n`).join(''));
  await importer.import({ polls: [file] }, { now: Date.parse('2025-03-10T04:00:00Z') });
  assert.deepEqual(await hoursOf(importer, '2025-03-10T04:00:00Z'), [
    [1, 0, 1],
    [11.5, 0, 11.5],
    [45.5, 20, 65.5],
  ]);
});

/*
 * A store is open every day 09:00–17:00. On Wednesday 4 June 2025 at 10:00 in Chicago (15:00 UTC) it turns out to be in
 * New York, where it is 11:00. as_of is Saturday 7 June 00:00 UTC; the last week begins on Saturday 31 May 00:00 UTC.
 *   Sat 31 May to Tue 3 June, Chicago: 4 × 8 (14:00–22:00 UTC)                    32
 *   Wed 4: from 14:00 UTC (09:00 in Chicago) to 21:00 UTC (17:00 in New York)      7
 *   Thu 5 and Fri 6, New York: 2 × 8 (13:00–21:00 UTC)                            16
 *                                                                         open   55
 */
test('a zone that changes in the middle of a shift moves its end', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(everyDay('09:00,17:00'));
  await importer.zones(`${ZONES}r,America/Chicago\n`);
  await importer.import(
    { zones: [importer.file('new.csv', `${ZONES}r,America/New_York\n`)] },
    { effectiveFrom: Date.parse('2025-06-04T15:00:00Z') },
  );
  const [, , week] = await hoursOf(importer, '2025-06-07T00:00:00Z');
  assert.deepEqual(week, [0, 0, 55]);
});

test('a store without hours is open around the clock but on its special dates', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}r,UTC\n`);
  await importer.specialHours(`${SPECIAL_HOURS}r,2025-06-03,,\nr,2025-06-05,10:00,12:00\n`);
  // 168 hours less the 24 of the 3rd and 22 of the 5th.
  const [, , week] = await hoursOf(importer, '2025-06-07T00:00:00Z');
  assert.deepEqual(week, [0, 0, 122]);
});
