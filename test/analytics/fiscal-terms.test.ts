import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarFrom, type GivenCalendar, givenInJson, givenOf } from '../../src/analytics/fiscal-terms.ts';
import { FIELDS } from '../../src/analytics/naming.ts';
import { periodFrom } from '../../src/analytics/period.ts';
import { dateText } from '../../src/domain/periods/dates.ts';
import type { FiscalCalendar } from '../../src/domain/periods/fiscal.ts';
import type { UserError } from '../../src/lib/errors.ts';
import { dayNumber } from '../support/periods.ts';

const NRF: GivenCalendar = {
  pattern: '4-5-4',
  years: [{ year: 2022, first_day: '2022-01-30' }],
  year_end: { rule: 'nearest', weekday: 'saturday', month: 1 },
};

test('one year and a rule are a calendar, which is given back complete', () => {
  const calendar = calendarFrom(NRF);
  assert.deepEqual(givenOf(calendar), {
    ...{ pattern: '4-5-4', years: [{ year: 2022, first_day: '2022-01-30', weeks: 52 }], year_end: NRF.year_end },
    long_period: 12,
  });
  assert.deepEqual(calendarFrom(givenOf(calendar)).terms, calendar.terms);
  assert.equal(calendar.year(2023)?.weeks, 53);
});

test('a list of years needs one first day, and weeks where there are 53', () => {
  const years = [{ year: 2022, first_day: '2022-01-30' }, { year: 2023, weeks: 53 }, { year: 2024 }];
  const calendar = calendarFrom({ pattern: '13x4', years, long_quarter: 1 });
  assert.deepEqual(givenOf(calendar).years, [
    { year: 2022, first_day: '2022-01-30', weeks: 52 },
    { year: 2023, first_day: '2023-01-29', weeks: 53 },
    { year: 2024, first_day: '2024-02-04', weeks: 52 },
  ]);
  assert.deepEqual([givenOf(calendar).long_period, givenOf(calendar).long_quarter], [13, 1]);
});

/** The faults of a calendar, each with its field. */
function faultsOf(given: object): string[] {
  try {
    calendarFrom({ ...NRF, ...given } as GivenCalendar);
  } catch (error) {
    return (error as UserError).faults.map(({ field, message }) => {
      assert.ok(message.startsWith(`${field} is `), message);
      return message;
    });
  }
  return [];
}

test('a calendar that does not add up is refused with what was expected', () => {
  const [first, second] = [
    { year: 2022, first_day: '2022-01-30' },
    { year: 2023, first_day: '2023-01-29' },
  ];
  const listed = (...years: readonly object[]) => faultsOf({ year_end: null, years });
  assert.deepEqual(faultsOf({ pattern: '4-4-4' }), ['pattern is "4-4-4", expected one of 4-4-5, 4-5-4, 5-4-4, 13x4']);
  assert.deepEqual(listed(), ['years is "0 years", expected a list of 1 to 200 years']);
  assert.deepEqual(listed({ year: 2022 }), [
    'years.0.first_day is missing, expected the first date of the year, such as 2026-02-01',
  ]);
  assert.deepEqual(listed(first, { year: 2024 }), [
    'years.1.year is 2024, expected 2023, since the year before it in the list is FY2022: a list has no gaps',
  ]);
  assert.deepEqual(listed(first, { ...second, first_day: '2023-02-05' }), [
    'years.1.first_day is "2023-02-05", expected 2023-01-29: FY2022 begins on 2022-01-30 and has 52 weeks, so this one leaves a gap',
  ]);
  assert.deepEqual(listed({ ...first, weeks: 53 }, second), [
    'years.1.first_day is "2023-01-29", expected 2023-02-05: FY2022 begins on 2022-01-30 and has 53 weeks, so this one overlaps',
  ]);
  assert.match(listed(first, { ...second, first_day: '2023-01-30' })[0] ?? '', /so this one is on another weekday$/);
  assert.deepEqual(listed({ ...first, weeks: 54 }), ['years.0.weeks is 54, expected 52 or 53']);
  assert.deepEqual(listed({ ...first, first_day: '2022-02-30' }), [
    'years.0.first_day is "2022-02-30", expected the first date of the year, such as 2026-02-01',
  ]);
  assert.deepEqual(faultsOf({ long_period: 13 }), ['long_period is 13, expected a whole number from 1 to 12']);
  assert.deepEqual(faultsOf({ long_quarter: 1 }), [
    'long_quarter is 1, expected the pattern 13x4 beside it; other quarters have three periods',
  ]);
  assert.deepEqual(faultsOf({ years: [{ year: 2022, first_day: '2022-01-31' }] }), [
    'years.0.first_day is "2022-01-31", expected the day after a fiscal year ends by year_end, such as 2022-01-30 or 2023-01-29',
  ]);
  assert.deepEqual(faultsOf({ years: [{ ...first, weeks: 53 }] }), [
    'years.0.weeks is 53, expected 52, since by year_end the year ends on 2023-01-28',
  ]);
  assert.deepEqual(faultsOf({ year_end: { rule: 'next', weekday: 'Sat', month: 13 } }), [
    'year_end.rule is "next", expected one of last, nearest',
    'year_end.weekday is "Sat", expected one of monday, tuesday, wednesday, thursday, friday, saturday, sunday',
    'year_end.month is 13, expected a whole number from 1 to 12',
  ]);
});

