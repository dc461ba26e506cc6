import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedCells, cellsOf } from '../../../src/domain/periods/cells.ts';
import { dateText } from '../../../src/domain/periods/dates.ts';
import {
  FISCAL_PATTERNS,
  FISCAL_UNITS,
  FiscalCalendar,
  type FiscalTerms,
  type YearEnd,
  yearAgo,
} from '../../../src/domain/periods/fiscal.ts';
import { dayNumber } from '../../support/periods.ts';

const SATURDAY = 5;
const SUNDAY = 6;

function calendarOf(year: number, first: string, weeks: 52 | 53, terms: Partial<FiscalTerms>): FiscalCalendar {
  const years = [{ year, first: dayNumber(first), weeks }];
  return new FiscalCalendar({
    ...{ pattern: '4-5-4', years, yearEnd: undefined, longPeriod: 12, longQuarter: 4 },
    ...terms,
  });
}

const nearest = (weekday: number, month: number): YearEnd => ({ rule: 'nearest', weekday, month });

/** That of the National Retail Federation: the Saturday nearest to the end of January. */
const NRF = calendarOf(2022, '2022-01-30', 52, { yearEnd: nearest(SATURDAY, 1) });

const datesOf = (range: { readonly first: number; readonly end: number } | undefined) =>
  range && `${dateText(range.first)} ${dateText(range.end)}`;

test('the calendar of the NRF has its published first days, and 53 weeks in 2000, 2006, 2012, 2017 and 2023', () => {
  const firstDays: Readonly<Record<number, string>> = {
    ...{ 2012: '2012-01-29', 2013: '2013-02-03', 2016: '2016-01-31', 2017: '2017-01-29', 2018: '2018-02-04' },
    ...{ 2019: '2019-02-03', 2020: '2020-02-02', 2021: '2021-01-31', 2022: '2022-01-30', 2023: '2023-01-29' },
    ...{ 2024: '2024-02-04', 2025: '2025-02-02' },
  };
  for (const [year, first] of Object.entries(firstDays)) {
    assert.equal(dateText(NRF.year(Number(year))?.first ?? 0), first, year);
  }
  const long = Array.from({ length: 25 }, (_, i) => 2000 + i).filter((year) => NRF.year(year)?.weeks === 53);
  assert.deepEqual(long, [2000, 2006, 2012, 2017, 2023]);
});

test('periods, quarters and weeks of the NRF in 2017, whose January has the 53rd week', () => {
  assert.equal(datesOf(NRF.datesOf('period', 2017, 1)), '2017-01-29 2017-02-26');
  assert.equal(datesOf(NRF.datesOf('period', 2017, 2)), '2017-02-26 2017-04-02');
  assert.equal(datesOf(NRF.datesOf('period', 2017, 11)), '2017-11-26 2017-12-31');
  assert.equal(datesOf(NRF.datesOf('period', 2017, 12)), '2017-12-31 2018-02-04');
  assert.equal(datesOf(NRF.datesOf('quarter', 2017, 4)), '2017-10-29 2018-02-04');
  assert.equal(datesOf(NRF.datesOf('week', 2017, 53)), '2018-01-28 2018-02-04');
  assert.equal(datesOf(NRF.datesOf('year', 2017, 1)), '2017-01-29 2018-02-04');
  assert.equal(NRF.datesOf('week', 2018, 53), undefined);
  assert.equal(NRF.datesOf('period', 2017, 13), undefined);
  assert.equal(NRF.datesOf('quarter', 2017, 5), undefined);
  assert.equal(NRF.datesOf('week', 2017, 0), undefined);
});

