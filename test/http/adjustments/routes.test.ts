import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { as, FAKE_USERS } from '../../support/fake-users.ts';
import { testServer } from '../../support/server.ts';
import { merge } from '../../support/staging.ts';

/** A Tuesday, 06:00 in Chicago. */
const NOW = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Json = Record<string, unknown>;
interface Adjustment extends Json {
  readonly adjustment_id: string;
  readonly state: string;
}

const at = (instant: number) => new Date(instant).toISOString();
const TONIGHT = { from: at(NOW + 6 * HOUR), to: at(NOW + 8 * HOUR), reason: 'New oven' };
const SUNDAYS = { rrule: 'FREQ=WEEKLY;BYDAY=SU', start: '2026-11-29T02:00', duration: 'PT2H' };

/** Four stores: two of the owner, one of the stranger, and one that nobody owns. */
async function opened(t: TestContext) {
  const clock = { now: NOW };
  const server = await testServer(t, { now: () => clock.now, authenticator: FAKE_USERS });
  const chicago = { labels: { city: 'Chicago' } };
  await merge(server.storage, {
    stores: [
      { id: 'mine', zone: 'America/Chicago', ...chicago },
      { id: 'mine too', zone: 'Asia/Tokyo', labels: { city: 'Tokyo' } },
      { id: 'elsewhere', zone: 'America/Chicago', ...chicago },
      { id: 'nobody' },
    ],
    // Mondays to Sundays, 10:00 to 14:00.
    hours: [0, 1, 2, 3, 4, 5, 6].map((day) => ['mine', day, 10 * HOUR, 14 * HOUR] as const),
  });
  const ask = (user: string, path: string, body?: Json, headers: Record<string, string> = {}) =>
    server.app.inject({
      method: body === undefined ? 'GET' : 'POST',
      url: `/api/v1/adjustments${path}`,
      headers: { ...as(user), ...headers },
      ...(body !== undefined && { payload: body }),
    });
  const created = async (user: string, body: Json) => {
    const answer = await ask(user, '', body);
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json<Adjustment>();
  };
  const listed = async (user: string, query = '') => {
    const { items } = (await ask(user, query)).json<{ items: Adjustment[] }>();
    return items.map(({ adjustment_id }) => adjustment_id);
  };
  const refused = async (user: string, path: string, body: Json, status: number, message: RegExp) => {
    const answer = await ask(user, path, body);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.json<{ detail: string }>().detail, message);
  };
  return { ...server, clock, ask, created, listed, refused };
}

test('an operator plans an interval and a recurrence, and everybody who sees one of the stores sees it', async (t) => {
  const { ask, created, listed, clock } = await opened(t);
  const tonight = await created('operator', { store_ids: ['mine', 'elsewhere'], ...TONIGHT });
  clock.now += 1_000;
  const sundays = await created('operator', { labels: { city: 'Tokyo' }, recurrence: SUNDAYS, reason: ' Updates ' });
  assert.deepEqual(sundays, {
    ...{ adjustment_id: sundays.adjustment_id, judgement_id: sundays.adjustment_id },
    ...{ kind: 'planned', state: 'upcoming', store_ids: null, labels: { city: 'Tokyo' }, stores: 1 },
    ...{ from: null, to: null },
    recurrence: { ...SUNDAYS, start: '2026-11-29T02:00:00', text: 'every week on Sunday at 2 AM' },
    next: { from: '2026-11-28T17:00:00.000Z', to: '2026-11-28T19:00:00.000Z' },
    ...{ reason: 'Updates', author: 'operator', recorded_at: at(NOW + 1_000), revoked: null },
  });
  assert.deepEqual(await listed('admin'), [sundays.adjustment_id, tonight.adjustment_id]);
  assert.deepEqual(await listed('owner'), [sundays.adjustment_id, tonight.adjustment_id]);
  assert.deepEqual(await listed('stranger'), [tonight.adjustment_id]);
  assert.deepEqual(await listed('operator', '?store_id=mine'), [tonight.adjustment_id]);
  const [ofMine] = (await ask('operator', '?store_id=mine')).json<{ items: Adjustment[] }>().items;
  assert.equal(ofMine?.stores, 2, 'all of its stores are counted');
  assert.deepEqual(await listed('operator', '?store_id=nobody'), []);
  assert.equal((await ask('stranger', '?store_id=mine')).statusCode, 404);
  // Nobody learns of stores of others.
  const seen = (await ask('stranger', `/${tonight.adjustment_id}`)).json<Json>();
  assert.deepEqual([seen.store_ids, seen.stores], [['elsewhere'], 1]);
  assert.equal((await ask('stranger', `/${sundays.adjustment_id}`)).statusCode, 404);
});

