import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOURS, Importer, SPECIAL_HOURS, told, ZONES } from '../../support/importer.ts';

const unreadOf = async (imported: ReturnType<Importer['import']>) =>
  (await imported).summaries.map(({ rejected, setAside, unreadStores }) => ({ rejected, setAside, ...unreadStores }));

test('a store with a bad row keeps the week that it had, whole; one that had none has unknown hours', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}old,0,09:00,17:00\nold,1,09:00,17:00\n`);
  const then = `${HOURS}old,0,10:00,18:00\nold,1,soon,late\nnew,0,10:00,18:00\nnew,1,soon,late\nbad,0,soon,late\ngood,2,10:00,11:00\n`;
  assert.deepEqual(await unreadOf(importer.hours(then)), [
    { rejected: 3, setAside: 2, kept: 1, unknown: 2, ids: ['bad', 'new', 'old'] },
  ]);
  const { hours, stores } = await importer.contents();
  assert.deepEqual(stores, ['bad', 'good', 'new', 'old']);
  assert.deepEqual(hours, [
    'bad 8 0–0',
    'good 2 36000000–39600000',
    'new 8 0–0',
    'old 0 32400000–61200000',
    'old 1 32400000–61200000',
  ]);
});

test('the first hours that can be read take the place of unknown ones for ever back, also within one import', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}a,0,soon,late\nb,0,soon,late\n`);
  await importer.hours(`${HOURS}a,0,09:00,17:00\n`);
  assert.deepEqual((await importer.contents()).hours, ['a 0 32400000–61200000', 'b 8 0–0']);
  const files = [
    importer.file('1.csv', `${HOURS}c,0,soon,late\nb,0,09:00,17:00\n`),
    importer.file('2.csv', `${HOURS}c,0,09:00,17:00\nb,0,soon,late\n`),
  ];
  assert.deepEqual(await unreadOf(importer.import({ hours: files })), [
    { rejected: 1, setAside: 0, kept: 0, unknown: 1, ids: ['c'] },
    { rejected: 1, setAside: 0, kept: 1, unknown: 0, ids: ['b'] },
  ]);
  const rows = ['a 0 32400000–61200000', 'b 0 32400000–61200000', 'c 0 32400000–61200000'];
  assert.deepEqual((await importer.contents()).hours, rows);
});

test('a zone that cannot be read leaves the one before, or an unknown one', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}old,America/Denver\n`);
  await importer.zones(`${ZONES}old,Denver\nnew,Denver\nunknown,Etc/Unknown\n`);
  assert.deepEqual((await importer.contents()).stores, [
    'new Etc/Unknown',
    'old America/Denver',
    'unknown Etc/Unknown',
  ]);
  await importer.zones(`${ZONES}new,UTC\n`);
  const { stores, zoneChanges } = await importer.contents();
  assert.deepEqual(stores, ['new UTC', 'old America/Denver', 'unknown Etc/Unknown']);
  assert.deepEqual(zoneChanges, []);
});

test('a store with a bad row in special hours keeps all its dates; its week is unknown only where there is none', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}week,0,09:00,17:00\n`);
  await importer.specialHours(`${SPECIAL_HOURS}dates,2023-12-24,,\n`);
  const then = ['week', 'dates', 'new'].map((id) => `${id},2023-12-24,10:00,12:00\n${id},2023-12-25,soon,late\n`);
  assert.deepEqual(await unreadOf(importer.specialHours(SPECIAL_HOURS + then.join(''))), [
    { rejected: 3, setAside: 3, kept: 2, unknown: 1, ids: ['new', 'dates', 'week'] },
  ]);
  const { hours, specialHours } = await importer.contents();
  assert.deepEqual(hours, ['new 8 0–0', 'week 0 32400000–61200000']);
  assert.deepEqual(specialHours, ['dates 2023-12-24 closed']);
});

test('a bad row whose id cannot be read concerns no store', async (t) => {
  const importer = await Importer.open(t);
  const imported = await importer.hours(`${HOURS},0,09:00,17:00\na,0,09:00,17:00\n"b,0,09:00,17:00\n`);
  assert.equal(told(imported).length, 2);
  const { hours, stores } = await importer.contents();
  assert.deepEqual([hours, stores], [['a 0 32400000–61200000'], ['a']]);
});

test('a row without columns concerns the store that it begins with; elsewhere, one that other rows name', async (t) => {
  const importer = await Importer.open(t);
  await importer.hours(`${HOURS}a,0,09:00,17:00\na,1,09:00\nb,0\n`);
  assert.deepEqual((await importer.contents()).hours, ['a 8 0–0', 'b 8 0–0']);
  const header = 'day,start_time_local,end_time_local,store_id\n';
  await importer.hours(`${header}0,09:00,17:00,c\n1,09:00,17:00,c,note\n1,soon,09:00,17:00,c\n0,09:00,17:00,d\n`);
  const { hours, stores } = await importer.contents();
  assert.deepEqual(stores, ['a', 'b', 'c', 'd'], 'a time of day is no store');
  assert.deepEqual(hours, ['a 8 0–0', 'b 8 0–0', 'c 8 0–0', 'd 0 32400000–61200000']);
});

test('a row that is not UTF-8 concerns the store that it begins with, if other rows name it', async (t) => {
  const importer = await Importer.open(t);
  const bad = (id: string) => Buffer.from(`${id},1,caf\xe9,17:00\n`, 'latin1');
  await importer.hours(Buffer.concat([Buffer.from(`${HOURS}a,0,09:00,17:00\nb,0,09:00,17:00\n`), bad('a'), bad('c')]));
  const { hours, stores } = await importer.contents();
  assert.deepEqual(
    [hours, stores],
    [
      ['a 8 0–0', 'b 0 32400000–61200000'],
      ['a', 'b'],
    ],
  );
});

test('a store that has unknown hours already is not changed by the same file', async (t) => {
  const importer = await Importer.open(t);
  const content = `${HOURS}a,0,soon,late\n`;
  await importer.hours(content);
  const before = await importer.contents();
  assert.deepEqual(await unreadOf(importer.hours(content)), [
    { rejected: 1, setAside: 0, kept: 0, unknown: 1, ids: ['a'] },
  ]);
  assert.deepEqual(await importer.contents(), before);
});

test('at most twenty stores are named, those that are unknown first', async (t) => {
  const importer = await Importer.open(t);
  const rows = Array.from({ length: 30 }, (_, i) => `s${String(i).padStart(2, '0')},0,soon,late\n`);
  await importer.hours(`${HOURS}s00,0,09:00,17:00\n`);
  const [unread] = await unreadOf(importer.hours(HOURS + rows.join('')));
  assert.deepEqual([unread?.kept, unread?.unknown, unread?.ids.length, unread?.ids[0]], [1, 29, 20, 's01']);
});
