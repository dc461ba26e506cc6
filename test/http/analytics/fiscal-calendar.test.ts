import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Noon in Chicago on the third day of the fiscal year 2024 of the NRF. */
const NOW = Date.parse('2024-02-06T18:00:00Z');

const NRF = {
  pattern: '4-5-4',
  years: [{ year: 2022, first_day: '2022-01-30' }],
  year_end: { rule: 'nearest', weekday: 'saturday', month: 1 },
};

type Json = Record<string, unknown>;

/**
 * A store that is open from 10:00 to 14:00 in Chicago and polled every day at noon: down in the 53rd week of 2023, which
 * begins on Sunday, January 28, and on the first day of 2023.
 */
async function opened(t: TestContext) {
  const server = await testServer(t, { now: () => NOW, authenticator: FAKE_USERS });
  const days = Array.from({ length: 750 }, (_, i) => NOW - i * DAY);
  await merge(server.storage, {
    stores: [{ id: 'mine', zone: 'Etc/GMT+6', labels: {} }],
    hours: [0, 1, 2, 3, 4, 5, 6].map((day) => ['mine', day, 10 * HOUR, 14 * HOUR] as const),
    polls: days.map((at): [string, number, boolean] => [
      'mine',
      at,
      !(at > Date.parse('2024-01-28') && at < Date.parse('2024-02-04')) &&
        new Date(at).toISOString().slice(0, 10) !== '2023-01-29',
    ]),
  });
  const call = (user: string, method: 'GET' | 'PUT' | 'DELETE', payload?: Json, headers: Record<string, string> = {}) =>
    server.app.inject({
      ...{ method, url: '/api/v1/fiscal-calendar', headers: { ...as(user), ...headers } },
      ...(payload && { payload }),
    });
  const ask = (query: Record<string, string>) =>
    server.app.inject({ url: `/api/v1/analytics?${new URLSearchParams(query)}`, headers: as('owner') });
  const rows = async (query: Record<string, string>) => {
    const answer = await ask(query);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ rows: Json[]; compare?: Json; period: Json }>();
  };
  const refused = async (query: Record<string, string>, message: RegExp) => {
    const answer = await ask(query);
    assert.equal(answer.statusCode, 400, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  };
  return { ...server, call, ask, rows, refused };
}

test('admins set the fiscal calendar, which everybody sees with its years, and delete it', async (t) => {
  const { call, storage } = await opened(t);
  assert.equal((await call('owner', 'GET')).statusCode, 404);
  assert.equal((await call('operator', 'PUT', NRF)).statusCode, 403);
  const set = await call('admin', 'PUT', NRF);
  assert.equal(set.statusCode, 200, set.body);
  const seen = await call('owner', 'GET');
  assert.deepEqual(seen.json(), set.json());
  assert.equal(seen.headers.etag, set.headers.etag);
  const { fiscal_years: years, ...rest } = seen.json<{ fiscal_years: { name: string; periods: Json[] }[] }>();
  assert.deepEqual(rest, {
    ...{ ...NRF, years: [{ ...NRF.years[0], weeks: 52 }], long_period: 12 },
    ...{ author: 'admin', changed_at: new Date(NOW).toISOString() },
  });
  assert.deepEqual(years.map(({ name }) => name).join(), 'FY2019,FY2020,FY2021,FY2022,FY2023,FY2024,FY2025,FY2026');
  assert.deepEqual(years[4]?.periods[11], { name: 'FY2023-P12', first_day: '2023-12-31', weeks: 5 });
  // A response can be sent back as it is.
  const again = await call('admin', 'PUT', { ...seen.json<Json>(), long_period: 1 }, { 'if-match': '"1"' });
  assert.equal(again.statusCode, 200, again.body);
  assert.equal((await call('admin', 'PUT', NRF, { 'if-match': '"1"' })).statusCode, 412);
  assert.equal((await call('operator', 'DELETE')).statusCode, 403);
  assert.equal((await call('admin', 'DELETE')).statusCode, 204);
  assert.equal((await call('admin', 'DELETE')).statusCode, 404);
  assert.equal((await call('owner', 'GET')).statusCode, 404);
  const later = await call('admin', 'PUT', NRF, { 'if-match': '"3"' });
  assert.match(String(later.headers.etag), /^"4-/, 'versions do not repeat');
  const audit = await storage.accounts.audit({}, undefined, 10);
  assert.equal(audit.filter(({ subjectId }) => subjectId === 'fiscal_calendar').length, 4);
});

test('a calendar that does not add up is refused at its fields', async (t) => {
  const { call } = await opened(t);
  const years = [NRF.years[0], { year: 2023, first_day: '2023-02-05' }];
  const answer = await call('admin', 'PUT', { pattern: '4-5-4', years, long_period: 13 });
  assert.equal(answer.statusCode, 400, answer.body);
  const { errors } = answer.json<{ errors: { field: string }[] }>();
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['years.1.first_day', 'long_period'],
  );
});

