import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { zoneRelease } from '../../../src/calendar/tzdb.ts';
import { VERSION } from '../../../src/lib/version.ts';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';
import { unzip } from '../../support/unzip.ts';

/** Midnight in Chicago: November 23 is over in the Americas and in Tokyo. */
const NOW = Date.parse('2026-11-24T06:00:00Z');
const HOUR = 3_600_000;
const MINUTE = 60_000;

const NOON = Date.parse('2026-11-23T18:00:00Z');
const everyDay = (id: string) => [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, 10 * HOUR, 14 * HOUR] as const);

/** Two stores of the owner, one of the stranger, and one that nobody owns and nobody polled. */
async function opened(t: TestContext) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  await merge(server.storage, {
    stores: [
      { id: 'mine', zone: 'America/Chicago', labels: { brand: 'Bella', region: 'north' } },
      { id: 'mine too', zone: 'Asia/Tokyo', labels: { Region: 'far' } },
      { id: 'elsewhere', zone: 'America/Chicago', labels: { brand: 'Bella', region: '=south' } },
      { id: 'nobody', zone: 'America/Chicago', labels: { brand: 'Corte' } },
    ],
    hours: [...everyDay('mine'), ...everyDay('elsewhere')],
    polls: [
      ['mine', NOON - 90 * MINUTE, true],
      ['mine', NOON - 30 * MINUTE, false],
      ['mine', NOON + 30 * MINUTE, true],
      ['elsewhere', NOON, false],
      ['mine too', NOON - 18 * HOUR, true],
      ['elsewhere', NOW, true],
    ],
  });
  const ask = (user: string, query: Record<string, string | string[]>) => {
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    );
    return server.app.inject({ url: `/api/v1/analytics?${search}`, headers: as(user) });
  };
  const answered = async (user: string, query: Record<string, string | string[]>) => {
    const answer = await ask(user, query);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<
      { period: Record<string, unknown>; rows: Record<string, unknown>[] } & Record<string, unknown>
    >();
  };
  const refused = async (user: string, query: Record<string, string | string[]>, status: number, message: RegExp) => {
    const answer = await ask(user, query);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  };
  const plan = async () => {
    const answer = await server.app.inject({
      ...{ method: 'POST', url: '/api/v1/adjustments', headers: as('operator') },
      payload: { store_ids: ['mine'], from: '2026-11-23T17:00:00Z', to: '2026-11-23T17:30:00Z', reason: 'Oven' },
    });
    assert.equal(answer.statusCode, 201, answer.body);
  };
  return { ...server, clock, ask, answered, refused, plan };
}

const DAY = { period: '2026-11-23' };

/** Some figures of a row, in minutes. */
function minutesOf(row: Record<string, unknown> | undefined) {
  const minutes = (name: string) => Number(row?.[`${name}_seconds`]) / 60;
  return ['open', 'up', 'down', 'unknown', 'planned', 'adjusted_up', 'adjusted_down'].map(minutes);
}

test('the figures of a day by brand, as they are worked out by hand', async (t) => {
  const { answered, plan } = await opened(t);
  await plan();
  const { rows, ...about } = await answered('operator', { ...DAY, group_by: 'brand' });
  const at = new Date(NOW).toISOString();
  assert.deepEqual(about, {
    ...{ as_of: at, known_at: at, tz_version: zoneRelease().version, program_version: VERSION },
    period: { name: '2026-11-23', from: '2026-11-23', to: '2026-11-24', time_zone: null, complete: true },
    ...{ by: 'total', group_by: ['brand'], estimator: 'nearest', stores: 4 },
  });
  assert.deepEqual(
    rows.map(({ group, stores }) => [group, stores]),
    [
      [{}, 4],
      [{ brand: 'Bella' }, 2],
      [{ brand: 'Corte' }, 1],
      [{ brand: null }, 1],
    ],
  );
  assert.deepEqual(rows.map(minutesOf), [
    // Without hours, a store is always open.
    [480 + 1_440 + 1_440, 180 + 1_440, 300, 1_440, 30, 180 + 1_440, 270],
    [480, 180, 300, 0, 30, 180, 270],
    [1_440, 0, 0, 1_440, 0, 0, 0],
    [1_440, 1_440, 0, 0, 0, 1_440, 0],
  ]);
  const [, bella, corte] = rows;
  assert.deepEqual([bella?.uptime_ratio, bella?.adjusted_uptime_ratio], [180 / 480, 180 / 450]);
  assert.deepEqual([bella?.outages, bella?.polls], [2, 4]);
  // 17:00 to 18:00 in one store, 16:00 to 20:00 in the other, which was polled at 18:00.
  assert.deepEqual([bella?.mean_outage_seconds, bella?.longest_outage_seconds], [150 * 60, 240 * 60]);
  assert.equal(bella?.longest_unobserved_seconds, 120 * 60);
  // From the first polls, at 16:30 and 18:00, until an hour after the last ones.
  assert.deepEqual([bella?.covered_seconds, bella?.coverage_ratio], [240 * 60, 0.5]);
  assert.deepEqual([corte?.uptime_ratio, corte?.mean_outage_seconds, corte?.polls], [null, null, 0]);
  assert.equal(corte?.coverage_ratio, 0);
});

