import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServerParts } from '../../../src/compose.ts';
import type { StateSource } from '../../../src/stores/states.ts';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

type Json = Record<string, unknown>;

async function opened(t: TestContext, parts: ServerParts = {}) {
  const server = await testServer(t, parts);
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: Json,
    headers: Json = {},
  ) => {
    const url = `/api/v1/stores${path}`;
    const payload = body === undefined ? {} : { payload: body };
    return server.app.inject({ method, url, headers: headers as Record<string, string>, ...payload });
  };
  return { ...server, ask };
}

test('a store is created, read, updated and deleted', async (t) => {
  const { ask } = await opened(t);
  const body = {
    store_id: 'one',
    name: 'The One',
    zone: 'europe/berlin',
    labels: { city: 'Köln' },
    probe_url: 'https://example.com',
  };
  const created = await ask('POST', '', body);
  assert.equal(created.statusCode, 201);
  assert.equal(created.headers.location, '/api/v1/stores/one');
  const store = {
    store_id: 'one',
    name: 'The One',
    time_zone: 'Europe/Berlin',
    zone: 'Europe/Berlin',
    zone_known: true,
    hours_known: true,
    zone_is_default: false,
    labels: { city: 'Köln' },
    probe_url: 'https://example.com/',
    state: 'unknown',
    planned_until: null,
    last_poll: null,
    first_poll: null,
  };
  assert.deepEqual(created.json(), store);
  const read = await ask('GET', '/one');
  assert.deepEqual([read.statusCode, read.json(), read.headers.etag], [200, store, created.headers.etag]);
  const changed = await ask('PATCH', '/one', { name: null, labels: {} }, { 'if-match': read.headers.etag });
  assert.deepEqual(changed.json(), { ...store, name: null, labels: {} });
  assert.notEqual(changed.headers.etag, read.headers.etag);
  assert.deepEqual((await ask('GET', '/one')).json(), changed.json());
  assert.equal((await ask('DELETE', '/one', undefined, { 'if-match': changed.headers.etag })).statusCode, 204);
  assert.equal((await ask('GET', '/one')).statusCode, 404);
  assert.equal((await ask('DELETE', '/one')).statusCode, 404);
  assert.equal((await ask('GET', '')).json<{ total: number }>().total, 0);
});

test('a store without an ID gets one, and an existing store is not created again', async (t) => {
  const { ask } = await opened(t);
  const first = (await ask('POST', '', {})).json<{ store_id: string; zone: string; zone_is_default: boolean }>();
  assert.match(first.store_id, /^[0-9a-f-]{36}$/);
  assert.deepEqual([first.zone, first.zone_is_default], ['America/Chicago', true]);
  const again = await ask('POST', '', { store_id: first.store_id });
  assert.deepEqual(
    [again.statusCode, again.json<Json>().detail],
    [409, `the store "${first.store_id}" already exists`],
  );
});

test('an ID may be any text, percent-encoded in a path', async (t) => {
  const { ask, storage } = await opened(t);
  const ids = [
    "o'hara",
    'a/b',
    '../x',
    '?q#',
    '%2F',
    'say "hi"',
    ' two  words ',
    '🍕'.repeat(200),
    'ü',
    '+',
    '0012',
    'a:b',
  ];
  await merge(storage, { polls: ids.map((id) => [id, T, true]) });
  for (const id of ids) {
    const read = await ask('GET', `/${encodeURIComponent(id)}`);
    assert.deepEqual([read.statusCode, read.json<Json>().store_id], [200, id], read.body);
    const polls = await ask('GET', `/${encodeURIComponent(id)}/polls`);
    assert.equal(polls.json<{ items: unknown[] }>().items.length, 1, id);
  }
  assert.equal((await ask('GET', `/${'x'.repeat(201)}`)).statusCode, 400);
  assert.equal((await ask('GET', `/${'x'.repeat(5_000)}`)).statusCode, 414);
  assert.equal((await ask('GET', '/%00')).statusCode, 400);
  assert.equal((await ask('GET', '/%zz')).statusCode, 400);
});

