import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOURS, Importer, SPECIAL_HOURS, told, ZONES } from '../../support/importer.ts';

const APRIL = Date.parse('2023-04-01T12:00:00Z');
const MAY = Date.parse('2023-05-01T00:00:00Z');

test('changed hours and zones hold from the instant that is asked for', async (t) => {
  const importer = await Importer.open(t);
  const files = (start: string, zone: string) => ({
    hours: [importer.file('h.csv', `${HOURS}a,0,${start},17:00\n`)],
    zones: [importer.file('z.csv', `${ZONES}a,${zone}\n`)],
  });
  await importer.import(files('09:00', 'UTC'), { effectiveFrom: APRIL });
  await importer.import(files('10:00', 'Asia/Tokyo'), { effectiveFrom: MAY });
  const { hours, stores, zoneChanges } = await importer.contents();
  assert.deepEqual(hours, [
    'a 0 32400000–61200000 until 2023-05-01T00:00:00.000Z',
    'a 0 36000000–61200000 from 2023-05-01T00:00:00.000Z',
  ]);
  assert.deepEqual(stores, ['a Asia/Tokyo']);
  assert.deepEqual(zoneChanges, ['a UTC until 2023-05-01T00:00:00.000Z']);
});

test('the hourly import of a file that stays the same makes no new version', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('h.csv', `${HOURS}a,0,09:00,17:00\n`);
  await importer.import({ hours: [path] }, { now: APRIL });
  const before = await importer.contents();
  for (let hour = 1; hour < 4; hour++) await importer.import({ hours: [path] }, { now: APRIL + hour * 3_600_000 });
  assert.deepEqual(await importer.contents(), before);
});

test('of two hours files that name a new store in one import, the later one holds for ever back', async (t) => {
  const importer = await Importer.open(t);
  const first = importer.file('1.csv', `${HOURS}a,0,09:00,17:00\nb,0,09:00,17:00\n`);
  const second = importer.file('2.csv', `${HOURS}a,1,10:00,18:00\n`);
  await importer.import({ hours: [first, second] });
  assert.deepEqual((await importer.contents()).hours, ['a 1 36000000–64800000', 'b 0 32400000–61200000']);
});

test('special hours are read: closed where both times are empty, several openings, overnight', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.specialHours(
    `${SPECIAL_HOURS}a,2023-12-24,9:00,12:00\na,2023-12-24,18:00:00,02:00\na,2023-12-25,,\nb,2024-02-29,00:00,24:00\n`,
  );
  assert.deepEqual(told(imported), []);
  const { specialHours, stores, revision } = await importer.contents();
  assert.deepEqual(specialHours, [
    'a 2023-12-24 32400000–43200000',
    'a 2023-12-24 64800000–7200000',
    'a 2023-12-25 closed',
    'b 2024-02-29 0–86400000',
  ]);
  assert.deepEqual(stores, ['a', 'b']);
  assert.equal(revision, 1);
});

test('a file of special hours replaces the dates that it names and no others', async (t) => {
  const importer = await Importer.open(t);
  await importer.specialHours(`${SPECIAL_HOURS}a,2023-12-24,9:00,12:00\na,2023-12-25,,\nb,2023-12-24,,\n`);
  const { summaries } = await importer.specialHours(
    `${SPECIAL_HOURS}a,2023-12-24,,\na,2023-12-25,,\na,2023-12-26,10:00,11:00\n`,
  );
  assert.deepEqual(
    summaries.map(({ added, replaced, alreadyThere }) => [added, replaced, alreadyThere]),
    [[1, 1, 1]],
  );
  assert.deepEqual((await importer.contents()).specialHours, [
    'a 2023-12-24 closed',
    'a 2023-12-25 closed',
    'a 2023-12-26 36000000–39600000',
    'b 2023-12-24 closed',
  ]);
});

test('bad special hours are refused with the reason, and harm no others', async (t) => {
  const importer = await Importer.open(t);
  const rows = [
    'a,2023-02-29,,',
    'a,24.12.2023,,',
    'a,2023-12-24,9:00,',
    'a,2023-12-24,,17:00',
    'a,2023-12-24,24:00,25:00',
    'a,2023-12-24,9:00,17:60',
    ',2023-12-24,,',
    'a,2023-12-24,,,',
    'b,2023-12-26,,',
  ];
  const imported = await importer.specialHours(`${SPECIAL_HOURS}${rows.join('\n')}\n`);
  assert.deepEqual(told(imported), [
    '2: date "2023-02-29" is not a date such as "2025-12-24"',
    '3: date "24.12.2023" is not a date such as "2025-12-24"',
    '4: end_time_local "" is not a time of day',
    '5: start_time_local "" is not a time of day',
    '6: start_time_local "24:00" is not a time of day',
    '7: end_time_local "17:60" is not a time of day',
    '8: store_id is empty',
    '9: has 5 fields, expected 4',
  ]);
  assert.deepEqual((await importer.contents()).specialHours, ['b 2023-12-26 closed']);
});

test('special hours come from Parquet, with dates, times and nulls as such', async (t) => {
  const importer = await Importer.open(t);
  const path = `${importer.folder}/special.parquet`;
  await importer.storage.importing(({ staging }) =>
    staging.run(`
      copy (select * from (values
        (7, date '2023-12-24', time '09:30:00', time '12:00:00'), (7, date '2023-12-25', null, null)
      ) t(store_id, date, start_time_local, end_time_local)) to '${path}' (format parquet)`),
  );
  assert.deepEqual(told(await importer.import({ specialHours: [path] })), []);
  assert.deepEqual((await importer.contents()).specialHours, ['7 2023-12-24 34200000–43200000', '7 2023-12-25 closed']);
});

test('a file of another feed that is given as special hours is told what it is', async (t) => {
  const importer = await Importer.open(t);
  const weekly = importer.file('menu_hours.csv', `${HOURS}a,0,09:00,17:00\n`);
  assert.match(
    await importer.refusal({ specialHours: [weekly] }),
    /^menu_hours\.csv has no column "date"; a special hours file needs .* \(that is a business hours file\)$/,
  );
  const special = importer.file('special.csv', `${SPECIAL_HOURS}a,2023-12-24,,\n`);
  assert.match(
    await importer.refusal({ hours: [special] }),
    /^special\.csv has no column "day".* \(that is a special hours file\)$/,
  );
});