test('the state of an adjustment follows the clock, and the list can be limited to one', async (t) => {
  const { created, listed, clock, ask } = await opened(t);
  const { adjustment_id: once } = await created('operator', { store_ids: ['mine'], ...TONIGHT });
  const { adjustment_id: weekly } = await created('operator', { labels: {}, recurrence: SUNDAYS, reason: 'x' });
  const at = async (instant: number) => {
    clock.now = instant;
    const states: Json = {};
    for (const state of ['active', 'upcoming', 'past', 'revoked']) {
      for (const id of await listed('operator', `?state=${state}`)) states[id === once ? 'once' : 'weekly'] = state;
    }
    return states;
  };
  assert.deepEqual(await at(NOW), { once: 'upcoming', weekly: 'upcoming' });
  assert.deepEqual(await at(NOW + 6 * HOUR), { once: 'active', weekly: 'upcoming' });
  assert.deepEqual(await at(NOW + 8 * HOUR), { once: 'past', weekly: 'upcoming' });
  // It has begun in Tokyo.
  assert.deepEqual(await at(Date.parse('2026-11-28T17:30:00Z')), { once: 'past', weekly: 'active' });
  assert.deepEqual(await at(Date.parse('2026-11-29T10:00:00Z')), { once: 'past', weekly: 'upcoming' });
  await ask('operator', `/${weekly}/revoke`, { reason: 'done' });
  assert.deepEqual(await at(Date.parse('2026-11-29T11:00:00Z')), { once: 'past', weekly: 'revoked' });
});

