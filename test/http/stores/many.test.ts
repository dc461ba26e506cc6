import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { unzip } from '../../support/unzip.ts';

type Json = Record<string, unknown>;

async function opened(t: TestContext, parts: Parameters<typeof testServer>[1] = {}) {
  const server = await testServer(t, parts);
  const patch = (stores: readonly Json[], query = '', headers: Record<string, string> = {}) =>
    server.app.inject({ method: 'PATCH', url: `/api/v1/stores${query}`, payload: { stores }, headers });
  const list = async (query = 'sort=id') => {
    const answer = await server.app.inject(`/api/v1/stores?${query}`);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ items: Json[] }>().items.map(({ store_id, name, labels }) => [store_id, name, labels]);
  };
  const deleted = async () =>
    (await server.app.inject('/api/v1/deleted-stores')).json<{ items: Json[] }>().items.map(({ store_id }) => store_id);
  return { ...server, patch, list, deleted };
}

test('many stores are created, changed, deleted and restored in one request', async (t) => {
  const { patch, list, deleted, storage } = await opened(t);
  const made = await patch(
    [
      { store_id: 'a', name: 'A', labels: { city: 'Rome', brand: 'B' } },
      { store_id: ' b ', zone: 'UTC' },
    ],
    '?create=true',
  );
  assert.deepEqual(made.json(), { received: 2, created: 2, changed: 0, unchanged: 0 });
  const changed = await patch([
    { store_id: 'a', set_labels: { city: 'Oslo', brand: null } },
    { store_id: 'b', set_labels: { city: 'Oslo' } },
    { store_id: 'b', zone: 'UTC' },
  ]);
  assert.deepEqual(changed.json(), { received: 3, created: 0, changed: 2, unchanged: 1 });
  assert.deepEqual(await list(), [
    ['a', 'A', { city: 'Oslo' }],
    ['b', null, { city: 'Oslo' }],
  ]);
  assert.deepEqual(await list('label=city:Oslo&store_id=a&store_id=nobody'), [['a', 'A', { city: 'Oslo' }]]);
  assert.deepEqual((await patch([{ store_id: 'a', deleted: true }])).json<Json>().changed, 1);
  assert.deepEqual([(await list()).length, await deleted()], [1, ['a']]);
  const refused = await patch([{ store_id: 'a', name: 'X' }]);
  assert.match(refused.json<Json>().detail as string, /the store "a" is deleted; restore it with "deleted": false$/);
  assert.deepEqual((await patch([{ store_id: 'a', deleted: false }])).json<Json>().changed, 1);
  assert.deepEqual(await list('store_id=a'), [['a', 'A', { city: 'Oslo' }]]);
  assert.deepEqual(await deleted(), []);
  const entries = await storage.accounts.audit({}, undefined, 20);
  // Those of one request may have the same instant, and are then in no order.
  assert.deepEqual(entries.map(({ action, subjectId }) => `${action} ${subjectId}`).sort(), [
    ...['store.changed a', 'store.changed b', 'store.created a', 'store.created b'],
    ...['store.deleted a', 'store.restored a'],
  ]);
});

test('changes of one store apply in their order', async (t) => {
  const { patch, list, deleted } = await opened(t);
  const made = await patch(
    [
      { store_id: 'a', name: 'first', labels: { city: 'Rome' } },
      { store_id: 'a', deleted: true },
      { store_id: 'b', name: 'B' },
      { store_id: 'a', name: 'second' },
      { store_id: 'b', deleted: true },
    ],
    '?create=true',
  );
  assert.deepEqual(made.json(), { received: 5, created: 2, changed: 3, unchanged: 0 });
  assert.deepEqual(await list(), [['a', 'second', { city: 'Rome' }]]);
  assert.deepEqual(await deleted(), ['b']);
});

