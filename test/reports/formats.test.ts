import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReportDetails } from '../../src/domain/details.ts';
import { UptimeFigures } from '../../src/domain/uptime.ts';
import { renderReport, type TextFormat } from '../../src/reports/formats.ts';

/** One store with the given figures (up, down and open of hour, day and week, in milliseconds). */
function rendered(format: TextFormat, id: string, ...values: number[]): string {
  const figures = new UptimeFigures(1);
  figures.of(0).set(values);
  const report = { asOf: 0, ids: [id], positions: Int32Array.of(0), figures, firstPolls: Float64Array.of(Number.NaN) };
  return [...renderReport(report, format)].join('').split('\n').slice(1).join('\n');
}

test('the classic header is the published contract, to the letter', () => {
  const report = {
    asOf: 0,
    ids: [],
    positions: new Int32Array(),
    figures: new UptimeFigures(0),
    firstPolls: new Float64Array(),
  };
  assert.equal(
    [...renderReport(report, 'csv')].join(''),
    'store_id,uptime_last_hour(in minutes),uptime_last_day(in hours),update_last_week(in hours),' +
      'downtime_last_hour(in minutes),downtime_last_day(in hours),downtime_last_week(in hours)\n',
  );
});

test('minutes and hours have two decimals, halves up', () => {
  const minute = 60_000;
  const hour = 3_600_000;
  assert.equal(
    rendered('csv', 'a', 104.5 * minute, 1.5 * hour, 168 * hour, 300, 18_000, 17_999.5, 0, 0, 0),
    'a,104.50,1.50,168.00,0.01,0.01,0.00\n',
  );
  // 0.0149…, 0.015 and 0.025 of a minute or an hour.
  assert.equal(
    rendered('csv', 'a', 60 * minute - 0.5, 54_000, 90_000, 899.5, 53_999.5, 0, 0, 0, 0),
    'a,60.00,0.02,0.03,0.01,0.01,0.00\n',
  );
});

test('exact figures keep the half milliseconds', () => {
  assert.equal(rendered('exact', 'a', 0.5, 1, 604_800_000, 0, 0, 0, 1, 2, 3), 'a,0.5,1,604800000,0,0,0,1,2,3\n');
});

test('ids that need it are quoted', () => {
  assert.equal(rendered('exact', 'say "hi", you', 0, 0, 0, 0, 0, 0, 0, 0, 0), '"say ""hi"", you",0,0,0,0,0,0,0,0,0\n');
});

test('the details stand behind the other columns, each with its window and its unit', () => {
  const figures = new UptimeFigures(1);
  const details = new ReportDetails(1);
  const [minute, hour] = [60_000, 3_600_000];
  figures.set(0, 0, 45 * minute, 15 * minute, hour);
  figures.set(0, 1, 6 * hour, 3 * hour, 10 * hour);
  figures.set(0, 2, 0, 0, 70 * hour);
  figures.counted[0] = 9;
  details.set(0, 0, 40 * minute, 50.5 * minute, 31 * minute, 1);
  details.set(0, 1, 5.25 * hour, 7 * hour, 1.5 * hour, 9);
  details.set(0, 2, 0, 70 * hour, 70 * hour, 0);
  const plain = { asOf: 0, ids: ['a'], positions: Int32Array.of(0), figures, firstPolls: Float64Array.of(Number.NaN) };
  const lines = (report: typeof plain) => [...renderReport(report, 'full')].join('').split('\n');
  const [plainHeader = '', plainRow = ''] = lines(plain);
  const [header = '', row = ''] = lines({ ...plain, ...{ details } });
  const ofHour = 'uptime_last_hour_low_minutes,uptime_last_hour_high_minutes,longest_unpolled_last_hour_minutes';
  assert.ok(header.startsWith(`${plainHeader},${ofHour},polls_last_hour,uptime_last_day_low_hours,`), header);
  assert.equal(new Set(header.split(',')).size, 27);
  assert.equal(row, `${plainRow},40.0000,50.5000,31.0000,1,5.2500,7.0000,1.5000,9,0.0000,70.0000,70.0000,0`);
  const exact = JSON.parse([...renderReport({ ...plain, ...{ details } }, 'json')].join(''));
  const { uptime_last_hour_low_seconds, longest_unpolled_last_day_seconds, polls_last_day } = exact.rows[0];
  assert.deepEqual([uptime_last_hour_low_seconds, longest_unpolled_last_day_seconds, polls_last_day], [2400, 5400, 9]);
});

test('a store that was first polled within the week is marked with that instant, and no other is', () => {
  const asOf = Date.parse('2025-06-08T12:00Z');
  const [week, hour] = [604_800_000, 3_600_000];
  const firstPolls = Float64Array.of(Number.NaN, asOf - week - 1, asOf - week, asOf - hour, asOf + 1);
  const ids = ['never', 'before', 'sharp', 'new', 'later'];
  const figures = new UptimeFigures(ids.length);
  const report = { asOf, ids, positions: Int32Array.from(ids.keys()), figures, firstPolls };
  const expected = ['', '', '2025-06-01T12:00:00.000Z', '2025-06-08T11:00:00.000Z', ''];
  const [header = '', ...lines] = [...renderReport(report, 'full')].join('').trim().split('\n');
  const column = header.split(',').indexOf('first_poll');
  assert.deepEqual(
    lines.map((line) => line.split(',')[column]),
    expected,
  );
  const { rows } = JSON.parse([...renderReport(report, 'json')].join(''));
  assert.deepEqual(
    rows.map((row: { first_poll: string | null }) => row.first_poll ?? ''),
    expected,
  );
  assert.ok(![...renderReport(report, 'csv')].join('').includes('first_poll'), 'the classic columns are a contract');
});