test('a list of many is read page by page', async (t) => {
  const { created, ask, listed } = await opened(t);
  for (let i = 0; i < 5; i++) await created('operator', { store_ids: ['mine'], ...TONIGHT });
  const all = await listed('operator');
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page = (await ask('operator', query)).json<{ items: Adjustment[]; next_cursor: string | null }>();
    seen.push(...page.items.map(({ adjustment_id }) => adjustment_id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  assert.equal(seen.length, 5);
  assert.deepEqual(seen, all);
  assert.equal((await ask('operator', '?cursor=x')).statusCode, 400);
});

test('a preview counts the open hours of the stores, and records nothing', async (t) => {
  const { ask, listed } = await opened(t);
  // 10:00 to 14:00 in Chicago is 16:00Z to 20:00Z.
  const interval = { from: '2026-11-25T18:00:00Z', to: '2026-11-26T17:00:00Z', reason: 'x' };
  const mine = await ask('operator', '/preview', { store_ids: ['mine'], ...interval });
  assert.deepEqual(mine.json(), {
    ...{ stores: 1, open_hours: 3, starts: [] },
    counted: { from: '2026-11-25T18:00:00.000Z', to: '2026-11-26T17:00:00.000Z' },
  });
  const lunch = { rrule: 'FREQ=DAILY;COUNT=40', start: '2026-12-01T12:00', duration: 'PT1H' };
  const city = await ask('operator', '/preview', { labels: { city: 'Chicago' }, recurrence: lunch, reason: 'x' });
  // Each of the two stores is open in all of it; the last occurrences are beyond the 31 days.
  assert.deepEqual(city.json(), {
    ...{ stores: 2, open_hours: 62 },
    counted: { from: '2026-12-01T18:00:00.000Z', to: '2027-01-01T18:00:00.000Z' },
    starts: [1, 2, 3, 4, 5].map((day) => `2026-12-0${day}T12:00:00`),
  });
  assert.deepEqual(await listed('operator'), []);
});

test('an adjustment is revoked from now on, then entirely, and never edited', async (t) => {
  const { ask, created, clock, refused, storage } = await opened(t);
  const { adjustment_id: id } = await created('operator', { labels: {}, recurrence: SUNDAYS, reason: 'x' });
  const first = await ask('operator', `/${id}`);
  clock.now = NOW + 10 * DAY;
  const revoked = await ask('admin', `/${id}/revoke`, { reason: 'Moved' }, { 'if-match': String(first.headers.etag) });
  assert.equal(revoked.statusCode, 200, revoked.body);
  const { state, revoked: shown } = revoked.json<Adjustment>();
  assert.equal(state, 'revoked');
  const recorded_at = at(clock.now);
  assert.deepEqual(shown, { from: recorded_at, reason: 'Moved', author: 'admin', recorded_at });
  assert.notEqual(revoked.headers.etag, first.headers.etag);
  await refused('admin', `/${id}/revoke`, { reason: 'again' }, 409, /was revoked at 2026-12-04T12:00:00.000Z by admin/);
  const stale = await ask('admin', `/${id}/revoke`, { reason: 'x' }, { 'if-match': String(first.headers.etag) });
  assert.equal(stale.statusCode, 412);
  const entirely = await ask('operator', `/${id}/revoke`, { reason: 'A mistake', entirely: true });
  assert.equal(entirely.statusCode, 200, entirely.body);
  assert.equal((entirely.json<Adjustment>().revoked as Json).from, null);
  await refused('admin', `/${id}/revoke`, { reason: 'x', entirely: true }, 409, /was revoked at/);
  assert.equal((await storage.adjustments.entries()).length, 3);
  const audit = await storage.accounts.audit({ subjectKind: 'adjustment', subjectId: id }, undefined, 10);
  assert.deepEqual(audit.map(({ action }) => action).sort(), [
    'adjustment.created',
    'adjustment.revoked',
    'adjustment.revoked',
  ]);
});

test('what is past can be revoked entirely only', async (t) => {
  const { created, clock, refused, ask } = await opened(t);
  const { adjustment_id: id } = await created('operator', { store_ids: ['mine'], ...TONIGHT });
  clock.now = NOW + DAY;
  await refused('operator', `/${id}/revoke`, { reason: 'x' }, 409, /is past; revoke it entirely to remove it/);
  assert.equal((await ask('operator', `/${id}/revoke`, { reason: 'x', entirely: true })).statusCode, 200);
});

test('owners plan downtime of the stores that they own, from now on', async (t) => {
  const { created, refused, ask, clock } = await opened(t);
  const { adjustment_id: id, from } = await created('owner', { store_ids: ['mine'], to: TONIGHT.to, reason: 'x' });
  assert.equal(from, at(NOW), 'without a start, it begins now');
  await created('owner', { store_ids: ['mine', 'mine too'], recurrence: SUNDAYS, reason: 'x' });
  await refused('owner', '', { labels: { city: 'Chicago' }, ...TONIGHT }, 403, /owners name the stores in store_ids/);
  await refused('owner', '', { store_ids: ['elsewhere'], ...TONIGHT }, 404, /there is no store "elsewhere"/);
  const past = { store_ids: ['mine'], from: at(NOW - HOUR), to: at(NOW + HOUR), reason: 'x' };
  await refused('owner', '', past, 403, /it begins at 2026-11-24T11:00:00.000Z, which is past/);
  await refused('owner', '/preview', past, 403, /which is past/);
  const begun = { ...SUNDAYS, rrule: 'FREQ=DAILY', start: '2026-11-24T05:00' };
  await refused('owner', '', { store_ids: ['mine'], recurrence: begun, reason: 'x' }, 403, /which is past/);
  await created('operator', past);
  // What others planned for stores of others, too, is not theirs to end.
  const both = await created('operator', { store_ids: ['mine', 'elsewhere'], ...TONIGHT });
  await refused('owner', `/${both.adjustment_id}/revoke`, { reason: 'x' }, 403, /includes stores of others/);
  const city = await created('operator', { labels: { city: 'Tokyo' }, ...TONIGHT });
  await refused('owner', `/${city.adjustment_id}/revoke`, { reason: 'x' }, 403, /includes stores of others/);
  clock.now += HOUR;
  await refused('owner', `/${id}/revoke`, { reason: 'x', entirely: true }, 403, /from now on only; ask an operator/);
  assert.equal((await ask('owner', `/${id}/revoke`, { reason: 'x' })).statusCode, 200);
  assert.equal((await ask('stranger', `/${id}/revoke`, { reason: 'x' })).statusCode, 404);
});

test('planned downtime that makes no sense is refused with the reason', async (t) => {
  const { refused } = await opened(t);
  const mine = { store_ids: ['mine'] };
  const cases: readonly [body: Json, status: number, message: RegExp][] = [
    [{ ...TONIGHT }, 400, /expected either store_ids or labels/],
    [{ ...mine, labels: {}, ...TONIGHT }, 400, /expected either store_ids or labels/],
    [{ store_ids: [], ...TONIGHT }, 400, /store_ids is empty, expected at least one store/],
    [{ store_ids: ['nowhere'], ...TONIGHT }, 404, /there is no store "nowhere"/],
    [{ labels: { city: 'Chicgo' }, ...TONIGHT }, 400, /there is no store with the labels "city:Chicgo"/],
    [{ ...mine, reason: 'x' }, 400, /to is missing, expected the end of the interval, or a recurrence/],
    [{ ...mine, ...TONIGHT, recurrence: SUNDAYS }, 400, /expected either from and to, or a recurrence/],
    [{ ...mine, ...TONIGHT, to: TONIGHT.from }, 400, /to is .*, expected later than from, 2026-11-24T18:00:00.000Z/],
    [
      { ...mine, ...TONIGHT, to: at(NOW + 2_000 * DAY) },
      400,
      /the interval has 2000 days, expected at most five years/,
    ],
    [{ ...mine, ...TONIGHT, reason: ' ' }, 400, /reason is empty, expected the reason in a few words/],
    [{ ...mine, ...TONIGHT, from: 'tonight' }, 400, /from is "tonight", expected an instant/],
    [{ ...mine, recurrence: { ...SUNDAYS, rrule: 'FREQ=HOURLY' }, reason: 'x' }, 400, /FREQ of recurrence.rrule/],
  ];
  for (const [body, status, message] of cases) await refused('operator', '', body, status, message);
});

test('a repeated request with the same key plans downtime once', async (t) => {
  const { ask, listed } = await opened(t);
  const key = { 'idempotency-key': 'one' };
  const answers = [
    await ask('operator', '', { store_ids: ['mine'], ...TONIGHT }, key),
    await ask('operator', '', { store_ids: ['mine'], ...TONIGHT }, key),
  ];
  assert.equal(answers[0]?.body, answers[1]?.body);
  assert.equal((await listed('operator')).length, 1);
});

test('the timeline of a store shows its planned downtime, clipped to the range', async (t) => {
  const { app, created, clock } = await opened(t);
  await created('operator', { store_ids: ['mine'], ...TONIGHT });
  await created('operator', { labels: { city: 'Chicago' }, ...TONIGHT, to: at(NOW + 20 * HOUR) });
  clock.now = NOW + 10 * HOUR;
  const planned = async (id: string) => {
    const answer = await app.inject({ url: `/api/v1/stores/${id}/timeline`, headers: as('operator') });
    return answer.json<{ planned: { from: { utc: string }; to: { local: string } }[] }>().planned;
  };
  const [only, ...others] = await planned('mine');
  assert.deepEqual([only?.from.utc, only?.to.local], [TONIGHT.from, '2026-11-24T16:00:00.000-06:00']);
  assert.deepEqual(others, []);
  assert.deepEqual(await planned('nobody'), []);
});

test('the earlier path answers as well', async (t) => {
  const { app, ask, created } = await opened(t);
  const { adjustment_id: id } = await created('operator', { store_ids: ['mine'], ...TONIGHT });
  const old = (path: string) => app.inject({ url: `/api/v1/judgements${path}`, headers: as('operator') });
  for (const path of ['', '?limit=1', `/${id}`]) {
    assert.deepEqual((await old(path)).json(), (await ask('operator', path)).json());
  }
  assert.equal((await old('-of')).statusCode, 404);
});

test('operators record all kinds, owners only planned downtime', async (t) => {
  const { created, listed, refused } = await opened(t);
  const { adjustment_id: planned } = await created('owner', { store_ids: ['mine'], ...TONIGHT });
  const body = { kind: 'excused', store_ids: ['mine'], ...TONIGHT };
  const excused = await created('operator', body);
  assert.equal(excused.kind, 'excused');
  assert.deepEqual(await listed('owner', '?kind=excused'), [excused.adjustment_id]);
  assert.deepEqual(await listed('owner', '?kind=planned'), [planned]);
  for (const kind of ['excused', 'false_reading', 'force_down']) {
    await refused('owner', '', { ...body, kind }, 403, /owners can only plan downtime/);
    await refused('owner', '/preview', { ...body, kind }, 403, /owners can only plan downtime/);
  }
  const path = `/${excused.adjustment_id}/revoke`;
  await refused('owner', path, { reason: 'x' }, 403, /owners can only revoke planned downtime/);
  await refused('operator', '', { ...body, kind: 'sabbath' }, 400, /expected one of planned, excused/);
});