test('a nearest day in the next month, and the last one of a month, as two chains of restaurants have them', () => {
  // Starbucks: the Sunday nearest to September 30; the fiscal year has the name of the calendar year in which it ends.
  const nearestSunday = calendarOf(2020, '2019-09-30', 52, { yearEnd: nearest(SUNDAY, 9) });
  assert.deepEqual(nearestSunday.year(2021), { year: 2021, first: dayNumber('2020-09-28'), weeks: 53 });
  assert.deepEqual(nearestSunday.year(2016), { year: 2016, first: dayNumber('2015-09-28'), weeks: 53 });
  assert.equal(dateText(nearestSunday.year(2022)?.first ?? 0), '2021-10-04');
  // Darden: the last Sunday of May.
  const yearEnd: YearEnd = { rule: 'last', weekday: SUNDAY, month: 5 };
  const lastSunday = calendarOf(2019, '2018-05-28', 52, { yearEnd });
  assert.deepEqual(lastSunday.year(2020), { year: 2020, first: dayNumber('2019-05-27'), weeks: 53 });
  assert.deepEqual(lastSunday.year(2021), { year: 2021, first: dayNumber('2020-06-01'), weeks: 52 });
});

test('thirteen periods of four weeks make quarters of three periods and one of four', () => {
  const thirteen = calendarOf(2026, '2025-12-29', 53, { pattern: '13x4', longPeriod: 13 });
  assert.equal(datesOf(thirteen.datesOf('period', 2026, 13)), '2026-11-30 2027-01-04');
  assert.equal(datesOf(thirteen.datesOf('quarter', 2026, 1)), '2025-12-29 2026-03-23');
  assert.equal(datesOf(thirteen.datesOf('quarter', 2026, 4)), '2026-09-07 2027-01-04');
  const first = calendarOf(2026, '2025-12-29', 53, { pattern: '13x4', longPeriod: 1, longQuarter: 1 });
  assert.equal(datesOf(first.datesOf('period', 2026, 1)), '2025-12-29 2026-02-02');
  assert.equal(datesOf(first.datesOf('quarter', 2026, 1)), '2025-12-29 2026-04-27');
  assert.equal(datesOf(first.datesOf('quarter', 2026, 2)), '2026-04-27 2026-07-20');
});

test('every date is in one unit of each kind, units follow each other, and names find their dates again', () => {
  for (const pattern of FISCAL_PATTERNS) {
    for (const longPeriod of [1, 12]) {
      const calendar = new FiscalCalendar({ ...NRF.terms, pattern, longPeriod, longQuarter: 2 });
      for (const unit of FISCAL_UNITS) {
        const { numberOf, firstDate } = calendar.unit(unit);
        let previous = numberOf(dayNumber('2014-12-31'));
        for (let date = dayNumber('2015-01-01'); date < dayNumber('2026-01-01'); date++) {
          const number = numberOf(date);
          assert.ok(firstDate(number) <= date && date < firstDate(number + 1), `${pattern} ${unit} ${dateText(date)}`);
          assert.ok(number === previous || (number === previous + 1 && firstDate(number) === date), 'units follow');
          previous = number;
          const [, year = '', part = '1'] = /^FY(\d{4})(?:-[PQW](\d+))?$/.exec(calendar.name(unit, number)) ?? [];
          const dates = calendar.datesOf(unit, Number(year), Number(part));
          assert.deepEqual(
            dates,
            { first: firstDate(number), end: firstDate(number + 1) },
            calendar.name(unit, number),
          );
        }
      }
    }
  }
});

test('a list of years without a rule has no others', () => {
  const listed = calendarOf(2023, '2023-01-29', 53, {});
  assert.equal(listed.year(2022), undefined);
  assert.equal(listed.yearOf(dayNumber('2023-01-28')), undefined);
  assert.equal(listed.yearOf(dayNumber('2023-01-29'))?.year, 2023);
  assert.equal(listed.yearOf(dayNumber('2024-02-03'))?.year, 2023);
  assert.equal(listed.yearOf(dayNumber('2024-02-04')), undefined);
  assert.equal(listed.datesOf('period', 2024, 1), undefined);
});

/** What a part of a year is compared with a year ago. */
function comparedWith(unit: 'week' | 'period' | 'quarter' | 'year', year: number, part: number): string | undefined {
  const dates = NRF.datesOf(unit, year, part);
  return datesOf(dates && yearAgo(NRF, dates)?.other);
}

