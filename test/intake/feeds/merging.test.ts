import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT, HOURS, Importer, POLLS, ZONES } from '../../support/importer.ts';

const counts = async (imported: ReturnType<Importer['import']>): Promise<Record<string, number>[]> =>
  (await imported).summaries.map(({ read, added, replaced, alreadyThere, repeated, rejected, setAside }) => ({
    read,
    added,
    replaced,
    alreadyThere,
    repeated,
    rejected,
    setAside,
  }));

const NONE = { read: 0, added: 0, replaced: 0, alreadyThere: 0, repeated: 0, rejected: 0, setAside: 0 };

test('importing the same three files twice changes nothing, not even the revision', async (t) => {
  const importer = await Importer.open(t);
  const files = {
    polls: [
      importer.file(
        'p.csv',
        `${POLLS}a,active,${AT}\na,inactive,${AT}\nb,inactive,${AT}\nbad\nd,active,2023-01-20T00:00:00Z\n`,
      ),
    ],
    hours: [importer.file('h.csv', `${HOURS}a,0,09:00,17:00\na,0,09:00:00,17:00:00\nb,1,22:00,02:00\na,9,0:00,0:00\n`)],
    zones: [importer.file('z.csv', `${ZONES}a,America/Denver\na,America/Chicago\nc,utc\ne,Nowhere\n`)],
  };
  assert.deepEqual(await counts(importer.import(files)), [
    { ...NONE, read: 4, added: 2, repeated: 1, rejected: 1 },
    { ...NONE, read: 4, added: 1, rejected: 1, setAside: 2 },
    { ...NONE, read: 5, added: 3, repeated: 1, rejected: 1 },
  ]);
  const before = await importer.contents();
  assert.deepEqual(before, {
    revision: 1,
    polls: ['a 2023-01-22T12:09:39.388 false', 'b 2023-01-22T12:09:39.388 false', 'd 2023-01-20T00:00:00.000 true'],
    hours: ['a 8 0–0', 'b 1 79200000–7200000'],
    specialHours: [],
    stores: ['a America/Chicago', 'b', 'c UTC', 'd', 'e Etc/Unknown'],
    zoneChanges: [],
  });
  assert.deepEqual(await counts(importer.import(files)), [
    { ...NONE, read: 4, alreadyThere: 2, repeated: 1, rejected: 1 },
    { ...NONE, read: 4, alreadyThere: 1, rejected: 1, setAside: 2 },
    { ...NONE, read: 5, alreadyThere: 3, repeated: 1, rejected: 1 },
  ]);
  assert.deepEqual(await importer.contents(), before);
});

test('a new polls file adds to the polls', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`${POLLS}a,active,2023-01-20 10:00:00 UTC\n`);
  await importer.polls(`${POLLS}a,inactive,2023-01-20 11:00:00 UTC\nb,active,2023-01-20 10:00:00 UTC\n`);
  assert.deepEqual((await importer.contents()).polls, [
    'a 2023-01-20T10:00:00.000 true',
    'a 2023-01-20T11:00:00.000 false',
    'b 2023-01-20T10:00:00.000 true',
  ]);
});

test('of two polls at the same millisecond the one that was imported last stands', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`${POLLS}a,active,2023-01-20 10:00:00.1234 UTC\n`);
  const later = importer.polls(`${POLLS}a,inactive,2023-01-20 10:00:00.1239 UTC\n`);
  assert.deepEqual(await counts(later), [{ ...NONE, read: 1, replaced: 1 }]);
  assert.deepEqual((await importer.contents()).polls, ['a 2023-01-20T10:00:00.123 false']);
});

test('within one file the later row stands, however often they change', async (t) => {
  const importer = await Importer.open(t);
  const states = ['active', 'inactive', 'inactive', 'active', 'inactive', 'active'];
  const imported = importer.polls(POLLS + states.map((state) => `a,${state},${AT}\n`).join(''));
  assert.deepEqual(await counts(imported), [{ ...NONE, read: 6, added: 1, repeated: 5 }]);
  assert.deepEqual((await importer.contents()).polls, ['a 2023-01-22T12:09:39.388 true']);
});

test('the later of two files in one import stands', async (t) => {
  const importer = await Importer.open(t);
  const first = importer.file('1.csv', `${POLLS}a,active,${AT}\nb,active,${AT}\n`);
  const second = importer.file('2.csv', `${POLLS}b,inactive,${AT}\nc,inactive,${AT}\n`);
  assert.deepEqual(await counts(importer.import({ polls: [first, second] })), [
    { ...NONE, read: 2, added: 2 },
    { ...NONE, read: 2, added: 1, replaced: 1 },
  ]);
  const { polls, revision } = await importer.contents();
  assert.deepEqual(
    polls.map((poll) => poll.split(' ').at(-1)),
    ['true', 'false', 'false'],
  );
  assert.equal(revision, 1, 'one import is one change');
});