test('ids separated by commas or spaces choose stores, as a filter and as a search', async (t) => {
  const { patch, list } = await opened(t);
  await patch(
    [{ store_id: 'a' }, { store_id: 'b' }, { store_id: 'c,d' }, { store_id: 'abc', name: 'A and B' }],
    '?create=true',
  );
  const ids = async (query: string) => (await list(`sort=id&${query}`)).map(([id]) => id);
  assert.deepEqual(await ids('store_id=a,%20b'), ['a', 'b']);
  assert.deepEqual(await ids('store_id=a&store_id=b%20nobody'), ['a', 'b']);
  assert.deepEqual(await ids('store_id=c,d'), ['c,d'], 'an id with a comma');
  assert.deepEqual(await ids('search=a%20b'), ['a', 'b']);
  assert.deepEqual(await ids('search=B,%0Aabc'), ['abc', 'b']);
  assert.deepEqual(await ids('search=a'), ['a', 'abc']);
  assert.deepEqual(await ids('search=a%20and%20b'), ['abc'], 'not a list: `and` is no id');
  const long = Array.from({ length: 100 }, (_, i) => `0123456789012345678${i}`).join(',');
  assert.deepEqual(await ids(`search=${long},b`), ['b']);
});

test('the zones of the stores are counted, the most common first, within what a user may see', async (t) => {
  const { patch, app } = await opened(t);
  await patch(
    [{ store_id: 'a', zone: 'UTC' }, { store_id: 'b', zone: 'UTC' }, { store_id: 'c' }, { store_id: 'd' }],
    '?create=true',
  );
  await patch([{ store_id: 'd', deleted: true }]);
  const { items } = (await app.inject('/api/v1/store-zones')).json<{ items: Json[] }>();
  assert.deepEqual(items, [
    { time_zone: 'UTC', stores: 2 },
    { time_zone: 'America/Chicago', stores: 1 },
  ]);
  const owned = await opened(t, { authenticator: FAKE_USERS });
  await owned.patch(
    [
      { store_id: 'mine', zone: 'Asia/Tokyo' },
      { store_id: 'other', zone: 'UTC' },
    ],
    '?create=true',
    as('operator'),
  );
  const mine = await owned.app.inject({ url: '/api/v1/store-zones', headers: as('owner') });
  assert.deepEqual(mine.json<{ items: Json[] }>().items, [{ time_zone: 'Asia/Tokyo', stores: 1 }]);
});

test('the labels of the stores are counted with their values, within what a user may see', async (t) => {
  const owned = await opened(t, { authenticator: FAKE_USERS });
  await owned.patch(
    [
      { store_id: 'mine', labels: { City: 'Oslo' } },
      { store_id: 'a', labels: { brand: 'Bella', city: 'Rome' } },
      { store_id: 'b', labels: { brand: 'Bella' } },
      { store_id: 'c', labels: { brand: 'Corte' } },
      { store_id: 'd', labels: { brand: 'Dolce' } },
    ],
    '?create=true',
    as('operator'),
  );
  await owned.patch([{ store_id: 'd', deleted: true }], '', as('operator'));
  const labelsOf = async (user: string) =>
    (await owned.app.inject({ url: '/api/v1/store-labels', headers: as(user) })).json<{ items: Json[] }>().items;
  const [brand, city] = await labelsOf('operator');
  assert.deepEqual(brand, {
    ...{ key: 'brand', stores: 3, distinct_values: 2 },
    values: [
      { value: 'Bella', stores: 2 },
      { value: 'Corte', stores: 1 },
    ],
  });
  assert.deepEqual([String(city?.key).toLowerCase(), city?.stores, city?.distinct_values], ['city', 2, 2]);
  assert.deepEqual(await labelsOf('owner'), [
    { key: 'City', stores: 1, distinct_values: 1, values: [{ value: 'Oslo', stores: 1 }] },
  ]);
});

test('a request with an invalid change makes none, and names the field of each', async (t) => {
  const { patch, list } = await opened(t);
  await patch([{ store_id: 'a' }], '?create=true');
  const refused = await patch([
    { store_id: 'a', name: 'new' },
    { store_id: 'a', zone: 'Mars' },
    { store_id: 'nobody', name: 'x' },
    { store_id: 'a', probe_url: 'ftp://a' },
  ]);
  assert.equal(refused.statusCode, 400);
  const { detail, errors } = refused.json<{ detail: string; errors: Json[] }>();
  assert.match(detail, /^3 of 4 stores cannot be changed, so none was: zone is "Mars", .*, and 2 more$/);
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['stores.1.zone', 'stores.2.store_id', 'stores.3.probe_url'],
  );
  assert.deepEqual(await list(), [['a', null, {}]]);
  const malformed = await patch([{ store_id: 'a', name: 5 }]);
  assert.deepEqual(malformed.json<{ errors: Json[] }>().errors[0]?.field, 'stores.0.name');
  const labels = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, 'v']));
  assert.equal((await patch([{ store_id: 'a', labels }])).statusCode, 200);
  const many = await patch([{ store_id: 'a', set_labels: { more: 'x' } }]);
  assert.match(many.json<Json>().detail as string, /there would be 51 labels; a store has at most 50/);
});

