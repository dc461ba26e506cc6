import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureColumns } from '../../src/domain/figures.ts';
import type { ReportFigures } from '../../src/reports/figures.ts';
import { renderFigures, type TextFormat } from '../../src/reports/formats.ts';

function reportOf(ids: readonly string[], { columns }: FigureColumns, asOf = 0): ReportFigures {
  return { asOf, estimator: 'nearest', ids, columns };
}

/** One store with the given figures (up, down and open of hour, day and week, in milliseconds). */
function rendered(format: TextFormat, id: string, ...values: number[]): string {
  const figures = new FigureColumns(1);
  for (let w = 0; w < 3; w++) {
    const [up, down, open] = [values[w], values[w + 3], values[w + 6]].map(Number);
    figures.set(0, w, up ?? 0, down ?? 0, open ?? 0);
  }
  return [...renderFigures(reportOf([id], figures), format)].join('').split('\n').slice(1).join('\n');
}

test('the classic header is the published contract, to the letter', () => {
  assert.equal(
    [...renderFigures(reportOf([], new FigureColumns(0)), 'csv')].join(''),
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

test('the details follow the other columns, each with its window and its unit', () => {
  const [plain, detailed] = [new FigureColumns(1), new FigureColumns(1, true)];
  const [minute, hour] = [60_000, 3_600_000];
  for (const figures of [plain, detailed]) {
    figures.set(0, 0, 45 * minute, 15 * minute, hour);
    figures.set(0, 1, 6 * hour, 3 * hour, 10 * hour);
    figures.set(0, 2, 0, 0, 70 * hour);
    figures.pollsCounted[0] = 9;
  }
  detailed.setDetails(0, 0, 40 * minute, 50.5 * minute, 31 * minute, 1);
  detailed.setDetails(0, 1, 5.25 * hour, 7 * hour, 1.5 * hour, 9);
  detailed.setDetails(0, 2, 0, 70 * hour, 70 * hour, 0);
  const lines = (figures: FigureColumns) => [...renderFigures(reportOf(['a'], figures), 'full')].join('').split('\n');
  const [plainHeader = '', plainRow = ''] = lines(plain);
  const [header = '', row = ''] = lines(detailed);
  const ofHour = 'uptime_last_hour_low_minutes,uptime_last_hour_high_minutes,longest_unpolled_last_hour_minutes';
  assert.ok(header.startsWith(`${plainHeader},${ofHour},polls_last_hour,uptime_last_day_low_hours,`), header);
  assert.equal(new Set(header.split(',')).size, 27);
  assert.equal(row, `${plainRow},40.0000,50.5000,31.0000,1,5.2500,7.0000,1.5000,9,0.0000,70.0000,70.0000,0`);
  const exact = JSON.parse([...renderFigures(reportOf(['a'], detailed), 'json')].join(''));
  const { uptime_last_hour_low_seconds, longest_unpolled_last_day_seconds, polls_last_day } = exact.rows[0];
  assert.deepEqual([uptime_last_hour_low_seconds, longest_unpolled_last_day_seconds, polls_last_day], [2400, 5400, 9]);
});

test('a first poll is rendered as an instant, and left empty where there is none', () => {
  const asOf = Date.parse('2025-06-08T12:00Z');
  const figures = new FigureColumns(3);
  figures.firstPoll.set([Number.NaN, asOf - 604_800_000, asOf - 3_600_000]);
  const report = reportOf(['none', 'a week', 'an hour'], figures, asOf);
  const expected = ['', '2025-06-01T12:00:00.000Z', '2025-06-08T11:00:00.000Z'];
  const [header = '', ...lines] = [...renderFigures(report, 'full')].join('').trim().split('\n');
  const column = header.split(',').indexOf('first_poll');
  assert.deepEqual(
    lines.map((line) => line.split(',')[column]),
    expected,
  );
  const { rows } = JSON.parse([...renderFigures(report, 'json')].join(''));
  assert.deepEqual(
    rows.map((row: { first_poll: string | null }) => row.first_poll ?? ''),
    expected,
  );
  assert.ok(![...renderFigures(report, 'csv')].join('').includes('first_poll'), 'the classic columns are a contract');
});

test('the covered times are the last columns, not in the classic ones, and missing in old results', () => {
  const [minute, hour] = [60_000, 3_600_000];
  const figures = new FigureColumns(1, true, hour);
  figures.setCovered(0, 0, 45 * minute);
  figures.setCovered(0, 1, 23.5 * hour);
  figures.setCovered(0, 2, 160 * hour);
  const old = new FigureColumns(1, true);
  const text = (columns: FigureColumns, format: TextFormat) =>
    [...renderFigures(reportOf(['a'], columns), format)].join('');
  const [header = '', row = ''] = text(figures, 'full').split('\n');
  const [oldHeader = '', oldRow = ''] = text(old, 'full').split('\n');
  assert.equal(header, `${oldHeader},covered_last_hour_minutes,covered_last_day_hours,covered_last_week_hours`);
  assert.equal(row, `${oldRow},45.0000,23.5000,160.0000`);
  const [exact] = JSON.parse(text(figures, 'json')).rows;
  assert.deepEqual(
    [exact.covered_last_hour_seconds, exact.covered_last_day_seconds, exact.covered_last_week_seconds],
    [2_700, 84_600, 576_000],
  );
  assert.equal('covered_last_hour_seconds' in JSON.parse(text(old, 'json')).rows[0], false);
  for (const format of ['csv', 'exact'] as const) assert.equal(text(figures, format), text(old, format));
});