test('an hours file changes the week of the stores that it names and of no others, from the import on', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}a,0,09:00,17:00\na,1,09:00,17:00\nb,0,10:00,18:00\n`);
  assert.deepEqual(await counts(importer.hours(`${HOURS}a,2,00:00,24:00\nc,3,01:00,02:00\n`)), [
    { ...NONE, read: 2, added: 1, replaced: 1 },
  ]);
  assert.deepEqual((await importer.contents()).hours, [
    'a 0 32400000–61200000 until 2023-01-25T18:00:00.000Z',
    'a 1 32400000–61200000 until 2023-01-25T18:00:00.000Z',
    'a 2 0–86400000 from 2023-01-25T18:00:00.000Z',
    'b 0 36000000–64800000',
    'c 3 3600000–7200000',
  ]);
});

test('a zones file changes the zone of the stores that it names and of no others, from the import on', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}a,America/Denver\nb,America/Denver\nc,America/Denver\n`);
  assert.deepEqual(await counts(importer.zones(`${ZONES}a,Asia/Tokyo\nb,america/denver\nd,UTC\n`)), [
    { ...NONE, read: 3, added: 1, replaced: 1, alreadyThere: 1 },
  ]);
  const { stores, zoneChanges } = await importer.contents();
  assert.deepEqual(stores, ['a Asia/Tokyo', 'b America/Denver', 'c America/Denver', 'd UTC']);
  assert.deepEqual(zoneChanges, ['a America/Denver until 2023-01-25T18:00:00.000Z']);
});

test('a store whose rows are all bad keeps what it had', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}a,0,09:00,17:00\n`);
  await importer.zones(`${ZONES}a,America/Denver\n`);
  const before = await importer.contents();
  assert.deepEqual(await counts(importer.hours(`${HOURS}a,7,10:00,18:00\na,1,x,y\n`)), [
    { ...NONE, read: 2, rejected: 2 },
  ]);
  assert.deepEqual(await counts(importer.zones(`${ZONES}a,Nowhere\n`)), [{ ...NONE, read: 1, rejected: 1 }]);
  assert.deepEqual(await importer.contents(), before);
});

test('strict refuses the file for one bad row and names it', async (t) => {
  const importer = await Importer.open(t);
  await importer.polls(`${POLLS}a,active,${AT}\n`);
  const path = importer.file('p.csv', `${POLLS}a,inactive,${AT}\n\nb,open,${AT}\nc,active,soon\n`);
  assert.equal(
    await importer.refusal({ polls: [path] }, { strict: true }),
    'p.csv line 4: status "open" is neither "active" nor "inactive"; 2 of 3 rows are bad and strict is set, ' +
      'so nothing was imported',
  );
});

test('strict takes files without a bad row', async (t) => {
  const importer = await Importer.open(t);
  await importer.import({ polls: [importer.file('p.csv', `${POLLS}\na,active,${AT}\n\n`)] }, { strict: true });
  assert.deepEqual((await importer.contents()).stores, ['a']);
});

test('a bad row in the last file takes back what the files before it brought', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}a,America/Denver\n`);
  const files = {
    zones: [importer.file('z.csv', `${ZONES}a,Asia/Tokyo\nb,UTC\n`)],
    hours: [importer.file('h.csv', `${HOURS}a,0,09:00,17:00\n`)],
    polls: [importer.file('1.csv', `${POLLS}a,active,${AT}\n`), importer.file('2.csv', `${POLLS},active,${AT}\n`)],
  };
  assert.match(await importer.refusal(files, { strict: true }), /^2\.csv line 2: store_id is empty; 1 of 1 row is bad/);
});

test('after an import that failed the next one succeeds', async (t) => {
  const importer = await Importer.open(t);
  const bad = importer.file('bad.csv', Buffer.from(`${POLLS}a,active,${AT}\ncaf\xe9,active,${AT}\n`, 'latin1'));
  assert.match(
    await importer.refusal({ polls: [bad] }, { strict: true }),
    /^bad\.csv line 3: is not UTF-8; 1 of 2 rows/,
  );
  const { rejects } = await importer.polls(`${POLLS}a,active,${AT}\n`);
  assert.deepEqual(rejects, []);
  assert.deepEqual((await importer.contents()).polls, ['a 2023-01-22T12:09:39.388 true']);
});