test('a dry run checks everything and changes nothing', async (t) => {
  const { patch, list } = await opened(t);
  const dry = await patch([{ store_id: 'a', name: 'A' }], '?create=true&dry_run=true');
  assert.deepEqual(dry.json(), { received: 1, created: 1, changed: 0, unchanged: 0 });
  assert.deepEqual(await list(), []);
  assert.equal((await patch([{ store_id: '=1' }], '?create=true&dry_run=true')).statusCode, 400);
});

test('changes may come as NDJSON', async (t) => {
  const { app, list } = await opened(t);
  const send = (payload: string) =>
    app.inject({
      method: 'PATCH',
      url: '/api/v1/stores?create=true',
      headers: { 'content-type': 'application/x-ndjson' },
      payload,
    });
  const sent = await send('{"store_id":"a","name":"A"}\n\n{"store_id":"b"}\r\n');
  assert.equal(sent.statusCode, 200, sent.body);
  assert.deepEqual(await list(), [
    ['a', 'A', {}],
    ['b', null, {}],
  ]);
  assert.match((await send('{"store_id":"a"}\n{oops\n')).json<Json>().detail as string, /^line 2 is not valid JSON/);
  assert.equal((await send('{"name":"x"}')).json<{ errors: Json[] }>().errors[0]?.field, 'stores.0.store_id');
  const tooMany = await send('{"store_id":"a"}\n'.repeat(1_001));
  assert.equal(tooMany.statusCode, 400);
  assert.equal((await app.inject({ method: 'PATCH', url: '/api/v1/stores' })).statusCode, 415);
});

test('owners cannot change many stores, nor see deleted ones', async (t) => {
  const { app, patch } = await opened(t, { authenticator: FAKE_USERS });
  const headers = as('owner') as Record<string, string>;
  assert.equal((await patch([{ store_id: 'one', name: 'x' }], '', headers)).statusCode, 403);
  assert.equal((await app.inject({ url: '/api/v1/deleted-stores', headers })).statusCode, 403);
});

test('the list is exported with the current filter, as the stores feed reads it', async (t) => {
  const { app, patch, list } = await opened(t);
  const stores = [
    { store_id: '1', name: 'Zoo, "new"', zone: 'UTC', labels: { city: 'Rome' } },
    { store_id: '2', name: '=1+2', probe_url: 'https://b.example.com/', labels: { brand: 'B', city: 'Oslo' } },
    { store_id: '3', labels: { city: 'Rome\nOstia' } },
  ];
  await patch(stores, '?create=true');
  const whole = await app.inject('/api/v1/store-export');
  assert.match(whole.headers['content-disposition'] as string, /filename="stores.csv"/);
  assert.deepEqual(whole.body.split('\r\n'), [
    '\ufeffstore_id,name,timezone_str,probe_url,label:brand,label:city,state,last_poll_utc,last_poll_status',
    "2,'=1+2,,https://b.example.com/,B,Oslo,unknown,,",
    '1,"Zoo, ""new""",UTC,,,Rome,unknown,,',
    '3,,,,,Rome Ostia,unknown,,',
    '',
  ]);
  const some = await app.inject('/api/v1/store-export?label=city:Oslo&format=csv');
  assert.equal(some.body.split('\r\n').length, 3);
  const workbook = await app.inject('/api/v1/store-export?format=xlsx');
  assert.match(workbook.headers['content-type'] as string, /spreadsheetml/);
  assert.match(workbook.headers['content-disposition'] as string, /filename="stores.xlsx"/);
  const text = [...unzip(workbook.rawPayload).values()].join('\n');
  for (const cell of ['timezone_str', 'Zoo, &quot;new&quot;|Zoo, "new"', '=1\\+2', 'label:city']) {
    assert.match(text, new RegExp(`>(?:${cell})<`));
  }
  assert.doesNotMatch(text, /<f>/, 'a formula');
  const before = await list();
  const { status, counts } = await imported(app, some.body, '&dry_run=true');
  assert.deepEqual([status, counts.read, counts.already_there], ['complete', 1, 1]);
  assert.deepEqual(await list(), before);
});

