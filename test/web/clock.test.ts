import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourNumber, hourText, inZone, timeText, withOffset, withTimeTexts } from '../../web/src/lib/clock.ts';

// Whether a day has 24 hours depends on the locale of the machine; test/web/one-clock.test.ts sets it.
test('times of day have the format of the locale, to the second or millisecond only if they have any', () => {
  assert.match(timeText('09:00'), /^(09:00|9:00 AM)$/);
  assert.match(timeText('23:59:59'), /^(23:59:59|11:59:59 PM)$/);
  assert.match(timeText('12:30:00.250'), /^12:30:00.250( PM)?$/);
  assert.equal(timeText('24:00'), timeText('00:00'));
  assert.equal(
    withTimeTexts('overlaps Sunday 18:00–02:00:30'),
    `overlaps Sunday ${timeText('18:00')}–${timeText('02:00:30')}`,
  );
  for (const end of ['24:00', '23:59', '23:59:59.999'])
    assert.equal(withTimeTexts(`overlaps 12:00–${end}`), `overlaps ${timeText('12:00')} – midnight`);
});

test('the hours of an axis have the format of the locale', () => {
  assert.match([0, 3, 15, 24].map(hourText).join(), /^(00,03,15,24|12 AM,3 AM,3 PM,12 AM)$/);
  assert.match([0, 1, 15].map(hourNumber).join(), /^(0,1,15|12,1,3)$/);
});

test('an instant is followed by its offset', () => {
  const noon = Date.parse('2026-11-18T12:00:00Z');
  assert.equal(withOffset(noon, 'UTC', 'date'), `${inZone(noon, 'UTC', 'date')} UTC`);
  assert.equal(inZone(noon, 'UTC', 'time'), timeText('12:00'));
});
