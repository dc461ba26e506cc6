import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cells, cellsOf } from '../../../src/domain/periods/cells.ts';
import type { Measures } from '../../../src/domain/periods/sums.ts';
import { periodCases } from '../../support/conformance.ts';
import { conformanceFleet } from '../../support/conformance-fleet.ts';
import { scheduleOf } from '../../support/fleet.ts';
import { dayNumber, measuresOf } from '../../support/periods.ts';

const DAY = 86_400_000;

for (const example of periodCases()) {
  test(`the kernel gives the exact figures of the period case ${example.name}`, () => {
    const { ids, zones, hours, polls, asOf } = conformanceFleet(example);
    const schedule = scheduleOf({ stores: ids.length, zones, hours }, asOf);
    const [first, end] = [dayNumber(example.from), dayNumber(example.to)];
    const dates = { first, end };
    // Wide enough for the local dates of every zone.
    const span = { from: (first - 1) * DAY, to: (end + 1) * DAY };
    const days: string[] = [];
    const weekHours: string[] = [];
    const [byDay, byHour] = [cellsOf('day', dates), cellsOf('hour_of_week', dates)];
    for (const [store, id] of ids.entries()) {
      const measures = (cells: Cells) => measuresOf(schedule, store, polls, asOf, { ...span, cells });
      for (const [cell, found] of measures(byDay).entries()) days.push(`${id},${byDay.name(cell)},${figuresOf(found)}`);
      for (const [cell, found] of measures(byHour).entries()) {
        if (found.open > 0) weekHours.push(`${id},${byHour.name(cell)},${figuresOf(found)}`);
      }
    }
    assert.deepEqual(days, example.days.trim().split('\n').slice(1));
    assert.deepEqual(weekHours, example.weekHours.trim().split('\n').slice(1));
  });
}

function figuresOf({ open, up, down }: Measures): string {
  return [up, down, open - up - down, open].join(',');
}
