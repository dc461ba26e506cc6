import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServerParts } from '../../../src/compose.ts';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

/** A Tuesday, 03:30 in Chicago. */
const NOW = Date.parse('2026-11-24T09:30:00Z');
const T = Date.parse('2023-01-22T12:00:00Z');

type Json = Record<string, unknown>;
interface Version {
  readonly effective_from: { utc: string; local: string } | null;
  readonly effective_until: { utc: string; local: string } | null;
  readonly hours: unknown;
}

async function opened(t: TestContext, parts: ServerParts = {}) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, ...parts });
  await merge(server.storage, { polls: ['mine', 'other'].map((id) => [id, T, true]) });
  const ask = (method: 'GET' | 'PUT' | 'DELETE', path: string, body?: Json, headers: Json = {}) =>
    server.app.inject({
      method,
      url: `/api/v1/stores/${path}`,
      headers: headers as Record<string, string>,
      ...(body !== undefined && { payload: body }),
    });
  const versions = async () =>
    (await ask('GET', 'mine/hours', undefined, parts.authenticator ? as('operator') : {})).json<{
      versions: Version[];
    }>().versions;
  return { ...server, ask, clock, versions };
}

const LUNCH = { day: 0, start: '11:30', end: '14:00' };
const DINNER = { day: 6, start: '18:00', end: '01:00' };

test('a store without hours is always open', async (t) => {
  const { versions } = await opened(t);
  assert.deepEqual(await versions(), [{ effective_from: null, effective_until: null, hours: 'always' }]);
});

test('the first hours apply to all time before, later ones from now on or from the given instant', async (t) => {
  const { ask, clock, versions } = await opened(t);
  const first = await ask('PUT', 'mine/hours', { hours: [LUNCH, DINNER] });
  assert.equal(first.statusCode, 200);
  assert.deepEqual(first.json<{ versions: Version[] }>().versions, [
    { effective_from: null, effective_until: null, hours: [LUNCH, DINNER] },
  ]);
  const now = { utc: '2026-11-24T09:30:00.000Z', local: '2026-11-24T03:30:00.000-06:00' };
  const midnight = { utc: '2026-11-25T06:00:00.000Z', local: '2026-11-25T00:00:00.000-06:00' };
  const june = { utc: '2027-06-01T12:00:00.000Z', local: '2027-06-01T07:00:00.000-05:00' };
  await ask('PUT', 'mine/hours', { hours: [] });
  clock.now += 1_000;
  await ask('PUT', 'mine/hours', { hours: 'always', effective_from: '2026-11-25' });
  const last = await ask('PUT', 'mine/hours', { hours: [LUNCH], effective_from: '2027-06-01T07:00:00-05:00' });
  const expected = [
    { effective_from: null, effective_until: now, hours: [LUNCH, DINNER] },
    { effective_from: now, effective_until: midnight, hours: [] },
    { effective_from: midnight, effective_until: june, hours: 'always' },
    { effective_from: june, effective_until: null, hours: [LUNCH] },
  ];
  assert.deepEqual(last.json<{ versions: Version[] }>().versions, expected);
  assert.deepEqual(await versions(), expected);
});

test('a date begins in the zone in force on it', async (t) => {
  const { ask, versions, app } = await opened(t);
  await app.inject({ method: 'PATCH', url: '/api/v1/stores/mine', payload: { zone: 'Asia/Tokyo' } });
  await ask('PUT', 'mine/hours', { hours: [LUNCH], effective_from: '2026-11-26' });
  assert.equal((await versions())[1]?.effective_from?.utc, '2026-11-25T15:00:00.000Z');
});

test('times of day are kept to the millisecond and formatted as short as possible', async (t) => {
  const { ask } = await opened(t);
  const hours = [
    { day: 0, start: '00:00', end: '24:00' },
    { day: 1, start: '09:05:07', end: '23:59:59.999' },
  ];
  const set = await ask('PUT', 'mine/hours', { hours });
  assert.deepEqual(set.json<{ versions: Version[] }>().versions[0]?.hours, hours);
  const spelled = await ask('PUT', 'mine/hours', { hours: [{ day: 1, start: '09:05:00', end: '10:00:00.000' }] });
  assert.deepEqual(spelled.json<{ versions: Version[] }>().versions.at(-1)?.hours, [
    { day: 1, start: '09:05', end: '10:00' },
  ]);
});

