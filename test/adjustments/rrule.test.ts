import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleParts } from '../../src/adjustments/rrule.ts';

test('a rule is read part by part, in any case, with or without its prefix', () => {
  for (const text of ['FREQ=WEEKLY;BYDAY=SU,2MO', 'rrule:freq=weekly;byday=su,2mo', ' FREQ=WEEKLY;BYDAY=SU,2MO ']) {
    assert.deepEqual(
      [...ruleParts('rrule', text)],
      [
        ['FREQ', 'WEEKLY'],
        ['BYDAY', 'SU,2MO'],
      ],
    );
  }
  assert.equal(ruleParts('rrule', 'FREQ=DAILY;UNTIL=20261231').get('UNTIL'), '20261231');
  assert.equal(ruleParts('rrule', 'FREQ=DAILY;UNTIL=20261231T235959').get('UNTIL'), '20261231T235959');
});

test('an invalid rule is refused with the part, its value and what was expected', () => {
  const cases: readonly [text: string, message: RegExp][] = [
    ['', /rrule has the part "", expected FREQ, INTERVAL/],
    ['BYDAY=SU', /rrule has no FREQ, expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY/],
    ['FREQ=HOURLY', /FREQ of rrule is "HOURLY", expected DAILY, WEEKLY, MONTHLY or YEARLY/],
    ['FREQ=SECONDLY', /FREQ of rrule is "SECONDLY"/],
    ['FREQ=DAILY;BYHOUR=25', /BYHOUR of rrule is "25", expected 0 to 23/],
    ['FREQ=DAILY;BYHOUR=', /BYHOUR of rrule is ""/],
    ['FREQ=DAILY;BYMONTHDAY=0', /BYMONTHDAY of rrule is "0", expected 1 to 31, or -31 to -1 from the end/],
    ['FREQ=DAILY;INTERVAL=0', /INTERVAL of rrule is "0", expected 1 to 1000/],
    ['FREQ=DAILY;BYDAY=XX', /BYDAY of rrule is "XX", expected weekdays such as MO,WE or 2SU/],
    ['FREQ=DAILY;UNTIL=20260230', /UNTIL of rrule is "20260230", expected a local date or time/],
    ['FREQ=DAILY;UNTIL=20261231T000000Z', /UNTIL of rrule is "20261231T000000Z", expected a local date or time/],
    ['FREQ=DAILY;COUNT=2;UNTIL=20261231', /rrule has COUNT and UNTIL, expected one of them/],
    ['FREQ=YEARLY;BYWEEKNO=53;BYYEARDAY=200', /rrule has BYWEEKNO and BYYEARDAY, expected one of them/],
    ['FREQ=DAILY;FREQ=WEEKLY', /rrule has FREQ twice, expected it once/],
    ['FREQ=DAILY;RSCALE=GREGORIAN', /rrule has the part "RSCALE=GREGORIAN"/],
    ['FREQ=DAILY\nRDATE:20260401T000000Z', /FREQ of rrule is "DAILY\nRDATE:20260401T000000Z"/],
    ['FREQ=DAILY;toString=1', /rrule has the part "TOSTRING=1"/],
    ['FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,10,20,30,40', /rrule has 25 times a day in BYHOUR and BYMINUTE, expected/],
    [`FREQ=DAILY;BYMINUTE=${'1,'.repeat(200)}1`, /rrule has \d+ characters, expected at most 300/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => ruleParts('rrule', text), { code: 'invalid_input', field: 'rrule', message });
  }
});
