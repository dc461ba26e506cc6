import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

const HOUR = 3_600_000;
/** October is over in UTC. */
const NOW = Date.parse('2026-11-02T00:00:00Z');
const OCTOBER = Date.parse('2026-10-01T00:00:00Z');

type Json = Record<string, unknown>;

/** Hourly polls of October at half past, of which some are inactive; the stores are open from 10:00 to 20:00 UTC. */
function polls(id: string, inactive: (hour: number) => boolean): [string, number, boolean][] {
  return Array.from({ length: 32 * 24 }, (_, hour): [string, number, boolean] => [
    id,
    OCTOBER + (hour + 0.5) * HOUR,
    !inactive(hour),
  ]);
}

/** Two stores of one brand, one of them the owner's; the other is down for the twelve hours of October 6 and 7 from 14:00. */
async function opened(t: TestContext) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  const everyDay = (id: string) => [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, 10 * HOUR, 20 * HOUR] as const);
  await merge(server.storage, {
    stores: [
      { id: 'mine', zone: 'UTC', labels: { brand: 'Bella' } },
      { id: 'elsewhere', zone: 'UTC', labels: { brand: 'Bella' } },
      { id: 'nobody', zone: 'UTC', labels: { brand: 'Corte' } },
    ],
    hours: [...everyDay('mine'), ...everyDay('elsewhere'), ...everyDay('nobody')],
    polls: [
      ...polls('mine', () => false),
      ...polls('elsewhere', (hour) => [5, 6].includes(Math.floor(hour / 24)) && hour % 24 >= 14 && hour % 24 < 20),
      ...polls('nobody', () => false),
    ],
  });
  const ask = (
    user: string,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path = '',
    payload?: Json,
    headers: Record<string, string> = {},
  ) =>
    server.app.inject({
      ...{ method, url: `/api/v1/uptime-targets${path}`, headers: { ...as(user), ...headers } },
      ...(payload && { payload }),
    });
  const set = async (target: Json) => {
    const answer = await ask('operator', 'POST', '', target);
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json<{ target_id: string } & Json>();
  };
  const rows = async (user: string, query: string) => {
    const url = `/api/v1/analytics?targets=true&${query}`;
    const answer = await server.app.inject({ url, headers: as(user) });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json<{ rows: ({ group?: Json; target: Json | null } & Json)[] }>().rows;
  };
  return { ...server, clock, ask, set, rows };
}

const BRAND = { label: 'brand:Bella', period: 'month', uptime_ratio: 0.99 };

test('a target is set with its author, read, changed and deleted, and the audit log says so', async (t) => {
  const { ask, app, clock } = await opened(t);
  const created = await ask('operator', 'POST', '', BRAND);
  assert.equal(created.statusCode, 201, created.body);
  const { target_id: id, ...body } = created.json<{ target_id: string } & Json>();
  const at = new Date(NOW).toISOString();
  assert.deepEqual(body, { ...BRAND, store_id: null, author: 'operator', created_at: at, changed_at: at });
  assert.equal(created.headers.location, `/api/v1/uptime-targets/${id}`);
  const etag = String(created.headers.etag);
  clock.now += 1_000;
  const changed = await ask('admin', 'PATCH', `/${id}`, { ...body, uptime_ratio: 0.995 }, { 'if-match': etag });
  assert.equal(changed.json<Json>().uptime_ratio, 0.995, changed.body);
  assert.equal((await ask('operator', 'DELETE', `/${id}`, undefined, { 'if-match': etag })).statusCode, 412);
  clock.now += 1_000;
  assert.equal((await ask('operator', 'DELETE', `/${id}`)).statusCode, 204);
  assert.equal((await ask('operator', 'GET', `/${id}`)).statusCode, 404);
  const audit = await app.inject({ url: '/api/v1/audit', headers: as('admin') });
  const entries = audit.json<{ items: { action: string; detail: Json }[] }>().items;
  assert.deepEqual(
    entries.map(({ action, detail }) => [action, detail.of, detail.uptime_ratio]),
    [
      ['uptime_target.deleted', 'brand:Bella', 0.995],
      ['uptime_target.changed', 'brand:Bella', 0.995],
      ['uptime_target.created', 'brand:Bella', 0.99],
    ],
  );
});