test('times of day are accepted in common spellings, for the week and for one date', async (t) => {
  const { ask } = await opened(t);
  const spelled = [
    ['9:00', '5:30 PM'],
    ['9am', '5:30\u202fp.m.'],
    ['9.00.00', '1730'],
    ['0900', ' 17:30:00.000 '],
    ['09:00 a.m.', '17.30.00'],
  ];
  for (const [start, end] of spelled) {
    const week = await ask('PUT', 'mine/hours', { hours: [{ day: 1, start, end }] });
    assert.equal(week.statusCode, 200, week.body);
    const hours = week.json<{ versions: Version[] }>().versions.at(-1)?.hours;
    assert.deepEqual(hours, [{ day: 1, start: '09:00', end: '17:30' }]);
    const date = await ask('PUT', 'mine/special-hours/2026-12-24', { hours: [{ start, end }] });
    assert.deepEqual(date.json<{ hours: Json }>().hours, [{ start: '09:00', end: '17:30' }]);
  }
  const night = await ask('PUT', 'mine/hours', { hours: [{ day: 1, start: '12 pm', end: '12:00 am' }] });
  assert.deepEqual(night.json<{ versions: Version[] }>().versions.at(-1)?.hours, [
    { day: 1, start: '12:00', end: '00:00' },
  ]);
});

const BAD: readonly (readonly [Json, string, RegExp])[] = [
  [
    { hours: [{ ...LUNCH, start: '24:00' }] },
    'hours.0.start',
    /hours.0.start is "24:00", expected a time of day such as/,
  ],
  [
    { hours: [LUNCH, { ...LUNCH, end: '24:01' }] },
    'hours.1.end',
    /hours.1.end is "24:01", expected a time of day from/,
  ],
  [{ hours: [{ ...LUNCH, end: '12:60' }] }, 'hours.0.end', /"12:60"/],
  [{ hours: [{ ...LUNCH, end: '900' }] }, 'hours.0.end', /"900"/],
  [{ hours: [{ ...LUNCH, end: '13:00 PM' }] }, 'hours.0.end', /"13:00 PM"/],
  [
    { hours: [], effective_from: 'tomorrow' },
    'effective_from',
    /effective_from is "tomorrow", expected an instant such as/,
  ],
  [{ hours: [], effective_from: '2026-02-29' }, 'effective_from', /"2026-02-29"/],
  [{ hours: [], effective_from: '2026-11-25T00:00' }, 'effective_from', /expected an instant/],
];
test('hours with invalid times are rejected, and the error names the field', async (t) => {
  const { ask, versions } = await opened(t);
  for (const [body, field, detail] of BAD) {
    const answer = await ask('PUT', 'mine/hours', body);
    const problem = answer.json<{ detail: string; errors: { field: string }[] }>();
    assert.deepEqual([answer.statusCode, problem.errors[0]?.field], [400, field]);
    assert.match(problem.detail, detail);
    assert.equal((await versions()).length, 1);
  }
});

test('hours that are not a week are rejected', async (t) => {
  const { ask } = await opened(t);
  for (const body of [
    {},
    { hours: 'never' },
    { hours: [{ day: 7, start: '09:00', end: '10:00' }] },
    { hours: [{ day: 0, start: 9, end: 17 }] },
    { hours: [{ ...LUNCH, closed: true }] },
    { hours: new Array(169).fill(LUNCH) },
  ]) {
    assert.equal((await ask('PUT', 'mine/hours', body)).statusCode, 400);
  }
});