test('fiscal weeks and periods by the local dates of a store', async (t) => {
  const { call, rows, refused } = await opened(t);
  await refused({ period: 'FY2023-P12' }, /^period is "FY2023-P12", expected a fiscal calendar, and none is set$/);
  await refused({ period: '2024-01', by: 'fiscal_week' }, /^by is "fiscal_week", expected a fiscal calendar, and none/);
  await call('admin', 'PUT', NRF);
  const { period, rows: weeks } = await rows({ period: 'FY2023-P12', by: 'fiscal_week' });
  assert.deepEqual([period.from, period.to, period.complete], ['2023-12-31', '2024-02-04', true]);
  const figures = ({ fiscal_week: week, open_seconds: open, down_seconds: down }: Json) => [week, open, down];
  const open = 7 * 4 * 3_600;
  assert.deepEqual(weeks.map(figures), [
    ...['FY2023-W49', 'FY2023-W50', 'FY2023-W51', 'FY2023-W52'].map((week) => [week, open, 0]),
    ['FY2023-W53', open, open],
  ]);
  const months = await rows({ from: '2023-12-01', to: '2024-02-06', by: 'fiscal_period' });
  assert.deepEqual(
    months.rows.map(({ fiscal_period: name, open_seconds }) => [name, Number(open_seconds) / 4 / 3_600]),
    [
      ['FY2023-P11', 30],
      ['FY2023-P12', 35],
      ['FY2024-P01', 2],
    ],
  );
});

test('a year ago, weeks are compared with those of the same number, and a 53rd one with the first of its year', async (t) => {
  const { call, rows, refused } = await opened(t);
  await call('admin', 'PUT', NRF);
  const compared = async (query: Record<string, string>) => {
    const { compare, rows: all } = await rows({ compare: 'year_ago', ...query });
    const days = (figures: unknown, name: string) => Number((figures as Json)[name]) / 4 / 3_600;
    return [
      `${compare?.from} ${compare?.to}`,
      all.map(({ compared: other }) =>
        other === null ? null : [days(other, 'open_seconds'), days(other, 'down_seconds')],
      ),
    ];
  };
  assert.deepEqual(await compared({ period: 'FY2023-W53' }), ['2023-01-29 2023-02-05', [[7, 1]]]);
  assert.deepEqual(await compared({ period: 'FY2023-P12', by: 'fiscal_period' }), ['2023-01-01 2023-02-05', [[35, 1]]]);
  // Two and a half days of the first week are over.
  assert.deepEqual(await compared({ period: 'this-fiscal-period' }), ['2023-01-29 2023-02-26', [[2.5, 1]]]);
  assert.deepEqual(await compared({ from: '2024-01-28', to: '2024-02-06', by: 'fiscal_week' }), [
    '2023-01-29 2023-01-31',
    [null, [2, 1]],
  ]);
  const previous = await compared({ period: 'FY2023-Q4', compare: 'previous', by: 'fiscal_period' });
  assert.deepEqual(previous, [
    '2023-07-30 2023-10-29',
    [
      [28, 0],
      [35, 0],
      [28, 0],
    ],
  ]);
  await call('admin', 'PUT', { pattern: '4-5-4', years: [{ year: 2023, first_day: '2023-01-29', weeks: 53 }] });
  await refused(
    { period: 'FY2023-P03', compare: 'year_ago' },
    /^compare is "year_ago" beside 2023-04-02 to 2023-04-30, expected a period that has one to compare with in the fiscal/,
  );
  await refused({ period: 'FY2023-P01', compare: 'previous' }, /^compare is "previous" beside 2023-01-29 to/);
  await refused(
    { period: '2024-01', by: 'fiscal_week', from: '' },
    /period is "2024-01" beside from, expected either period/,
  );
  await refused(
    { period: '2023-01', by: 'fiscal_week' },
    /^period is "2023-01" beside by "fiscal_week", expected a period in the fiscal calendar, which has FY2023 \(from/,
  );
});
