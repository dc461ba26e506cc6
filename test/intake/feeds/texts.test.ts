import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, HOURS, Importer, POLLS, SPECIAL_HOURS, told, ZONES } from '../../support/importer.ts';
import { merge } from '../../support/staging.ts';

/** Around every field, quoted or not: blanks of all kinds, characters without a width, byte order marks. */
const AROUND = ['\u00a0', '\u2003 ', '\u200b', '\ufeff', '\u3000\u2060', '\u180e', '\v\f'];

for (const delimiter of [',', ';', '\t', '|']) {
  test(`what nobody sees is trimmed from headers and fields between ${JSON.stringify(delimiter)}`, async (t) => {
    const importer = await Importer.open(t);
    const row = (fields: readonly string[], around: string) =>
      fields.map((field) => `${around}${field}${around}`).join(delimiter);
    const rows = AROUND.flatMap((around, i) => [
      row([`a${i}`, 'active', AT], around),
      row([`"${around}b${i}${around}"`, '"ACTIVE"', `"${AT}"`], around),
    ]);
    const header = row(['Store_ID', '"status"', 'timestamp_utc'], '\u00a0\u200b');
    const imported = await importer.polls(`\ufeff${header}\n\ufeff${rows.join(`\n\u00a0\u200b\n`)}\n`);
    assert.deepEqual(told(imported), []);
    const { stores, polls } = await importer.contents();
    assert.deepEqual(stores, AROUND.flatMap((_, i) => [`a${i}`, `b${i}`]).toSorted());
    assert.deepEqual(
      polls.filter((poll) => poll.endsWith(' false')),
      [],
    );
  });
}

test('tabs about fields are trimmed where they are no delimiter', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(`store_id\t,\tstatus,timestamp_utc\n\ta\t,\t"active"\t,${AT}\t\n\t\n`);
  assert.deepEqual(told(imported), []);
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('a status is read in any case', async (t) => {
  const importer = await Importer.open(t);
  const rows = ['Active', 'ACTIVE', 'inActive', 'Inactive'].map((status, i) => `a${i},${status},${AT}\n`);
  assert.deepEqual(told(await importer.polls(POLLS + rows.join(''))), []);
  const { polls } = await importer.contents();
  assert.deepEqual(
    polls.map((poll) => poll.split(' ').at(-1)),
    ['true', 'true', 'false', 'false'],
  );
});

test('days are read as numbers, with a fraction of zero, and by their English names', async (t) => {
  const importer = await Importer.open(t);
  const days = ['0', '1.0', '2.000', 'Thursday', 'FRI', 'sat', 'Sun', 'Tues', 'weds', 'Thurs'];
  const rows = days.map((day, i) => `a${i},${day},9am,5pm\n`);
  assert.deepEqual(told(await importer.hours(HOURS + rows.join(''))), []);
  const { hours } = await importer.contents();
  assert.deepEqual(
    hours.map((row) => Number(row.split(' ')[1])),
    [0, 1, 2, 3, 4, 5, 6, 1, 2, 3],
  );
});

test('special hours take the same times of day, and refuse the ids of formulas', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.specialHours(
    `${SPECIAL_HOURS}a,2023-12-24,9:00 AM,12:00 am\na,2023-12-25,0900,24:00\n=1,2023-12-24,,\n=1,2023-12-24,9am,5pm\n`,
  );
  assert.deepEqual(
    imported.rejects.map(({ line, reason }) => `${line}: ${reason.slice(0, 35)}`),
    ['4: store_id begins with "=", "+", "-" ', '5: store_id begins with "=", "+", "-" '],
  );
  assert.deepEqual((await importer.contents()).specialHours, [
    'a 2023-12-24 32400000–0',
    'a 2023-12-25 32400000–86400000',
  ]);
});

test('a store whose id looks like a formula or a rounded number goes on working, where no new one may have such an id', async (t) => {
  const importer = await Importer.open(t);
  await merge(importer.storage, { zones: ['=1', '@home', '1.2E18'].map((id) => [id, 'UTC']) });
  const polls = await importer.polls(
    `${POLLS}=1,active,${AT}\n=2,active,${AT}\n@home,on,${AT}\n1.2E18,active,${AT}\n1.3E18,active,${AT}\n12E18,active,${AT}\n=1,inactive,${AT}\n-17,active,${AT}\n`,
  );
  assert.deepEqual(
    polls.rejects.map(({ line, row }) => `${line}: ${row}`),
    [`3: =2,active,${AT}`, `4: @home,on,${AT}`, `6: 1.3E18,active,${AT}`],
  );
  assert.deepEqual((await importer.contents()).polls, [
    '-17 2023-01-22T12:09:39.388 true',
    '1.2E18 2023-01-22T12:09:39.388 true',
    '12E18 2023-01-22T12:09:39.388 true',
    '=1 2023-01-22T12:09:39.388 false',
  ]);
  assert.deepEqual(told(await importer.zones(`${ZONES}@home,Asia/Tokyo\n`)), []);
  assert.deepEqual((await importer.contents()).stores, ['-17', '1.2E18 UTC', '12E18', '=1 UTC', '@home Asia/Tokyo']);
});

test('null characters cost their rows and no others, at the end of a file and in a column that is not read', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.polls(
    `store_id,status,timestamp_utc,note\na,active,${AT},\0\nb,active,${AT},x\n\0\0\0\0\nc,active,${AT},"\0"\nd,active,${AT},\n\0`,
  );
  assert.deepEqual(
    told(imported),
    [2, 4, 5, 7].map((line) => `${line}: contains a null character (a NUL byte)`),
  );
  assert.deepEqual((await importer.contents()).stores, ['b', 'd']);
});
