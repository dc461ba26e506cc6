import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, HOURS, Importer, POLLS, told } from '../../support/importer.ts';

const INSTANTS: Readonly<Record<string, string>> = {
  '2023-01-22 12:09:39.388884 UTC': '2023-01-22T12:09:39.388',
  '2023-01-22 12:09:39 UTC': '2023-01-22T12:09:39.000',
  '2023-01-22 12:09:39.3 UTC': '2023-01-22T12:09:39.300',
  '2023-01-22 12:09:39.388884 utc': '2023-01-22T12:09:39.388',
  '2023-01-22 12:09:39.388UTC': '2023-01-22T12:09:39.388',
  '2023-01-22 12:09:39': '2023-01-22T12:09:39.000',
  '2023-01-22 12:09:39.5': '2023-01-22T12:09:39.500',
  '2023-01-22T12:09:39.388884Z': '2023-01-22T12:09:39.388',
  '2023-01-22T12:09:39Z': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39': '2023-01-22T12:09:39.000',
  '2023-01-22t12:09:39z': '2023-01-22T12:09:39.000',
  '2023-01-22 12:09:39Z': '2023-01-22T12:09:39.000',
  '2023-01-22 12:09:39 Z': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39 Z': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39 UTC': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39.25UTC': '2023-01-22T12:09:39.250',
  '2023-01-22 12:09:39+00': '2023-01-22T12:09:39.000',
  '2023-01-22 12:09:39.388884+00': '2023-01-22T12:09:39.388',
  '2023-01-22T12:09:39+00:00': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39-00:00': '2023-01-22T12:09:39.000',
  '2023-01-22T12:09:39+05:30': '2023-01-22T06:39:39.000',
  '2023-01-22 12:09:39.75 +05:30': '2023-01-22T06:39:39.750',
  '2023-01-22 12:09:39 -0530': '2023-01-22T17:39:39.000',
  '2023-01-22T12:09:39-0530': '2023-01-22T17:39:39.000',
  '2023-01-22T23:30:00-03': '2023-01-23T02:30:00.000',
  // Finer digits are cut off, never rounded.
  '2023-01-22 12:09:39.9999 UTC': '2023-01-22T12:09:39.999',
  '2023-01-22 12:09:39.9999999 UTC': '2023-01-22T12:09:39.999',
  '2023-01-22T12:09:39.999999999Z': '2023-01-22T12:09:39.999',
  '2023-01-22T12:09:39.123456789012+00:00': '2023-01-22T12:09:39.123',
  // The edges of days, months and years.
  '2023-01-22 00:00:00 UTC': '2023-01-22T00:00:00.000',
  '2023-01-22 24:00:00 UTC': '2023-01-23T00:00:00.000',
  '2022-12-31 23:59:59.999 UTC': '2022-12-31T23:59:59.999',
  '2020-02-29 12:00:00 UTC': '2020-02-29T12:00:00.000',
  '2000-02-29T00:00:00Z': '2000-02-29T00:00:00.000',
  '1970-01-01 00:00:00 UTC': '1970-01-01T00:00:00.000',
};

test('every form of an instant is read, in one file', async (t) => {
  const importer = await Importer.open(t);
  const rows = Object.keys(INSTANTS).map((text) => `${text},active,${text}\n`);
  assert.deepEqual(told(await importer.polls(POLLS + rows.join(''))), []);
  const expected = Object.entries(INSTANTS).map(([text, instant]) => `${text} ${instant} true`);
  assert.deepEqual((await importer.contents()).polls.toSorted(), expected.toSorted());
});

const NO_INSTANTS = [
  '',
  'yesterday',
  'infinity',
  'epoch',
  '1674389379',
  '2023-01-22',
  '2023-01-22 UTC',
  '2023-01-22 12:09 UTC',
  '12:09:39 UTC',
  '22/01/2023 12:09:39',
  '01-22-2023 12:09:39 UTC',
  '2023-02-29 12:00:00 UTC',
  '1900-02-29 12:00:00 UTC',
  '2023-04-31T12:00:00Z',
  '2023-13-01 12:00:00 UTC',
  '2023-00-01 12:00:00 UTC',
  '2023-01-00 12:00:00 UTC',
  '2023-01-22 24:00:01 UTC',
  '2023-01-22 25:00:00 UTC',
  '2023-01-22 12:60:00 UTC',
  '2023-01-22 12:09:61 UTC',
  '2023-01-22T12:09:39+25:00',
  '2023-01-22T12:09:39+05:60',
  '2023-01-22T12:09:39+5',
  '2023-01-22 12:09:39 CST',
  '2023-01-22 12:09:39 America/Chicago',
  '2023-01-22 12:09:39+05:00 UTC',
  '2023-01-22 12:09:39 Europe/Paris UTC',
  '2023-01-22 12:09:39.388.884 UTC',
  '2023-01-22 12:09:39,388 UTC',
  '２０２３-01-22 12:09:39 UTC',
];