test('invisible characters around an ID or a name are trimmed, in bodies and in paths', async (t) => {
  const { ask, storage } = await opened(t);
  const made = await ask('POST', '', {
    store_id: '\ufeff A17\t\u200b',
    name: '\u00a0Lakeside ',
    zone: ' Asia/Tokyo\u00a0',
  });
  assert.equal(made.statusCode, 201, made.body);
  const { store_id, name, zone } = made.json<Json>();
  assert.deepEqual([store_id, name, zone], ['A17', 'Lakeside', 'Asia/Tokyo']);
  assert.equal((await ask('POST', '', { store_id: 'A17\u00a0' })).statusCode, 409);
  const path = `/${encodeURIComponent('\u200bA17 \t')}`;
  for (const below of ['', '/hours', '/special-hours', '/polls', '/timeline']) {
    const read = await ask('GET', `${path}${below}`);
    assert.equal(read.statusCode, 200, read.body);
  }
  const renamed = await ask('PATCH', path, { name: 'Lake\u200d\ufeff' });
  assert.deepEqual([renamed.json<Json>().store_id, renamed.json<Json>().name], ['A17', 'Lake']);
  const hours = await ask('PUT', `${path}/hours`, { hours: [{ day: 0, start: ' 9am', end: '5 pm\t' }] });
  assert.equal(hours.statusCode, 200, hours.body);
  // A store of an earlier version whose ID contains a tab is found by it and can be deleted.
  await merge(storage, { polls: [['A17\t', T, true]] });
  assert.equal((await ask('GET', '/A17%09')).json<Json>().store_id, 'A17\t');
  assert.equal((await ask('DELETE', '/A17%09')).statusCode, 204);
  assert.equal((await ask('DELETE', '/A17%09')).statusCode, 204, 'now it means the other one');
  assert.equal((await ask('GET', '/A17')).statusCode, 404);
});

test('an invalid ID is rejected with the reason, in bodies and in paths', async (t) => {
  const { ask, storage } = await opened(t);
  await merge(storage, { polls: [['=old', T, true]] });
  const bad: readonly (readonly [string, RegExp])[] = [
    ['A\u200b17', /store_id contains a control or zero-width character: U\+200B/],
    ['A\t17', /U\+0009/],
    ['A\u202e17', /U\+202E/],
    ['8.41954E+18', /store_id is in scientific notation: a spreadsheet has rounded it/],
  ];
  for (const [id, reason] of bad) {
    const posted = await ask('POST', '', { store_id: id });
    assert.equal(posted.statusCode, 400, posted.body);
    assert.match(posted.json<{ detail: string }>().detail, reason);
    for (const below of ['', '/timeline', '/hours', '/polls']) {
      const read = await ask('GET', `/${encodeURIComponent(id)}${below}`);
      assert.equal(read.statusCode, 400, read.body);
      assert.match(read.json<{ detail: string }>().detail, reason);
    }
  }
  for (const id of ['=1+2', '+17', '-a', '@x', ' =1']) {
    const posted = await ask('POST', '', { store_id: id });
    assert.match(`${posted.statusCode} ${posted.body}`, /^400 .*which makes it a formula in a spreadsheet/);
    assert.equal((await ask('GET', `/${encodeURIComponent(id)}`)).statusCode, 404);
  }
  const rounded = await ask('POST', '', { store_id: '1.2E18' });
  assert.match(`${rounded.statusCode} ${rounded.body}`, /^400 .*is in scientific notation, such as 1\.2E18/);
  assert.equal((await ask('GET', '/1.2E18')).statusCode, 404);
  assert.equal((await ask('POST', '', { store_id: '-17' })).statusCode, 201);
  assert.equal((await ask('POST', '', { store_id: 'x', name: '\u200b \u00a0' })).statusCode, 400);
  const path = `/${encodeURIComponent('=old')}`;
  assert.equal((await ask('PATCH', path, { name: 'old' })).statusCode, 200);
  assert.equal((await ask('POST', '', { store_id: '=old' })).statusCode, 400);
});