test('the same instants give the same figures after downtime was planned', async (t) => {
  const { answered, plan, clock } = await opened(t);
  const { as_of, known_at, rows } = await answered('operator', DAY);
  clock.now += HOUR;
  await plan();
  const again = { as_of: String(as_of), known_at: String(known_at) };
  assert.deepEqual((await answered('operator', { ...DAY, ...again })).rows, rows);
  const now = await answered('operator', { ...DAY, as_of: again.as_of });
  assert.equal(now.rows[0]?.planned_seconds, 30 * 60);
});

test('each kind of adjustment changes the adjusted figures, from when it was recorded on', async (t) => {
  const { app, answered, plan, clock } = await opened(t);
  const { as_of, known_at, rows } = await answered('operator', { ...DAY, group_by: 'brand' });
  clock.now += HOUR;
  await plan();
  const record = async (payload: Record<string, unknown>) => {
    const headers = as('operator');
    const answer = await app.inject({ ...{ method: 'POST', url: '/api/v1/adjustments', headers }, payload });
    assert.equal(answer.statusCode, 201, answer.body);
  };
  const day = (from: string, to: string) => ({
    ...{ from: `2026-11-23T${from}:00Z`, to: `2026-11-23T${to}:00Z`, reason: 'Review' },
  });
  await record({ kind: 'excused', store_ids: ['mine'], ...day('17:15', '18:15') });
  await record({ kind: 'false_reading', store_ids: ['elsewhere'], ...day('17:50', '18:10') });
  await record({ kind: 'force_down', labels: { brand: 'Bella' }, ...day('19:30', '20:30') });
  const found = await answered('operator', { ...DAY, as_of: String(as_of), group_by: 'brand' });
  const [, bella] = found.rows;
  // One store: planned 17:00 to 17:30, then excused until 18:15, and forced down from 19:30 on. The other has no poll that
  // counts: it is unknown until 19:30.
  assert.deepEqual(minutesOf(bella), [480, 180, 300, 0, 30, 60 + 75, 30 + 30]);
  assert.equal(bella?.excused_seconds, 45 * 60);
  const markov = await answered('operator', { ...DAY, as_of: String(as_of), group_by: 'brand', estimator: 'markov' });
  const [, expected] = markov.rows;
  assert.equal(Number(expected?.adjusted_up_seconds) + Number(expected?.adjusted_down_seconds), 195 * 60);
  const before = { as_of: String(as_of), known_at: String(known_at) };
  assert.deepEqual((await answered('operator', { ...DAY, ...before, group_by: 'brand' })).rows, rows);
});

test('a workbook has the cells of CSV: numbers as numbers, texts as texts, and the first row in view', async (t) => {
  const { ask } = await opened(t);
  const query = { ...DAY, group_by: ['region', 'store_id'], by: 'day' };
  const csv = await ask('operator', { ...query, format: 'csv' });
  const answer = await ask('operator', { ...query, format: 'xlsx' });
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  assert.match(String(answer.headers['content-type']), /spreadsheetml\.sheet$/);
  assert.equal(answer.headers['content-disposition'], 'attachment; filename="analytics.xlsx"');
  const files = unzip(answer.rawPayload);
  const sheet = String([...files].find(([name]) => name.endsWith('sheet1.xml'))?.[1]);
  assert.equal(sheet.match(/<row /g)?.length, csv.body.trim().split('\n').length);
  assert.match(sheet, /<pane [^>]*state="frozen"/);
  assert.match(sheet, /<v>14400<\/v>/, 'the four open hours, in seconds');
  const text = [...files.values()].join('\n');
  for (const cell of ['label:region', '=south', 'as_of', 'known_at', 'tz_version', 'program_version', VERSION]) {
    assert.ok(text.includes(`>${cell}<`), cell);
  }
  assert.doesNotMatch(text, /<f>/, 'a formula');
});

