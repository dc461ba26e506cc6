import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimeOfDay, parseTimeOfDay, timeOfDayFrom } from '../../src/calendar/time-of-day.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/hours.ts';

test('a time of day is read in every accepted spelling', () => {
  for (const text of ['9:00', '09:00:00.000', '9:00 AM', '9.00.00', '0900', '9am', '09.00 a.m.', '900am']) {
    assert.equal(parseTimeOfDay(text), 9 * HOUR, text);
  }
  assert.equal(parseTimeOfDay('12am'), 0);
  assert.equal(parseTimeOfDay('12:30 pm'), 12 * HOUR + 30 * MINUTE);
  assert.equal(parseTimeOfDay('24:00'), DAY);
});

test('a text that may mean something else is not a time of day', () => {
  for (const text of ['', '9', '930', '9.30', '24:01', '25:00', '9:60', '0:30 am', '13:00 pm', '09:00:60']) {
    assert.equal(parseTimeOfDay(text), undefined, text);
  }
});

test('a time of day beyond the limit is rejected, and the error names its field', () => {
  assert.equal(timeOfDayFrom('hours[0].end', ' 24:00 ', DAY), DAY);
  assert.throws(() => timeOfDayFrom('hours[0].start', '24:00', DAY - 1), {
    code: 'invalid_input',
    message: 'hours[0].start is "24:00", expected a time of day such as "09:00", before "24:00"',
  });
  assert.throws(() => timeOfDayFrom('hours[0].end', 'noon', DAY), {
    message: 'hours[0].end is "noon", expected a time of day from "00:00" to "24:00"',
  });
});

test('a time of day is formatted with as few digits as possible', () => {
  assert.equal(formatTimeOfDay(9 * HOUR), '09:00');
  assert.equal(formatTimeOfDay(DAY), '24:00');
  assert.equal(formatTimeOfDay(9 * HOUR + 5 * SECOND), '09:00:05');
  assert.equal(formatTimeOfDay(9 * HOUR + 5 * SECOND + 20), '09:00:05.020');
});