test('a change based on an outdated version is rejected', async (t) => {
  const { ask } = await opened(t);
  await ask('POST', '', { store_id: 'one' });
  const { etag } = (await ask('GET', '/one')).headers;
  assert.equal((await ask('PATCH', '/one', { name: 'mine' }, { 'if-match': etag })).statusCode, 200);
  const late = await ask('PATCH', '/one', { name: 'yours' }, { 'if-match': etag });
  assert.deepEqual([late.statusCode, late.json<Json>().title], [412, 'Precondition Failed']);
  assert.equal((await ask('DELETE', '/one', undefined, { 'if-match': etag })).statusCode, 412);
  assert.equal((await ask('PATCH', '/one', { name: 'yours' }, { 'if-match': '"x"' })).statusCode, 412);
  for (const given of ['3', '"3', '', '"1", "2"', 'W/3']) {
    const malformed = await ask('PATCH', '/one', { name: 'yours' }, { 'if-match': given });
    assert.equal(malformed.statusCode, 400, given);
    const { errors } = malformed.json<{ errors: { in: string; field: string; message: string }[] }>();
    assert.deepEqual([errors[0]?.in, errors[0]?.field], ['header', 'if-match']);
    assert.ok(errors[0]?.message.startsWith(`If-Match is ${given}, expected * or the ETag of the last`), given);
  }
  assert.equal((await ask('PATCH', '/one', { name: 'yours' }, { 'if-match': '*' })).statusCode, 200);
});

test('a change without effect keeps the version', async (t) => {
  const { ask } = await opened(t);
  const { etag } = (await ask('POST', '', { store_id: 'one', name: 'N', zone: 'UTC', labels: { a: '1', b: '2' } }))
    .headers;
  const same = await ask('PATCH', '/one', { name: 'N', zone: 'UTC', labels: { b: '2', a: '1' } });
  assert.equal(same.headers.etag, etag);
  assert.equal((await ask('PATCH', '/one', {})).headers.etag, etag);
});

test('a label key may have 100 characters, even if each takes two code units', async (t) => {
  const { ask } = await opened(t);
  const labels = { ['k'.repeat(100)]: 'x', ['🍕'.repeat(100)]: 'y' };
  const made = await ask('POST', '', { store_id: 'one', labels });
  assert.deepEqual([made.statusCode, made.json<Json>().labels], [201, labels]);
  assert.deepEqual((await ask('GET', '/one')).json<Json>().labels, labels);
});