test('CSV has the same rows, and each of them what a later reader needs', async (t) => {
  const { ask } = await opened(t);
  const { headers, body } = await ask('operator', {
    ...DAY,
    group_by: ['region', 'store_id'],
    by: 'day',
    format: 'csv',
  });
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
  const [header, ...lines] = body.trim().split('\n');
  assert.match(
    header ?? '',
    /^level,label:region,store_id,day,stores,open_seconds,.*,polls,covered_seconds,coverage_ratio,as_of,known_at,tz_version,/,
  );
  assert.deepEqual(
    lines.map((line) => line.split(',').slice(0, 6).join()),
    [
      '0,,,2026-11-23,4,201600',
      // Not a formula, and a key is the same label in any case.
      "1,'=south,,2026-11-23,1,14400",
      "2,'=south,elsewhere,2026-11-23,1,14400",
      '1,far,,2026-11-23,1,86400',
      '2,far,mine too,2026-11-23,1,86400',
      '1,north,,2026-11-23,1,14400',
      '2,north,mine,2026-11-23,1,14400',
      '1,,,2026-11-23,1,86400',
      '2,,nobody,2026-11-23,1,86400',
    ],
  );
  const at = new Date(NOW).toISOString();
  for (const line of lines)
    assert.ok(line.endsWith(`,${at},${at},${zoneRelease().version},${VERSION},true,nearest`), line);
});

test('an owner gets own stores only, and learns nothing of others', async (t) => {
  const { answered, refused } = await opened(t);
  const { stores, rows, as_of } = await answered('owner', { ...DAY, group_by: 'store_id', subtotals: 'false' });
  assert.equal(stores, 2);
  assert.deepEqual(
    rows.map(({ group }) => group),
    [{ store_id: 'mine' }, { store_id: 'mine too' }],
  );
  assert.equal(as_of, '2026-11-23T18:30:00.000Z', 'the latest poll of these stores');
  await refused('owner', { ...DAY, store_id: 'elsewhere' }, 404, /there is no store "elsewhere"/);
  await refused(
    'owner',
    { ...DAY, label: 'brand:Corte' },
    400,
    /label is "brand:Corte", expected a value that a store has: Bella$/,
  );
});

test('stores are chosen by ids and by labels', async (t) => {
  const { answered, refused } = await opened(t);
  const count = async (query: Record<string, string | string[]>) =>
    (await answered('operator', { ...DAY, ...query })).stores;
  assert.equal(await count({ store_id: 'mine,elsewhere' }), 2);
  assert.equal(await count({ store_id: ['mine too', 'nobody'] }), 2);
  assert.equal(await count({ label: 'brand:bella' }), 2);
  assert.equal(await count({ label: ['brand:Bella', 'REGION:North'] }), 1);
  await refused('operator', { ...DAY, label: ['brand:Corte', 'region:north'] }, 400, /no store has the labels/);
});

test('a period ends at as_of, and a relative one is by the date that most clocks show', async (t) => {
  const { answered } = await opened(t);
  const cut = await answered('operator', { from: '2026-11-23', to: '2026-11-30', by: 'day', label: 'brand:Bella' });
  assert.equal(cut.period.complete, false);
  assert.deepEqual(
    cut.rows.map(({ day }) => day),
    ['2026-11-23'],
    'there is no row for time after as_of',
  );
  // One store is in Tokyo, where it is the 24th; three are in Chicago, where it is still the 23rd.
  const { period } = await answered('operator', { period: 'yesterday', as_of: '2026-11-24T05:59:59Z' });
  assert.deepEqual([period.from, period.to, period.complete], ['2026-11-22', '2026-11-23', true]);
  const pair = { store_id: ['mine', 'mine too'], as_of: '2026-11-24T05:59:59Z' };
  const { period: partly } = await answered('operator', { ...pair, period: 'yesterday' });
  assert.deepEqual([partly.from, partly.complete], ['2026-11-23', false], 'of two dates the later one');
  const { period: today } = await answered('operator', { ...pair, period: 'today' });
  assert.deepEqual([today.from, today.complete], ['2026-11-24', false]);
  const tokyo = await answered('operator', { period: 'yesterday', time_zone: 'asia/tokyo' });
  assert.deepEqual([tokyo.period.from, tokyo.period.time_zone], ['2026-11-23', 'Asia/Tokyo']);
});