test('an exported list of stores is imported without a change, whatever their texts contain', async (t) => {
  const { app, patch, list } = await opened(t);
  const texts = [
    'Joe\'s "Café", Main St.',
    '"',
    '""',
    "'quoted'",
    '=1+2',
    '-5 °C',
    '@home',
    'a;b\tc|d',
    '\\',
    'ünï 店',
    "'=1+2",
    "''@home",
    "'-5",
    '\u0085 surrounded by blanks \u0085',
  ];
  const stores = texts.map((text, i) => ({ store_id: `s${i}`, name: text, labels: { [text]: text, same: text } }));
  const made = await patch(stores, '?create=true');
  assert.equal(made.statusCode, 200, made.body);
  const { body } = await app.inject('/api/v1/store-export');
  const again = await imported(app, body);
  assert.deepEqual([again.status, again.counts.read, again.counts.already_there], ['complete', 14, 14], again.error);

  const other = await opened(t);
  const { status, counts, error } = await imported(other.app, body);
  assert.deepEqual([status, counts.read, counts.added], ['complete', 14, 14], error);
  assert.deepEqual(await other.list(), await list());
});

test('keys of labels that differ only in case are the same label', async (t) => {
  const { app, patch, list } = await opened(t);
  await patch(
    [
      { store_id: 'a', labels: { city: 'Rome' } },
      { store_id: 'b', labels: { City: 'Rome' } },
    ],
    '?create=true',
  );
  await patch([{ store_id: 'a', set_labels: { CITY: 'Oslo', brand: 'B' } }]);
  assert.deepEqual(await list(), [
    ['a', null, { city: 'Oslo', brand: 'B' }],
    ['b', null, { City: 'Rome' }],
  ]);
  await patch([{ store_id: 'a', set_labels: { Brand: null } }]);
  assert.deepEqual(await list('label=CITY:rome'), [['b', null, { City: 'Rome' }]]);
  assert.deepEqual(await list('search=city:oslo'), [['a', null, { city: 'Oslo' }]]);
  const both = await patch([{ store_id: 'a', labels: { x: '1', X: '2' } }]);
  assert.match(both.json<{ detail: string }>().detail, /labels has the keys "x" and "X", which are the same label/);
  const csv = (await app.inject({ url: '/api/v1/store-export', headers: { accept: 'text/csv' } })).body;
  const [header, ...rows] = csv.replace('\ufeff', '').trim().split('\r\n');
  assert.match(String(header), /^store_id,name,timezone_str,probe_url,label:City,state/);
  assert.deepEqual(
    rows.map((row) => row.split(',').slice(0, 5)),
    [
      ['a', '', '', '', 'Oslo'],
      ['b', '', '', '', 'Rome'],
    ],
  );
});

test('the key of a label is one line, as in the header of a feed', async (t) => {
  const { patch, list } = await opened(t);
  assert.equal(
    (await patch([{ store_id: 'a', labels: { '\u0085city ': ' Rome\u0085' } }], '?create=true')).statusCode,
    200,
  );
  assert.deepEqual(await list(), [['a', null, { city: 'Rome' }]]);
  for (const [field, key, flaw] of [
    ['labels', 'two\nlines', 'contains a line break'],
    ['set_labels', '\u0085', 'is empty'],
  ] as const) {
    const refused = await patch([{ store_id: 'a', [field]: { [key]: 'x' } }]);
    assert.equal(refused.statusCode, 400, refused.body);
    const expected = `${field} has the key ${JSON.stringify(key)}, which ${flaw}`;
    assert.ok((refused.json<Json>().detail as string).includes(expected), refused.body);
  }
});

interface Imported {
  readonly status: string;
  readonly counts: Json;
  readonly error: string;
}

/** Imports a stores feed over HTTP. */
async function imported(
  app: Awaited<ReturnType<typeof opened>>['app'],
  payload: string,
  query = '',
): Promise<Imported> {
  const url = `/api/v1/imports?feed=stores${query}`;
  const sent = await app.inject({ method: 'POST', url, headers: { 'content-type': 'text/csv' }, payload });
  assert.equal(sent.statusCode, 202, sent.body);
  for (;;) {
    const found = (await app.inject(`/api/v1/imports/${sent.json<{ id: string }>().id}`)).json<Imported>();
    if (['complete', 'failed'].includes(found.status)) return found;
    await sleep(20);
  }
}