const BAD: readonly (readonly [Json, RegExp, string])[] = [
  [{ zone: 'Mars/Base' }, /zone is "Mars\/Base", expected an IANA time zone/, 'zone'],
  [{ zone: '+05:00' }, /zone is "\+05:00"/, 'zone'],
  [{ probe_url: 'ftp://example.com' }, /probe_url is "ftp:/, 'probe_url'],
  [{ probe_url: 'example.com' }, /expected an http or https URL/, 'probe_url'],
  [{ probe_url: 'https://example.com/{store_id}' }, /^probe_url contains \{store_id\}/, 'probe_url'],
  [{ probe_url: 'https://a:b@example.com' }, /a user name or a password/, 'probe_url'],
  [{ name: 'a\0b' }, /name contains a null character/, 'name'],
  [{ name: 'a\ud800' }, /unpaired surrogate/, 'name'],
  [{ labels: { city: '\0' } }, /labels.city contains/, 'labels.city'],
  [{ labels: { city: 5 } }, /is 5, expected a string of at most 200 characters/, 'labels.city'],
  [{ labels: { ['k'.repeat(101)]: 'x' } }, /is not a valid key, expected 1 to 100 char/, `labels.${'k'.repeat(100)}…`],
  [{ labels: { ['🍕'.repeat(101)]: 'x' } }, /without a colon/, `labels.${'🍕'.repeat(100)}…`],
  [{ labels: { '': 'x' } }, /is not a valid key/, 'labels.'],
  [{ labels: { 'a:b': 'x' } }, /"labels.a:b" is not a valid key/, 'labels.a:b'],
  [{ name: '' }, /is "", expected a string of 1 to 200 characters or null/, 'name'],
  [{ color: 'red' }, /"color" is unknown, expected only .*name, time_zone/, 'color'],
];
test('invalid stores are rejected, and the error names the field', async (t) => {
  const { ask } = await opened(t);
  for (const [body, detail, field] of BAD) {
    for (const answer of [await ask('POST', '', { store_id: 'one', ...body }), await ask('POST', '', body)]) {
      assert.equal(answer.statusCode, 400, `${JSON.stringify(body)}: ${answer.body}`);
      const problem = answer.json<{ detail: string; errors: { field: string }[] }>();
      assert.match(problem.detail, detail);
      assert.equal(problem.errors[0]?.field, field);
    }
    await ask('POST', '', { store_id: 'one' });
    assert.equal((await ask('PATCH', '/one', body)).statusCode, 400);
  }
});

test('a label with an empty value is no label, so that an export can be imported without loss', async (t) => {
  const { ask } = await opened(t);
  const labels = async () => (await ask('GET', '/one')).json<{ labels: Json }>().labels;
  await ask('POST', '', { store_id: 'one', labels: { city: 'Rome', brand: ' ' } });
  assert.deepEqual(await labels(), { city: 'Rome' });
  await ask('PATCH', '/one', { set_labels: { CITY: '', region: 'north' } });
  assert.deepEqual(await labels(), { region: 'north' });
  assert.equal((await ask('PATCH', '/one', { labels: { region: '' } })).statusCode, 200);
  assert.deepEqual(await labels(), {});
});

test('every invalid field is named, in every part of a request', async (t) => {
  const { ask, app } = await opened(t);
  const faultsOf = (answer: { statusCode: number; body: string }) => {
    assert.equal(answer.statusCode, 400, answer.body);
    const { detail, errors } = JSON.parse(answer.body) as { detail: string; errors: Record<string, string>[] };
    for (const { message } of errors) assert.ok(detail.includes(String(message)), detail);
    return errors.map((one) => `${one.in} ${one.field}`);
  };
  const wrong = { name: '\u0000', time_zone: 'Mars/Base', probe_url: 'ftp://x', set_labels: { ' ': 'x' } };
  const all = ['body name', 'body time_zone', 'body set_labels', 'body probe_url'];
  assert.deepEqual(faultsOf(await ask('POST', '', { store_id: 'one', ...wrong })), all);
  await ask('POST', '', { store_id: 'one' });
  assert.deepEqual(faultsOf(await ask('PATCH', '/one', wrong)), all);
  const both = await app.inject({
    method: 'PATCH',
    url: '/api/v1/stores/one?color=red',
    payload: { name: 5, size: 1 },
  });
  assert.deepEqual(faultsOf(both).sort(), ['body name', 'body size', 'query color']);
  const query = await app.inject('/api/v1/stores?limit=many&state=open');
  assert.deepEqual(faultsOf(query).sort(), ['query limit', 'query state.0']);
  const user = await app.inject({
    method: 'POST',
    url: '/api/v1/users',
    payload: { login: 'a b', email: 'nowhere', role: 'admin', password: 'correct horse battery' },
  });
  assert.deepEqual(faultsOf(user), ['body login', 'body email']);
});

test('a poll restores a deleted store with its hours and polls, or without polls if they were deleted too', async (t) => {
  const { ask, app } = await opened(t);
  const send = () =>
    app.inject({
      method: 'POST',
      url: '/api/v1/polls',
      payload: [{ store_id: 'one', status: 'active', timestamp_utc: '2023-01-22T12:00:00Z' }],
    });
  const polls = async () => (await ask('GET', '/one/polls')).json<{ items: unknown[] }>().items.length;
  await ask('POST', '', { store_id: 'one', zone: 'UTC' });
  await app.inject({ method: 'PUT', url: '/api/v1/stores/one/hours', payload: { hours: [] } });
  await send();
  const { etag } = (await ask('GET', '/one')).headers;
  await ask('DELETE', '/one');
  assert.equal((await ask('GET', '/one')).statusCode, 404);
  assert.deepEqual((await send()).json<Json>().already_there, 1);
  const back = await ask('GET', '/one');
  assert.deepEqual([back.json<Json>().zone, await polls()], ['UTC', 1]);
  assert.notEqual(back.headers.etag, etag);
  assert.deepEqual((await ask('GET', '/one/hours')).json<{ versions: Json[] }>().versions[0]?.hours, []);
  await ask('DELETE', '/one?with_polls=true');
  assert.deepEqual((await send()).json<Json>().added, 1);
});

const LIVE: StateSource = {
  latestPoll: async () => T - 1,
  states: async ({ asOf } = { asOf: T, requester: undefined }) => ({
    asOf,
    of: ({ id }) =>
      id < 'c'
        ? { state: 'closed', lastPoll: undefined, firstPoll: undefined }
        : {
            state: 'offline',
            lastPoll: { instant: asOf - 1, active: false, reason: 'closed_by_store: PAUSED' },
            firstPoll: asOf - 1,
          },
  }),
  outages: async () => ({
    since: ({ id }) =>
      id < 'c'
        ? undefined
        : { since: T - (id === 'c' ? 2 : 3) * 3_600_000, sinceFirstPoll: false, beganEarlier: id === 'd' },
    staleCheck: () => undefined,
  }),
};

test('a list is paged by cursor, offline stores first, with its total', async (t) => {
  const { ask, storage } = await opened(t, { states: LIVE });
  await merge(storage, { polls: ['a', 'b', 'c', 'd'].map((id) => [id, T, true]), zones: [['c', 'Asia/Tokyo']] });
  const page = (await ask('GET', '?limit=3')).json<{
    items: Json[];
    next_cursor: string;
    total: number;
    as_of: string;
  }>();
  assert.deepEqual(
    page.items.map(({ store_id }) => store_id),
    ['c', 'd', 'a'],
  );
  assert.deepEqual(page.items[0]?.last_poll, {
    at: { utc: '2023-01-22T11:59:59.999Z', local: '2023-01-22T20:59:59.999+09:00' },
    status: 'inactive',
    reason: { code: 'closed_by_store', detail: 'PAUSED' },
  });
  assert.deepEqual(page.items[0]?.offline_since, {
    utc: '2023-01-22T10:00:00.000Z',
    local: '2023-01-22T19:00:00.000+09:00',
  });
  assert.deepEqual([page.items[2]?.offline_since, page.items[1]?.began_earlier], [null, true]);
  assert.deepEqual([page.total, page.as_of], [4, '2023-01-22T12:00:00.000Z']);
  const rest = (await ask('GET', `?limit=3&cursor=${page.next_cursor}`)).json<{ items: Json[]; next_cursor: null }>();
  assert.deepEqual([rest.items.map(({ store_id }) => store_id), rest.next_cursor], [['b'], null]);
  const earlier = (await ask('GET', '?as_of=2023-01-01T00:00:00Z&limit=1')).json<{ as_of: string }>();
  assert.equal(earlier.as_of, '2023-01-01T00:00:00.000Z');
  const latest = (await ask('GET', '?as_of=latest')).json<{ as_of: string }>();
  assert.equal(latest.as_of, '2023-01-22T11:59:59.999Z');
});

test('a list takes its filters from the query, alone and together', async (t) => {
  const { ask, storage } = await opened(t, { states: LIVE });
  await merge(storage, { polls: ['a', 'b'].map((id) => [id, T, true]), zones: [['c', 'Asia/Tokyo']] });
  await ask('PATCH', '/a', { name: 'Anna & Co', labels: { city: 'Köln: Süd', brand: 'x' } });
  const ids = async (query: string) =>
    (await ask('GET', `?${query}`))
      .json<{ items: { store_id: string }[] }>()
      .items.map(({ store_id }) => store_id)
      .join('');
  assert.equal(await ids(`search=${encodeURIComponent('anna & co')}`), 'a');
  assert.equal(await ids(`label=${encodeURIComponent('city:Köln: Süd')}&label=brand:x`), 'a');
  assert.equal(await ids('label=brand:y'), '');
  assert.equal(await ids('zone=asia/tokyo'), 'c');
  assert.equal(await ids('state=offline'), 'c');
  assert.equal(await ids('state=offline&state=closed&sort=id'), 'abc');
});

test('a list rejects an invalid query', async (t) => {
  const { ask } = await opened(t);
  for (const query of [
    'sort=size',
    'state=open',
    'label=city',
    'limit=0',
    'limit=501',
    'limit=x',
    'as_of=now',
    'cursor=eHh4',
    'page=2',
    'zone=a&zone=b',
  ]) {
    const answer = await ask('GET', `?${query}`);
    assert.equal(answer.statusCode, 400, `${query}: ${answer.body}`);
  }
});

test('a cursor is invalid in another order', async (t) => {
  const { ask, storage } = await opened(t);
  await merge(storage, { polls: ['a', 'b'].map((id) => [id, T, true]) });
  const { next_cursor } = (await ask('GET', '?limit=1&sort=id')).json<{ next_cursor: string }>();
  assert.equal((await ask('GET', `?limit=1&sort=id&cursor=${next_cursor}`)).statusCode, 200);
  const other = await ask('GET', `?limit=1&cursor=${next_cursor}`);
  assert.deepEqual([other.statusCode, /cursor belongs to another list/.test(other.body)], [400, true]);
});

test('owners see only their own stores, and not the number of others', async (t) => {
  const { ask, storage } = await opened(t, { authenticator: FAKE_USERS });
  await merge(storage, { polls: ['mine', 'mine too', 'other'].map((id) => [id, T, true]) });
  const list = async (who: string) =>
    (await ask('GET', '?sort=id', undefined, as(who))).json<{ items: Json[]; total: number }>();
  assert.deepEqual(
    (await list('owner')).items.map(({ store_id }) => store_id),
    ['mine', 'mine too'],
  );
  assert.equal((await list('owner')).total, 2);
  assert.equal((await list('stranger')).total, 0);
  assert.equal((await list('operator')).total, 3);
  const nobody = await ask('GET', '/no%20such', undefined, as('owner'));
  const others = await ask('GET', '/other', undefined, as('owner'));
  assert.deepEqual([others.statusCode, others.body.replace('other', 'no such')], [404, nobody.body]);
  assert.equal((await ask('GET', '/other/polls', undefined, as('owner'))).statusCode, 404);
  assert.equal((await ask('PATCH', '/other', { name: 'x' }, as('owner'))).statusCode, 404);
  assert.equal((await ask('DELETE', '/other', undefined, as('owner'))).statusCode, 404);
});

test('owners can only change hours', async (t) => {
  const { ask, storage } = await opened(t, { authenticator: FAKE_USERS });
  await merge(storage, { polls: [['mine', T, true]] });
  for (const answer of [
    await ask('PATCH', '/mine', { name: 'x' }, as('owner')),
    await ask('PATCH', '/mine', { zone: 'UTC' }, as('owner')),
    await ask('DELETE', '/mine', undefined, as('owner')),
    await ask('POST', '', { store_id: 'new' }, as('owner')),
  ]) {
    assert.equal(answer.statusCode, 403, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, /owners may change the hours of their stores, but cannot/);
  }
  assert.equal((await ask('PATCH', '/mine', { name: 'x' }, as('operator'))).statusCode, 200);
});
