import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Importer, STORES, told, ZONES } from '../../support/importer.ts';
import { parquetFile } from '../../support/parquet.ts';

test('a stores file gives names, zones, probe URLs and any labels, and blank fields change nothing', async (t) => {
  const importer = await Importer.open(t);
  await importer.stores(
    `${STORES}1,"Café, Loop",america/chicago,HTTPS://Loop.example.com,Tacos,Chicago\n2,,,,,Boston\n\n3,,,,,\n`,
  );
  const loop = {
    name: 'Café, Loop',
    zone: 'America/Chicago',
    probeUrl: 'https://loop.example.com/',
    labels: { City: 'Chicago', brand: 'Tacos' },
  };
  const none = { name: null, zone: null, probeUrl: null, labels: {} };
  assert.deepEqual(withoutVersion(await importer.described()), {
    1: loop,
    2: { ...none, labels: { City: 'Boston' } },
    3: none,
  });
  const before = await importer.contents();
  const { summaries } = await importer.stores(`${STORES}1,,,,,\n2,,,,,Boston\n`);
  assert.deepEqual([summaries[0]?.alreadyThere, summaries[0]?.replaced], [2, 0]);
  assert.deepEqual(await importer.contents(), before);
  await importer.stores('STORE_ID;Label:CITY;label:brand;note\n1;Cicero;;x\n');
  assert.deepEqual(withoutVersion(await importer.described())['1'], {
    ...loop,
    labels: { City: 'Cicero', brand: 'Tacos' },
  });
});

test('a bad row of a stores file is not imported, with the reason', async (t) => {
  const importer = await Importer.open(t);
  const long = 'x'.repeat(201);
  const imported = await importer.stores(
    [
      `${STORES}1,good,UTC,https://a.example.com,,`,
      ',no id,,,,',
      `2,${long},,,,`,
      '3,,Chicago,,,',
      '4,,,ftp://a.example.com,,',
      '5,,,https://user:secret@a.example.com,,',
      '6,,,https://a.example.com/{store_id},,',
      `7,,,https://a.example.com/${'x'.repeat(2_000)},,`,
      `8,,,,,${long}`,
      '9,too,few',
      '=1,formula,,ftp://a,,',
      '-x,formula,,,,',
      '',
    ].join('\n'),
  );
  assert.deepEqual(told(imported), [
    '3: store_id is empty',
    '4: name is longer than 200 characters',
    '5: timezone_str "Chicago" is not an IANA time zone such as "America/Chicago"',
    '6: probe_url is "ftp://a.example.com", expected an http or https URL',
    '7: probe_url contains a user name or a password, which everyone who can see the store could read',
    '8: probe_url contains {store_id}, which only PROBE_URL may; expected the URL of this store',
    '9: probe_url is longer than 2000 characters',
    '10: label:City is longer than 200 characters',
    '11: has 3 fields, expected 6',
    '12: probe_url is "ftp://a", expected an http or https URL',
    `13: store_id begins with "=", "+", "-" or "@", which makes it a formula in a spreadsheet: expected another id for a new store, or a number such as -17`,
  ]);
  assert.deepEqual(imported.rejects[4]?.row, '5,,,https://user:secret@a.example.com,,');
});

test('a bad row that may have given a zone leaves it unknown where none is known; other bad rows do not', async (t) => {
  const importer = await Importer.open(t);
  await importer.zones(`${ZONES}old,America/Denver\n`);
  const { summaries } = await importer.stores(
    `${STORES}old,,Denver,,,\nnew,,Denver,,,\nnew,good,,,,\nurl,,,ftp://a,,\nboth,,UTC,ftp://a,,\nshort,x\n`,
  );
  assert.deepEqual(summaries[0]?.unreadStores, { kept: 1, unknown: 3, ids: ['both', 'new', 'short', 'old'] });
  assert.equal(summaries[0]?.setAside, 1);
  assert.deepEqual((await importer.contents()).stores, [
    'both Etc/Unknown',
    'new Etc/Unknown',
    'old America/Denver',
    'short Etc/Unknown',
  ]);
  const withoutZones = await importer.stores('store_id,name\nx,a\ny\n');
  assert.deepEqual(withoutZones.summaries[0]?.unreadStores, { kept: 0, unknown: 0, ids: [] });
});