test('the budget of October is worked out by hand, and rows of exactly these stores and a whole month have it', async (t) => {
  const { set, rows } = await opened(t);
  const { target_id } = await set(BRAND);
  const [total, bella, corte] = await rows('operator', 'period=2026-10&group_by=brand');
  assert.deepEqual([total?.target, corte?.target], [null, null]);
  // Two stores, 31 days of ten hours. The state changes half-way between polls, so each evening is down from 14:00 to 20:00.
  const target = bella?.target as Record<string, number>;
  assert.equal(bella?.adjusted_down_seconds, 12 * 3_600);
  assert.deepEqual(
    [target.target_id, target.uptime_ratio, target.period, target.scheduled_seconds, target.spent_seconds],
    [target_id, 0.99, 'month', 620 * 3_600, 12 * 3_600],
  );
  assert.ok(Math.abs((target.budget_seconds as number) - 6.2 * 3_600) < 1e-6, 'one in a hundred hours');
  assert.ok(Math.abs((target.burn_rate as number) - 12 / 6.2) < 1e-9, 'the budget is spent twice');
  assert.ok((target.spent_low_seconds as number) > 6.2 * 3_600, 'even the low end is more');
  assert.deepEqual([target.left_seconds, target.verdict], [0, 'missed']);
  assert.equal(bella?.uptime_low_ratio, undefined);
  const one = await rows('operator', 'period=2026-10&label=brand:Bella');
  assert.equal(one[0]?.target?.verdict, 'missed');
  const half = await rows('operator', 'period=2026-10&label=brand:Bella&store_id=mine');
  assert.equal(half[0]?.target, null);
  assert.equal((await rows('operator', 'from=2026-10-01&to=2026-10-31&group_by=brand'))[1]?.target, null);
  const months = await rows('operator', 'from=2026-09-15&to=2026-11-15&by=month&label=brand:Bella');
  assert.deepEqual(
    months.map(({ month, target: own }) => [month, own?.verdict]),
    [
      ['2026-09', undefined],
      ['2026-10', 'missed'],
      ['2026-11', undefined],
    ],
  );
});

test('of a month that is not over, the whole schedule is known, and the rest of it may still be down', async (t) => {
  const { set, rows } = await opened(t);
  await set({ store_id: 'mine', period: 'month', uptime_ratio: 0.9 });
  const [row] = await rows('operator', 'period=2026-10&store_id=mine&as_of=2026-10-16T00:00:00Z');
  const { scheduled_seconds, left_seconds, burn_rate, verdict } = row?.target ?? {};
  assert.deepEqual([scheduled_seconds, left_seconds, burn_rate, verdict], [310 * 3_600, 160 * 3_600, 0, 'cannot_tell']);
  const [over] = await rows('operator', 'period=2026-10&store_id=mine');
  assert.equal(over?.target?.verdict, 'met');
});

test('CSV has the target of a row in columns of its own', async (t) => {
  const { set, app } = await opened(t);
  await set(BRAND);
  const url = '/api/v1/analytics?targets=true&period=2026-10&group_by=brand&format=csv';
  const { body } = await app.inject({ url, headers: as('operator') });
  const [header = '', total = '', bella = ''] = body.split('\n');
  const place = header.split(',').indexOf('target_verdict');
  assert.match(header, /,coverage_ratio,target_uptime_ratio,target_scheduled_seconds,.*,target_verdict,as_of,/);
  assert.deepEqual([total.split(',')[place], bella.split(',')[place]], ['', 'missed']);
});

test('owners see the targets that are about their stores alone, and set none', async (t) => {
  const { ask, set, rows } = await opened(t);
  const brand = await set(BRAND);
  const own = await set({ store_id: 'mine', period: 'month', uptime_ratio: 0.999 });
  const seen = (await ask('owner', 'GET')).json<{ items: { target_id: string }[] }>().items;
  assert.deepEqual(
    seen.map(({ target_id }) => target_id),
    [own.target_id],
  );
  assert.equal((await ask('owner', 'GET', `/${brand.target_id}`)).statusCode, 404);
  // All that an owner sees of a brand is not the brand.
  const found = await rows('owner', 'period=2026-10&group_by=brand');
  assert.deepEqual(
    found.map(({ target }) => target?.target_id),
    [own.target_id, own.target_id],
  );
  assert.equal(
    (await ask('owner', 'POST', '', { store_id: 'mine', period: 'week', uptime_ratio: 0.9 })).statusCode,
    403,
  );
  assert.equal((await ask('owner', 'DELETE', `/${own.target_id}`)).statusCode, 403);
});

test('a wrong target gets an answer that names what is wrong', async (t) => {
  const { ask, set } = await opened(t);
  await set(BRAND);
  const refused = async (target: Json, status: number, message: RegExp) => {
    const answer = await ask('operator', 'POST', '', target);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  };
  await refused({ ...BRAND, uptime_ratio: 1 }, 400, /^uptime_ratio is 1, expected more than 0 and less than 1/);
  await refused(
    { ...BRAND, label: 'brand:Nobody' },
    400,
    /^label is "brand:Nobody", expected a label that a store has/,
  );
  await refused({ ...BRAND, label: 'Bella' }, 400, /^label is "Bella", expected .* as key:value/);
  await refused({ ...BRAND, store_id: 'mine' }, 400, /either store_id or label/);
  await refused({ period: 'month', uptime_ratio: 0.9 }, 400, /either store_id or label/);
  await refused({ store_id: 'none', period: 'month', uptime_ratio: 0.9 }, 404, /none/);
  await refused({ ...BRAND, period: 'day' }, 400, /expected one of week, month, quarter, year/);
  await refused(
    { ...BRAND, label: 'Brand:Bella', uptime_ratio: 0.9 },
    409,
    /^there is a target of 0.99 for each month of Brand:Bella/,
  );
});
