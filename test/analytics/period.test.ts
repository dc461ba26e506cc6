import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS, OPTIONS } from '../../src/analytics/naming.ts';
import { type GivenPeriod, periodFrom } from '../../src/analytics/period.ts';
import { type GivenQuestion, questionFrom } from '../../src/analytics/question.ts';
import { dateText } from '../../src/domain/periods/dates.ts';
import { dayNumber } from '../support/periods.ts';

/** The dates of a period that is asked for on a Saturday. */
function datesOf(given: GivenPeriod, today = '2026-11-28'): string {
  const asked = periodFrom(given, FIELDS);
  assert.equal(asked.kind, 'dates');
  const { first, end } = (asked as Extract<typeof asked, { kind: 'dates' }>).datesOn(() => dayNumber(today));
  return `${dateText(first)} ${dateText(end)}`;
}

const NAMED: Readonly<Record<string, string>> = {
  today: '2026-11-28 2026-11-29',
  yesterday: '2026-11-27 2026-11-28',
  'this-week': '2026-11-23 2026-11-30',
  'last-week': '2026-11-16 2026-11-23',
  'this-month': '2026-11-01 2026-12-01',
  'last-month': '2026-10-01 2026-11-01',
  'this-quarter': '2026-10-01 2027-01-01',
  'last-quarter': '2026-07-01 2026-10-01',
  'this-year': '2026-01-01 2027-01-01',
  'last-year': '2025-01-01 2026-01-01',
  'last-1-days': '2026-11-27 2026-11-28',
  'last-30-days': '2026-10-29 2026-11-28',
  'last-2-weeks': '2026-11-09 2026-11-23',
  'last-12-months': '2025-11-01 2026-11-01',
  'LAST-30-DAYS': '2026-10-29 2026-11-28',
  '2026': '2026-01-01 2027-01-01',
  '2024-02': '2024-02-01 2024-03-01',
  '2026-12': '2026-12-01 2027-01-01',
  '2026-Q4': '2026-10-01 2027-01-01',
  '2026-q1': '2026-01-01 2026-04-01',
  '2026-W01': '2025-12-29 2026-01-05',
  '2026-W53': '2026-12-28 2027-01-04',
  '2026-11-28': '2026-11-28 2026-11-29',
};

test('a period has a name, and means dates', () => {
  for (const [period, dates] of Object.entries(NAMED)) assert.equal(datesOf({ period }), dates, period);
});

test('the last month of the first of January is December', () => {
  assert.equal(datesOf({ period: 'last-month' }, '2026-01-01'), '2025-12-01 2026-01-01');
  assert.equal(datesOf({ period: 'last-quarter' }, '2026-01-01'), '2025-10-01 2026-01-01');
});

test('what is no period is refused with what was expected', () => {
  const wrong = [
    ...['', 'october', '2026-13', '2026-00', '2026-1', '2026-Q5', '2026-Q01', '2025-W53', '2026-W00', '2026-02-30'],
    ...['last-0-days', 'last-9999-days', 'last-9999-months', 'next-week', '0000', '2026-10-01/2026-11-01'],
  ];
  for (const period of wrong) {
    assert.throws(() => periodFrom({ period }, FIELDS), { code: 'invalid_input', field: 'period' }, period);
  }
  assert.throws(() => periodFrom({ period: 'oct' }, OPTIONS), /^UserError: --period is "oct", expected a day such as/);
});

test('both ends are dates or both are instants, in order', () => {
  assert.equal(datesOf({ from: '2026-10-01', to: '2026-11-01' }), '2026-10-01 2026-11-01');
  const instants = periodFrom({ from: '2026-10-01T06:00:00+02:00', to: '2026-10-01T05:00:00Z' }, FIELDS);
  const from = Date.parse('2026-10-01T04:00:00Z');
  assert.deepEqual(instants, { kind: 'instants', from, to: from + 3_600_000 });
  const refused = (given: GivenPeriod, message: RegExp) => assert.throws(() => periodFrom(given, FIELDS), message);
  refused({}, /no period is given, expected period, or from and to/);
  refused({ from: '2026-10-01' }, /from is "2026-10-01" alone, expected period, or from and to/);
  refused({ to: '2026-10-01' }, /to is "2026-10-01" alone/);
  refused({ from: '2026-10-02', to: '2026-10-02' }, /to is "2026-10-02", expected a date after from, "2026-10-02"/);
  refused({ from: '2026-10-02', to: '2026-10-01' }, /to is "2026-10-01", expected a date after from, "2026-10-02"/);
  refused({ from: '2026-10-02', to: '2026-10-03T00:00:00Z' }, /expected a date like from/);
  refused({ from: '2026-10-32', to: '2026-11-01' }, /from is "2026-10-32", expected a date such as/);
  refused({ from: '2000-01-01', to: '2026-11-01' }, /expected at most 3660 days after from/);
  refused(
    { period: '2026', from: '2026-01-01' },
    /period is "2026" beside from, expected either period, or from and to/,
  );
});