test('new hours change the version of their store, and hours based on an older version are rejected', async (t) => {
  const { ask } = await opened(t);
  const versionOf = ({ headers }: { headers: Record<string, unknown> }) => /^"(\d+)-/.exec(String(headers.etag))?.[1];
  const read = await ask('GET', 'mine');
  const { etag } = read.headers;
  assert.equal(versionOf(await ask('GET', 'mine/hours')), versionOf(read));
  const set = await ask('PUT', 'mine/hours', { hours: [LUNCH] }, { 'if-match': etag });
  assert.notEqual(versionOf(set), versionOf(read));
  assert.equal(versionOf(await ask('GET', 'mine')), versionOf(set));
  assert.equal((await ask('PUT', 'mine/hours', { hours: [] }, { 'if-match': etag })).statusCode, 412);
  assert.equal((await ask('PUT', 'mine/hours', { hours: [LUNCH] })).headers.etag, set.headers.etag, 'nothing is new');
  const special = await ask('PUT', 'mine/special-hours/2026-12-24', { closed: true }, { 'if-match': etag });
  assert.equal(special.statusCode, 412);
});

test('planned hours can be withdrawn, and those in effect cannot', async (t) => {
  const { ask, clock, versions, app } = await opened(t);
  await ask('PUT', 'mine/hours', { hours: [LUNCH] });
  await ask('PUT', 'mine/hours', { hours: [DINNER], effective_from: '2026-11-25' });
  await ask('PUT', 'mine/hours', { hours: [], effective_from: '2026-12-01T07:00:00-06:00' });
  const withdraw = (from: string, headers: Json = {}) =>
    ask('DELETE', `mine/hours/${encodeURIComponent(from)}`, undefined, headers);
  const { etag } = (await ask('GET', 'mine/hours')).headers;

  const unknown = await withdraw('2026-11-26');
  assert.deepEqual(
    [unknown.statusCode, unknown.json<Json>().detail],
    [404, 'the store "mine" has no hours that begin at 2026-11-26'],
  );
  const invalid = await withdraw('soon');
  assert.deepEqual([invalid.statusCode, invalid.json<{ errors: Json[] }>().errors[0]?.field], [400, 'effective_from']);
  assert.equal((await withdraw('2026-11-25', { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await ask('GET', 'mine/hours')).headers.etag, etag, 'nothing was changed');

  // As a date, and as an instant in any spelling.
  const first = await withdraw('2026-11-25', { 'if-match': etag });
  assert.deepEqual([first.statusCode, first.body], [204, '']);
  assert.equal(versionOf((await ask('GET', 'mine/hours')).headers.etag), versionOf(first.headers.etag));
  assert.deepEqual(
    (await versions()).map(({ hours, effective_until }) => [hours, effective_until?.utc]),
    [
      [[LUNCH], '2026-12-01T13:00:00.000Z'],
      [[], undefined],
    ],
  );
  clock.now += 1_000;
  assert.equal((await withdraw('2026-12-01T13:00:00.000Z')).statusCode, 204);
  assert.deepEqual(await versions(), [{ effective_from: null, effective_until: null, hours: [LUNCH] }]);

  await ask('PUT', 'mine/hours', { hours: [], effective_from: '2026-11-25' });
  clock.now = Date.parse('2026-11-25T06:00:00Z');
  const late = await withdraw('2026-11-25');
  assert.equal(late.statusCode, 409);
  assert.match(late.body, /are in effect already; only planned ones can be withdrawn/);
  const { items } = (await app.inject('/api/v1/audit?action=store.hours_withdrawn')).json<{ items: Json[] }>();
  assert.deepEqual(
    items.map(({ subject_id, detail }) => [subject_id, (detail as Json).effective_from]),
    [
      ['mine', '2026-12-01T13:00:00.000Z'],
      ['mine', '2026-11-25'],
    ],
  );
});

test('rows that overlap are refused, and the error names both', async (t) => {
  const { ask, versions } = await opened(t);
  const late = { day: 0, start: '13:00', end: '15:00' };
  const week = await ask('PUT', 'mine/hours', { hours: [LUNCH, { ...LUNCH, day: 1 }, late] });
  assert.equal(week.statusCode, 400);
  const problem = week.json<{ detail: string; errors: unknown }>();
  assert.equal(problem.detail, 'hours.2 (Monday 13:00–15:00) overlaps hours.0 (Monday 11:30–14:00)');
  assert.deepEqual(problem.errors, [
    { in: 'body', field: 'hours.0', message: 'overlaps Monday 13:00–15:00' },
    { in: 'body', field: 'hours.2', message: 'overlaps Monday 11:30–14:00' },
  ]);
  const night = await ask('PUT', 'mine/hours', { hours: [DINNER, { ...LUNCH, start: '00:30' }] });
  assert.match(night.body, /hours\.1 \(Monday 00:30–14:00\) overlaps hours\.0 \(Sunday 18:00–01:00\)/);
  const many = await ask('PUT', 'mine/hours', { hours: new Array(168).fill(LUNCH) });
  assert.equal(many.json<{ errors: unknown[] }>().errors.length, 20);
  assert.equal((await versions()).length, 1);
  const hours = [
    { start: '10:00', end: '14:00' },
    { start: '13:59', end: '20:00' },
  ];
  const date = await ask('PUT', 'mine/special-hours/2026-12-24', { hours });
  assert.equal(date.json<{ detail: string }>().detail, 'hours.1 (13:59–20:00) overlaps hours.0 (10:00–14:00)');
  assert.equal(
    (await ask('PUT', 'mine/hours', { hours: [LUNCH, { ...LUNCH, start: '14:00', end: '15:00' }] })).statusCode,
    200,
  );
});

test('special hours are set, replaced, listed by date and deleted', async (t) => {
  const { ask } = await opened(t);
  const opening = { start: '10:00', end: '14:00' };
  const closed = { date: '2026-12-25', closed: true, hours: [] };
  const short = { date: '2026-12-24', closed: false, hours: [opening] };
  assert.deepEqual((await ask('PUT', 'mine/special-hours/2026-12-25', { closed: true })).json(), closed);
  assert.deepEqual((await ask('PUT', 'mine/special-hours/2026-12-24', { closed: true })).json<Json>().closed, true);
  assert.deepEqual((await ask('PUT', 'mine/special-hours/2026-12-24', { hours: [opening] })).json(), short);
  await ask('PUT', 'mine/special-hours/2027-01-01', {
    closed: false,
    hours: [opening, { start: '20:00', end: '02:00' }],
  });
  const list = async (query: string) =>
    (await ask('GET', `mine/special-hours${query}`)).json<{ items: Json[]; next_cursor: string | null }>();
  assert.deepEqual((await list('?to=2026-12-31')).items, [short, closed]);
  assert.deepEqual(
    (await list('?from=2026-12-25')).items.map(({ date }) => date),
    ['2026-12-25', '2027-01-01'],
  );
  const page = await list('?limit=2');
  assert.deepEqual(
    (await list(`?limit=2&cursor=${page.next_cursor}`)).items.map(({ date }) => date),
    ['2027-01-01'],
  );
  assert.equal((await ask('DELETE', 'mine/special-hours/2026-12-24')).statusCode, 204);
  const gone = await ask('DELETE', 'mine/special-hours/2026-12-24');
  assert.deepEqual(
    [gone.statusCode, gone.json<Json>().detail],
    [404, 'the store "mine" has no special hours on 2026-12-24'],
  );
  assert.deepEqual((await list('')).items.length, 2);
});

test('special hours with an invalid date or invalid hours are rejected', async (t) => {
  const { ask } = await opened(t);
  for (const [path, body] of [
    ['2026-02-30', { closed: true }],
    ['2026-2-3', { closed: true }],
    ['0000-01-01', { closed: true }],
    ['tomorrow', { closed: true }],
    ['2026-12-24', {}],
    ['2026-12-24', { closed: false }],
    ['2026-12-24', { closed: true, hours: [{ start: '10:00', end: '11:00' }] }],
    ['2026-12-24', { hours: [] }],
    ['2026-12-24', { hours: [{ start: '10:00', end: 'late' }] }],
  ] as const) {
    const answer = await ask('PUT', `mine/special-hours/${path}`, body);
    assert.equal(answer.statusCode, 400, `${path} ${JSON.stringify(body)}: ${answer.body}`);
  }
});

test('owners can only change hours from now on', async (t) => {
  const { ask, versions } = await opened(t, { authenticator: FAKE_USERS });
  const put = (body: Json) => ask('PUT', 'mine/hours', body, as('owner'));
  for (const effective_from of ['2026-11-24', '2026-11-24T09:29:59.999Z', '2020-01-01']) {
    const past = await put({ hours: [], effective_from });
    assert.deepEqual([past.statusCode, /owners change hours from now on/.test(past.body)], [403, true]);
  }
  assert.equal((await put({ hours: [LUNCH] })).statusCode, 200);
  const [before, now] = await versions();
  assert.deepEqual([before?.hours, now?.effective_from?.utc], ['always', '2026-11-24T09:30:00.000Z']);
  assert.equal((await put({ hours: [], effective_from: '2026-11-25' })).statusCode, 200);
  assert.equal(
    (await ask('PUT', 'mine/hours', { hours: [], effective_from: '2020-01-01' }, as('operator'))).statusCode,
    200,
  );
});

test('owners can only set special hours for dates that have not started at the store', async (t) => {
  const { ask, clock } = await opened(t, { authenticator: FAKE_USERS });
  const put = async (date: string) =>
    (await ask('PUT', `mine/special-hours/${date}`, { closed: true }, as('owner'))).statusCode;
  assert.deepEqual([await put('2026-11-23'), await put('2026-11-24'), await put('2026-11-25')], [403, 403, 200]);
  // 23:59 in Chicago; in UTC the next date has started.
  clock.now = Date.parse('2026-11-26T05:59:59Z');
  assert.deepEqual([await put('2026-11-25'), await put('2026-11-26')], [403, 200]);
  const remove = async (date: string) =>
    (await ask('DELETE', `mine/special-hours/${date}`, undefined, as('owner'))).statusCode;
  assert.deepEqual([await remove('2026-11-25'), await remove('2026-11-26')], [403, 204]);
});

test("the hours of other owners' stores are not found", async (t) => {
  const { ask } = await opened(t, { authenticator: FAKE_USERS });
  for (const [method, path, body] of [
    ['GET', 'other/hours', undefined],
    ['PUT', 'other/hours', { hours: [] }],
    ['GET', 'other/special-hours', undefined],
    ['PUT', 'other/special-hours/2026-12-24', { closed: true }],
    ['DELETE', 'other/special-hours/2026-12-24', undefined],
    ['DELETE', 'other/hours/2026-12-24', undefined],
  ] as const) {
    const answer = await ask(method, path, body, as('owner'));
    const unknown = await ask(method, path.replace('other', 'unknown'), body, as('owner'));
    assert.deepEqual([answer.statusCode, answer.body.replace('other', 'unknown')], [404, unknown.body]);
  }
});

test('a change of hours at noon changes the report only from then on', async (t) => {
  const { ask, app, storage, finished } = await opened(t);
  const at = (hour: number) => Date.parse('2026-11-24T00:00:00Z') + hour * 3_600_000;
  await merge(storage, {
    zones: [['mine', 'UTC']],
    polls: Array.from({ length: 24 }, (_, i) => ['mine', at(i), true]),
  });
  const reportAt = async (as_of: string) => {
    const { report_id } = (await app.inject({ method: 'POST', url: '/trigger_report', payload: { as_of } })).json<{
      report_id: string;
    }>();
    return (await finished(report_id)).body.split('\n').find((line) => line.startsWith('mine,'));
  };
  const before = await reportAt('2026-11-24T09:00:00Z');
  await ask('PUT', 'mine/hours', { hours: [], effective_from: '2026-11-24T12:00:00Z' });
  assert.equal(await reportAt('2026-11-24T09:00:00Z'), before);
  // Open 24 hours until noon, then closed: no open time in the last hour, twelve hours in the last day.
  const [, hour, day] = (await reportAt('2026-11-25T00:00:00Z'))?.split(',') ?? [];
  assert.deepEqual([hour, day], ['0.00', '12.00']);
});

test('a week with one error reports only that error', async (t) => {
  const { ask } = await opened(t);
  const answer = await ask('PUT', 'mine/hours', { hours: [LUNCH, { ...LUNCH, day: 9 }] });
  assert.equal(answer.statusCode, 400);
  assert.deepEqual(answer.json<{ errors: unknown }>().errors, [
    { in: 'body', field: 'hours.1.day', message: 'is 9, expected a whole number from 0 to 6' },
  ]);
});

/** The version in an `ETag`; the rest of it depends on the body. */
function versionOf(etag: unknown): string | undefined {
  return /^"(\d+)/.exec(String(etag))?.[1];
}