test('a store with an odd id can be described once it exists', async (t) => {
  const importer = await Importer.open(t);
  await importer.storage.changing((writer) => writer.addStore('@home'));
  const imported = await importer.stores('store_id,name,probe_url\n@home,Home,https://a.example.com/x\n');
  assert.deepEqual(told(imported), []);
  assert.deepEqual(withoutVersion(await importer.described())['@home'], {
    ...{ name: 'Home', zone: null, labels: {} },
    probeUrl: 'https://a.example.com/x',
  });
});

test('the apostrophe that an export puts before a formula is dropped', async (t) => {
  const importer = await Importer.open(t);
  await importer.stores(`store_id,name,label:note\na,'=1+2,'@x\nb,'tis,'90s\n`);
  const { a, b } = (await importer.described()) as Record<string, { name: string; labels: unknown }>;
  assert.deepEqual([a?.name, a?.labels, b?.name, b?.labels], ['=1+2', { note: '@x' }, "'tis", { note: "'90s" }]);
});

test('a stores file needs something to say, and each label once with a usable key', async (t) => {
  const importer = await Importer.open(t);
  const refusal = (header: string) => importer.refusal({ stores: [importer.file('s.csv', `${header}\n`)] });
  assert.equal(
    await refusal('store_id,nick'),
    's.csv has no column "name", "timezone_str", "probe_url" or "label:…"; a stores file needs the column store_id and ' +
      'one of name, timezone_str, probe_url, label:…, its header has store_id, nick',
  );
  assert.match(await refusal('name'), /s.csv has no column "store_id"/);
  assert.match(await refusal('store_id,status,timestamp_utc'), /that is a polls file/);
  assert.match(await refusal('store_id,day,start_time_local,end_time_local'), /that is a business hours file/);
  assert.equal(await refusal('store_id,label:a,label:A'), 's.csv has the column "label:A" more than once');
  assert.equal(await refusal('store_id,name,Name'), 's.csv has the column "name" more than once');
  assert.equal(await refusal('store_id,label:'), 's.csv has the column "label:", whose label is empty');
  assert.equal(await refusal('store_id,label:a:b'), 's.csv has the column "label:a:b", whose label contains a colon');
  assert.match(await refusal(`store_id,label:${'k'.repeat(101)}`), /whose label is longer than 100 characters/);
  const many = Array.from({ length: 51 }, (_, i) => `label:${i}`);
  assert.equal(
    await refusal(`store_id,${many.join()}`),
    's.csv has 51 columns of labels; a store has at most 50 labels',
  );
});

test('a Parquet file of stores has the same columns', async (t) => {
  const importer = await Importer.open(t);
  const path = await parquetFile(
    importer,
    'stores.parquet',
    `select 17 as store_id, ' Loop ' as "Name", 'UTC' as timezone, null::varchar as probe_url, 'Rome' as "label:city", 8 as "Label:Tables"
     union all select 18, null, 'Nowhere', null, null, null`,
  );
  const imported = await importer.import({ stores: [path] });
  assert.deepEqual(told(imported), ['2: timezone_str "Nowhere" is not an IANA time zone such as "America/Chicago"']);
  assert.deepEqual(withoutVersion(await importer.described())['17'], {
    ...{ name: 'Loop', zone: 'UTC', probeUrl: null },
    labels: { Tables: '8', city: 'Rome' },
  });
});

test('thousands of probe URLs are checked', async (t) => {
  const importer = await Importer.open(t);
  const rows = Array.from(
    { length: 12_000 },
    (_, i) => `s${i},${i % 100 === 0 ? 'nowhere' : `https://S${i}.example.com`}\n`,
  );
  const { summaries } = await importer.stores(`store_id,probe_url\n${rows.join('')}`);
  assert.deepEqual([summaries[0]?.rejected, summaries[0]?.added], [120, 11_880]);
  const { s1, s11999 } = (await importer.storage.changing(async (writer) => ({
    s1: await writer.findStore('s1'),
    s11999: await writer.findStore('s11999'),
  }))) as Record<string, { probeUrl: string | null } | undefined>;
  assert.deepEqual([s1?.probeUrl, s11999?.probeUrl], ['https://s1.example.com/', 'https://s11999.example.com/']);
});

function withoutVersion(stores: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stores).map(([id, store]) => {
      const { version: _version, ...rest } = store as { version: number };
      return [id, rest];
    }),
  );
}