test('a file has the fields of the API, and may have those that only responses have', () => {
  const text = JSON.stringify({ ...NRF, fiscal_years: [], author: 'anna', changed_at: '2026-11-28T12:00:00Z' });
  assert.equal(givenInJson(text).pattern, '4-5-4');
  assert.throws(() => givenInJson('{'), /^UserError: it is not JSON \(.+\), expected an object such as \{"pattern"/);
  assert.throws(() => givenInJson('[]'), /it is not an object/);
  assert.throws(() => givenInJson('{"longPeriod": 1}'), /it has "longPeriod", expected only pattern, years, year_end/);
  assert.throws(() => givenInJson('{"pattern": "4-5-4"}'), /years is missing, expected a list of 1 to 200 years/);
  assert.throws(() => givenInJson('{"pattern": "4-5-4", "years": [null]}'), /years.0.year is missing/);
});

function datesOf(period: string, calendar?: FiscalCalendar, today = '2024-02-07'): string {
  const asked = periodFrom({ period }, FIELDS);
  assert.ok(asked.kind === 'dates', 'a name means dates');
  const { first, end } = asked.datesOn(() => dayNumber(today), calendar);
  return `${dateText(first)} ${dateText(end)}`;
}

test('periods of the fiscal calendar have names', () => {
  const calendar = calendarFrom(NRF);
  const named: Readonly<Record<string, string>> = {
    FY2023: '2023-01-29 2024-02-04',
    'FY2023-P12': '2023-12-31 2024-02-04',
    'fy2023-q4': '2023-10-29 2024-02-04',
    'FY2023-W53': '2024-01-28 2024-02-04',
    'this-fiscal-week': '2024-02-04 2024-02-11',
    'last-fiscal-week': '2024-01-28 2024-02-04',
    'last-fiscal-period': '2023-12-31 2024-02-04',
    'this-fiscal-quarter': '2024-02-04 2024-05-05',
    'last-fiscal-year': '2023-01-29 2024-02-04',
    'last-13-fiscal-periods': '2023-01-01 2024-02-04',
    'last-2-fiscal-weeks': '2024-01-21 2024-02-04',
  };
  for (const [period, dates] of Object.entries(named)) assert.equal(datesOf(period, calendar), dates, period);
});

test('a period that the fiscal calendar does not have is refused with what it has', () => {
  const listed = calendarFrom({ pattern: '4-5-4', years: [{ year: 2023, first_day: '2023-01-29', weeks: 53 }] });
  const reach = 'FY2023 (from 2023-01-29) to FY2023 (until 2024-02-04), each of 12 periods and 52 or 53 weeks';
  const refused = (period: string, calendar: FiscalCalendar | undefined, message: string) =>
    assert.throws(() => datesOf(period, calendar), { field: 'period', message: `period is "${period}", ${message}` });
  refused('FY2023-P03', undefined, 'expected a fiscal calendar, and none is set');
  refused('FY2024-P01', listed, `expected a period of the fiscal calendar, which has ${reach}`);
  refused('this-fiscal-week', listed, `expected a period of the fiscal calendar, which has ${reach}`);
  const rest = 'which has years of 12 periods and 52 or 53 weeks';
  refused('FY2022-W53', calendarFrom(NRF), `expected a period of the fiscal calendar, ${rest}`);
  refused('last-999-fiscal-weeks', calendarFrom(NRF), 'expected at most 3660 days');
  for (const period of ['FY2023-P3', 'FY2023-Q04', 'FY23', 'FY2023-X01', 'next-fiscal-week', 'last-0-fiscal-weeks']) {
    assert.throws(() => periodFrom({ period }, FIELDS), /expected a day such as/, period);
  }
});
