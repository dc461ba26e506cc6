import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALWAYS } from '../../src/domain/interval.ts';
import { monitoredTime, unmonitoredTime } from '../../src/domain/monitored.ts';
import { pollColumns } from '../support/fleet.ts';
import { HOUR } from './reference.ts';

test('the time between two polls less than a day of open time apart is monitored, within the window', () => {
  const polls = pollColumns([10, 12, 50, 51].map((hour) => ({ store: 0, instant: hour * HOUR, active: true })));
  const week = [0, 168 * HOUR] as const;
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, ...week), 3 * HOUR, '10 to 12 and 50 to 51');
  assert.equal(unmonitoredTime(ALWAYS, polls, 0, 4, ...week), 165 * HOUR);
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, 11 * HOUR, 13 * HOUR), HOUR, 'a gap that the window cuts');
  assert.equal(monitoredTime(ALWAYS, polls, 0, 4, 50.25 * HOUR, 50.5 * HOUR), HOUR / 4, 'and one around it');
  assert.equal(monitoredTime(ALWAYS, polls, 0, 0, ...week), 0, 'no polls');
  const hours = [9 * HOUR, 13 * HOUR, 48 * HOUR, 52 * HOUR];
  assert.equal(
    monitoredTime(hours, polls, 0, 4, ...week),
    6 * HOUR,
    'in a gap across closed time the open part counts',
  );
  assert.equal(monitoredTime([11 * HOUR, 12 * HOUR], polls, 0, 4, ...week), 0, 'no poll counts');
});