/** Figures of the brand Bella, in minutes. */
function bellaOf(row: Record<string, unknown> | undefined) {
  const { compared, uptime_change } = row ?? {};
  return {
    now: minutesOf(row).slice(0, 3),
    before: minutesOf(compared as Record<string, unknown>).slice(0, 3),
    uptime_change,
  };
}

test('a period is compared with the one before, and with a year ago', async (t) => {
  const { answered, ask } = await opened(t);
  const query = { ...DAY, label: 'brand:Bella' };
  const previous = await answered('operator', { ...query, compare: 'previous' });
  assert.deepEqual(previous.compare, { with: 'previous', from: '2026-11-22', to: '2026-11-23' });
  // On the 22nd, each store has the state of its first poll.
  const figures = { now: [480, 180, 300], before: [480, 240, 240], uptime_change: 180 / 480 - 240 / 480 };
  assert.deepEqual(bellaOf(previous.rows[0]), figures);
  const { rows, compare } = await answered('operator', { ...query, compare: 'year_ago' });
  assert.deepEqual(compare, { with: 'year_ago', from: '2025-11-24', to: '2025-11-25' });
  assert.deepEqual(bellaOf(rows[0]), { now: [480, 180, 300], before: [480, 0, 0], uptime_change: null });
  const csv = (await ask('operator', { ...query, compare: 'previous', format: 'csv' })).body.trim().split('\n');
  const [names, values] = csv.map((line) => line.split(','));
  assert.deepEqual(
    ['down_seconds', 'compared_down_seconds', 'uptime_change'].map((name) => values?.[names?.indexOf(name) ?? -1]),
    ['18000', '14400', '-0.125'],
  );
});

test('a period that is not over is compared with as much of the other one', async (t) => {
  const { answered } = await opened(t);
  const query = { label: 'brand:Bella', compare: 'previous', as_of: '2026-11-23T18:00:00Z' };
  const today = await answered('operator', { ...query, period: 'today' });
  assert.deepEqual(today.compare, { with: 'previous', from: '2026-11-22', to: '2026-11-23' });
  const { now, before } = bellaOf(today.rows[0]);
  assert.deepEqual([now[0], before[0]], [240, 240]);
  const days = await answered('operator', { ...query, period: '2026-11', by: 'day' });
  assert.deepEqual(days.compare, { with: 'previous', from: '2026-10-01', to: '2026-11-01' });
  const compared = days.rows.map(({ day, compared }) => [
    day,
    compared === null ? null : minutesOf(compared as Record<string, unknown>)[0],
  ]);
  assert.deepEqual([compared.length, compared.at(0), compared.at(-1)], [23, ['2026-11-01', 480], ['2026-11-23', 240]]);
});

test('a day that the other month does not have is compared with nothing', async (t) => {
  const { storage, answered } = await opened(t);
  await merge(storage, { polls: [['mine', Date.parse('2026-12-31T18:00:00Z'), true]] });
  const query = { store_id: 'mine', compare: 'previous', as_of: '2027-01-02T00:00:00Z' };
  const { rows } = await answered('operator', { ...query, period: '2026-12', by: 'day' });
  const compared = rows.map(({ compared }) => compared !== null);
  assert.deepEqual([compared.length, compared.indexOf(false)], [31, 30]);
});

test('a zone has the days of all stores, and instants have them, too', async (t) => {
  const { answered } = await opened(t);
  const query = { label: 'brand:Bella', by: 'hour' };
  const utc = await answered('operator', { ...query, ...DAY, time_zone: 'UTC' });
  const open = utc.rows.filter(({ open_seconds }) => open_seconds !== 0);
  assert.deepEqual(
    open.map(({ hour }) => hour),
    ['2026-11-23T16:00', '2026-11-23T17:00', '2026-11-23T18:00', '2026-11-23T19:00'],
  );
  const instants = await answered('operator', { ...query, from: '2026-11-23T17:00:00Z', to: '2026-11-23T18:30:00Z' });
  assert.deepEqual(
    instants.rows.map(({ hour, open_seconds }) => [hour, open_seconds]),
    [
      ['2026-11-23T11:00', 7_200],
      ['2026-11-23T12:00', 3_600],
    ],
  );
});