test('a year ago, each week is compared with that of the same number', () => {
  // 52 weeks before, and 53 weeks before where a year of 53 weeks is in between.
  assert.equal(comparedWith('week', 2023, 10), datesOf(NRF.datesOf('week', 2022, 10)));
  assert.equal(comparedWith('week', 2024, 10), datesOf(NRF.datesOf('week', 2023, 10)));
  assert.equal(comparedWith('period', 2024, 3), datesOf(NRF.datesOf('period', 2023, 3)));
  assert.equal(comparedWith('quarter', 2024, 1), datesOf(NRF.datesOf('quarter', 2023, 1)));
  // The last period of 2023 has five weeks, of which the first four are compared with.
  assert.equal(comparedWith('period', 2024, 12), '2023-12-31 2024-01-28');
});

test('a 53rd week is compared with the first one of its own year, which follows the last one a year ago', () => {
  assert.equal(comparedWith('week', 2023, 53), datesOf(NRF.datesOf('week', 2023, 1)));
  assert.equal(comparedWith('year', 2023, 1), '2022-01-30 2023-02-05');
  const dates = NRF.datesOf('year', 2023, 1);
  assert.ok(dates !== undefined, 'the year is there');
  const aligned = yearAgo(NRF, dates);
  assert.equal(aligned?.forward(dayNumber('2023-01-31')), dayNumber('2024-01-30'));
  assert.equal(aligned?.forward(dayNumber('2022-01-30')), dayNumber('2023-01-29'));
  const cells = cellsOf('fiscal_period', dates, [], NRF);
  assert.equal(cells.count, 12);
  const other = alignedCells(cells, aligned);
  assert.equal(other.cell(dayNumber('2023-01-31'), 0), 11);
  assert.equal(other.cell(dayNumber('2023-02-05'), 0), -1);
});

test('a period that goes on after a 53rd week compares the next year with the first week instead', () => {
  const dates = { first: dayNumber('2024-01-28'), end: dayNumber('2024-02-18') };
  const aligned = yearAgo(NRF, dates);
  assert.equal(datesOf(aligned?.other), '2023-01-29 2023-02-12');
  const weeks = cellsOf('fiscal_week', dates, [], NRF);
  assert.deepEqual([0, 1, 2].map(weeks.name), ['FY2023-W53', 'FY2024-W01', 'FY2024-W02']);
  assert.ok(aligned !== undefined, 'the year before is there');
  const other = alignedCells(weeks, aligned);
  const cellOn = (date: string) => other.cell(dayNumber(date), dayNumber(date) * 86_400_000);
  assert.deepEqual(
    ['2023-01-28', '2023-01-29', '2023-02-04', '2023-02-05', '2023-02-12'].map(cellOn),
    [-1, 1, 1, 2, -1],
  );
  // While the 53rd week is not over, there is nothing to compare it with.
  const wall = (text: string) => Date.parse(`${text}Z`);
  assert.equal(aligned.limit(wall('2024-01-30T12:00')), wall('2023-01-29T00:00'));
  assert.equal(aligned.limit(wall('2024-02-06T12:00')), wall('2023-01-31T12:00'));
});

test('by every date, the week and the weekday a year ago are the same, for each that has one', () => {
  const dates = { first: dayNumber('2015-03-01'), end: dayNumber('2025-03-01') };
  const aligned = yearAgo(NRF, dates);
  assert.ok(aligned !== undefined, 'the year before is there');
  const week = (date: number) => NRF.name('week', NRF.unit('week').numberOf(date));
  const seen = new Set<number>();
  for (let date = aligned.other.first; date < aligned.other.end; date++) {
    const own = aligned.forward(date);
    if (own === undefined) {
      assert.equal(week(date).slice(-3), 'W53', 'only a 53rd week stands for none');
      continue;
    }
    seen.add(own);
    assert.equal((own - date) % 7, 0);
    assert.equal(
      week(own),
      week(date).replace(/\d{4}/, (year) => String(Number(year) + 1)),
    );
  }
  const without = Array.from({ length: dates.end - dates.first }, (_, i) => dates.first + i).filter(
    (d) => !seen.has(d),
  );
  assert.deepEqual([...new Set(without.map(week))], ['FY2017-W53', 'FY2023-W53']);
});

test('a calendar that begins later has no year ago', () => {
  const listed = calendarOf(2023, '2023-01-29', 53, {});
  assert.equal(yearAgo(listed, { first: dayNumber('2023-03-01'), end: dayNumber('2023-04-01') }), undefined);
});