test('what is not an instant is refused, and named', async (t) => {
  const importer = await Importer.open(t);
  const rows = NO_INSTANTS.map((text) => `a,active,"${text}"\n`);
  assert.deepEqual(
    told(await importer.polls(POLLS + rows.join(''))),
    NO_INSTANTS.map(
      (text, i) => `${i + 2}: timestamp_utc "${text}" is not an instant such as "2023-01-22 12:09:39.388884 UTC"`,
    ),
  );
});

test('a poll may be 5 minutes ahead of the clock and not a millisecond more', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(
    `${POLLS}a,active,2023-01-25 18:05:00 UTC\nb,active,2023-01-25 18:05:00.000999 UTC\n` +
      'c,active,2023-01-25 18:05:00.001 UTC\nd,active,2023-01-25T20:05:01+02:00\ne,active,9999-12-31 23:59:59 UTC\n',
  );
  assert.deepEqual(told(imported), [
    '4: timestamp_utc "2023-01-25 18:05:00.001 UTC" is more than 5 minutes in the future',
    '5: timestamp_utc "2023-01-25T20:05:01+02:00" is more than 5 minutes in the future',
    '6: timestamp_utc "9999-12-31 23:59:59 UTC" is more than 5 minutes in the future',
  ]);
  assert.deepEqual((await importer.contents()).polls, [
    'a 2023-01-25T18:05:00.000 true',
    'b 2023-01-25T18:05:00.000 true',
  ]);
});

test('times of day: with one digit or two, with seconds and fractions, and 24:00 as an end', async (t) => {
  const importer = await Importer.open(t);
  const times = ['9:00', '09:00', '00:00:00', '23:59:59.999', '23:59:59.9999999', '12:30:15.25', '0:00:00.001'];
  const ends = ['24:00', '24:00:00', '00:00', '23:59', '23:59:59', '17:00:00', '9:05'];
  const rows = times.map((start, i) => `a${i},0,${start},${ends[i]}\n`);
  assert.deepEqual(told(await importer.hours(HOURS + rows.join(''))), []);
  assert.deepEqual((await importer.contents()).hours, [
    'a0 0 32400000–86400000',
    'a1 0 32400000–86400000',
    'a2 0 0–0',
    'a3 0 86399999–86340000',
    'a4 0 86399999–86399000',
    'a5 0 45015250–61200000',
    'a6 0 1–32700000',
  ]);
});

test('what is not a time of day is refused, and named', async (t) => {
  const importer = await Importer.open(t);
  const times = [
    '',
    '24:00:01',
    '25:00',
    '9',
    '9:60',
    '09:00:60',
    '0:30 PM',
    '13:00 pm',
    '9:60am',
    '-1:00',
    '09.00',
    '900',
    '2401',
    '090000',
    '9am5',
    '٠٩:٠٠',
    '99:00',
  ];
  const asStart = times.map((time) => `a,0,${time},17:00\n`);
  const asEnd = times.map((time) => `a,0,09:00,${time}\n`);
  const imported = await importer.hours(`${HOURS}a,0,24:00,09:00\n${asStart.join('')}${asEnd.join('')}`);
  assert.deepEqual(told(imported), [
    '2: start_time_local "24:00" is not a time of day',
    ...times.map((time, i) => `${i + 3}: start_time_local "${time}" is not a time of day`),
    ...times.map((time, i) => `${i + 3 + times.length}: end_time_local "${time}" is not a time of day`),
  ]);
});

test('two instants that differ beyond the millisecond are one', async (t) => {
  const importer = await Importer.open(t);
  const { summaries } = await importer.polls(`${POLLS}a,active,${AT}\na,inactive,2023-01-22 12:09:39.388001 UTC\n`);
  assert.deepEqual([summaries[0]?.added, summaries[0]?.repeated], [1, 1]);
  assert.deepEqual((await importer.contents()).polls, ['a 2023-01-22T12:09:39.388 false']);
});