const MONTH = { period: '2026-10' };

test('dayparts are in the order of their times, and need to be asked for', () => {
  const daypart = ['night@23:00', 'lunch@11:00'];
  const { dayparts } = questionFrom({ ...MONTH, by: 'daypart', daypart }, FIELDS);
  assert.deepEqual(
    dayparts.map(({ name, start }) => [name, start / 3_600_000]),
    [
      ['lunch', 11],
      ['night', 23],
    ],
  );
  const refused = (given: GivenQuestion, message: RegExp) =>
    assert.throws(() => questionFrom({ ...MONTH, ...given }, FIELDS), message);
  refused({ by: 'daypart' }, /daypart has 0 values, expected 1 to 24, each as name@time/);
  refused({ by: 'day', daypart }, /daypart is given, expected by to be "daypart" then/);
  refused({ by: 'daypart', daypart: ['lunch@24:00'] }, /daypart is "lunch@24:00", expected a name and the local time/);
  refused({ by: 'daypart', daypart: ['a@10:00', 'a@11:00'] }, /daypart has "a" twice/);
  refused({ by: 'daypart', daypart: ['a@10:00', 'b@10:00'] }, /daypart has two that begin with "b"/);
});

test('stores with a label can have other dayparts, and all others need some', () => {
  const parsed = (daypart: readonly string[]) => questionFrom({ ...MONTH, by: 'daypart', daypart }, FIELDS);
  const { dayparts, labelDayparts } = parsed([
    ...['brand:A/B/late@20:00', 'a/b@10:00', 'Brand:a/b/day@04:00', 'brand:Bar/lunch@11:30'],
  ]);
  const shown = (parts: typeof dayparts) => parts.map(({ name, start }) => `${name} ${start / 3_600_000}`);
  assert.deepEqual(shown(dayparts), ['a/b 10']);
  assert.deepEqual(
    labelDayparts.map(({ label, parts }) => [label.join(':'), ...shown(parts)]),
    [
      ['brand:A/B', 'day 4', 'late 20'],
      ['brand:Bar', 'lunch 11.5'],
    ],
  );
  const refused = (daypart: readonly string[], message: RegExp) => assert.throws(() => parsed(daypart), message);
  refused(
    ['brand:Bar/a@10:00'],
    /daypart has only dayparts of brand:Bar, expected some without a label as well, for all/,
  );
  refused(
    ['x@10:00', 'brand:Bar/a@10:00', 'brand:Bar/a@11:00'],
    /daypart has "a" twice of brand:Bar, expected different/,
  );
  refused(['x@10:00', 'brand:Bar/a@10:00', 'brand:Bar/b@10:00'], /has two of brand:Bar that begin with "b"/);
  refused(['x@10:00', 'brand:Bar/a@25:00'], /daypart is "brand:Bar\/a@25:00", expected a name and the local time/);
  const many = Array.from({ length: 25 }, (_, i) => `brand:Bar/p${i}@00:${String(i + 10)}`);
  refused(['x@10:00', ...many], /daypart has 25 values of brand:Bar, expected 1 to 24/);
});

test('everything that is wrong is named at once', () => {
  const given = { ...{ period: 'x', time_zone: 'Mars', by: 'x', label: ['x'] }, group_by: ['a', 'A'], as_of: 'x' };
  assert.throws(
    () => questionFrom(given, FIELDS),
    (error: { faults: { field: string }[] }) => {
      const fields = error.faults.map(({ field }) => field);
      assert.deepEqual(fields, ['period', 'time_zone', 'by', 'group_by', 'label', 'as_of']);
      return true;
    },
  );
});