test('wrong input is refused with the thing, its value and what was expected', async (t) => {
  const { refused, ask } = await opened(t);
  const wrong = (query: Record<string, string | string[]>, message: RegExp) => refused('operator', query, 400, message);
  await wrong({}, /no period is given, expected period, or from and to/);
  await wrong({ from: '2026-11-23', to: '2026-11-22' }, /to is "2026-11-22", expected a date after from, "2026-11-23"/);
  await wrong(
    { ...DAY, group_by: 'brnd' },
    /group_by has the label "brnd", expected a label that a store has: Region, brand, region, store_id/,
  );
  await wrong({ ...DAY, label: 'city:Rome' }, /label has the label "city"/);
  await wrong({ ...DAY, time_zone: 'Mars' }, /time_zone is "Mars", expected an IANA time zone/);
  await wrong({ period: '2026-12' }, /period is "2026-12", expected a period that begins before 2026-11-24T06:00/);
  await wrong(
    { period: '2020-01' },
    /period is "2020-01" \(2020-01-01 to 2020-02-01\), expected a period with polls of these stores: they were polled from 2026-11-23T00:00/,
  );
  await wrong(
    { from: '2026-11-23T00:00:00Z', to: '2026-11-23T12:30:00Z', by: 'hour', compare: 'previous' },
    /compare is "previous" beside the instant from, expected dates, or by to be one of total/,
  );
  await wrong({ ...DAY, store_id: 'nobody' }, /expected stores that were polled: these never were/);
  await wrong(
    { from: '2017-01-01', to: '2026-11-24', by: 'hour', group_by: ['brand', 'region', 'store_id'] },
    /the response would have \d+ rows, expected at most/,
  );
  const { errors } = (await ask('operator', { period: 'x', by: 'daypart' })).json<{ errors: { field: string }[] }>();
  assert.deepEqual(
    errors.map(({ field }) => field),
    ['period', 'daypart'],
  );
});

test('without any poll there is no latest one', async (t) => {
  const server = await testServer(t, { now: () => NOW });
  await merge(server.storage, { stores: [{ id: 'a' }] });
  const { statusCode, body } = await server.app.inject({ url: '/api/v1/analytics?period=2026' });
  assert.equal(statusCode, 409);
  assert.match(body, /there are no polls in the database/);
});

test('intervals and expectations are answered when they are asked for', async (t) => {
  const { answered, refused, ask, plan } = await opened(t);
  await plan();
  const { rows, estimator } = await answered('operator', { ...DAY, group_by: 'brand', intervals: 'true' });
  assert.equal(estimator, 'nearest');
  const [, bella, corte] = rows as Record<string, number>[];
  assert.ok(bella !== undefined, 'Bella has a row');
  const ends = (name: string) => [bella[`${name}_low_seconds`], bella[`${name}_high_seconds`]] as [number, number];
  // One of the two stores was polled once in its four hours, so nearly any state is possible there.
  const [low, high] = ends('down');
  assert.ok(low < 300 * 60 && high > 300 * 60 && high <= 480 * 60, `${low} to ${high}`);
  const [upLow, upHigh] = ends('up');
  assert.deepEqual([upLow + high, upHigh + low], [480 * 60, 480 * 60]);
  assert.deepEqual([bella.uptime_low_ratio, bella.uptime_high_ratio], [upLow / 28_800, upHigh / 28_800]);
  const [adjustedLow, adjustedHigh] = ends('adjusted_down');
  assert.ok(
    adjustedLow <= 270 * 60 && adjustedHigh >= 270 * 60 && adjustedHigh <= 450 * 60,
    'without planned downtime',
  );
  assert.deepEqual([corte?.uptime_low_ratio, corte?.down_high_seconds], [null, 0]);
  const expected = await answered('operator', { ...DAY, estimator: 'markov' });
  assert.equal(expected.estimator, 'markov');
  const [open, up, down, unknown] = minutesOf(expected.rows[0]) as [number, number, number, number];
  assert.equal(open, 480 + 1_440 + 1_440);
  assert.ok(down !== 300 && Math.abs(up + down + unknown - open) < 1e-6, 'up, down and unknown add up');
  assert.equal(expected.rows[0]?.uptime_low_ratio, undefined);
  const { body } = await ask('operator', { ...DAY, intervals: 'true', format: 'csv' });
  assert.match(body, /,coverage_ratio,up_low_seconds,.*,adjusted_uptime_high_ratio,as_of,.*,estimator\n/);
  await refused(
    'operator',
    { ...DAY, estimator: 'guess' },
    400,
    /"estimator" is "guess", expected one of nearest, markov/,
  );
});
