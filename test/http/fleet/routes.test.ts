import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Principal, SCOPES_OF } from '../../../src/accounts/access.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/hours.ts';
import type { Authenticator } from '../../../src/http/types.ts';
import { testServer } from '../../support/server.ts';
import { merge, type StagedFeeds } from '../../support/staging.ts';

/** A Wednesday, 12:00 in Chicago. */
const NOON = Date.parse('2025-06-04T17:00Z');
const everyDay = (id: string) => [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, 9 * HOUR, 22 * HOUR] as const);
const ago = (id: string, minutes: number, active: boolean) => [id, NOON - minutes * MINUTE, active] as const;

const FEEDS: StagedFeeds = {
  hours: [...everyDay('mine'), ...everyDay('theirs')],
  zones: [['theirs', 'America/New_York']],
  polls: [
    ago('mine', 150, true),
    ago('mine', 90, true),
    ago('mine', 30, false),
    ago('theirs', 200, false),
    ago('theirs', 20, false),
    ago('theirs', 5, false),
  ],
};

function userOf(role: 'owner' | 'operator', stores: 'all' | ReadonlySet<string>): Principal {
  const named = { userId: role, login: role, name: role, role, keyId: role };
  return {
    kind: 'user',
    ...named,
    via: 'key',
    provenAt: undefined,
    mustEnroll: false,
    scopes: SCOPES_OF[role],
    stores,
  };
}

const USERS: Readonly<Record<string, Principal>> = {
  owner: userOf('owner', new Set(['mine'])),
  nothing: userOf('owner', new Set()),
  operator: userOf('operator', 'all'),
};

/** Users whose key is their name. */
const authenticator: Authenticator = {
  revision: async () => '',
  hasUsers: async () => true,
  principalOfSession: async () => undefined,
  principalOfKey: async (key) => USERS[key],
};

async function served(t: TestContext, feeds: StagedFeeds = FEEDS) {
  const clock = { now: NOON };
  const server = await testServer(t, { authenticator, now: () => clock.now });
  await merge(server.storage, feeds);
  const get = (url: string, user = 'operator') =>
    server.app.inject({ url, headers: { authorization: `Bearer ${user}` } });
  const json = async (url: string, user?: string) => {
    const answer = await get(url, user);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  return { server, clock, get, json };
}

test('the fleet has states, the poller, the uptime of three windows and the worst stores', async (t) => {
  const { json } = await served(t);
  const fleet = await json('/api/v1/fleet');
  assert.equal(fleet.as_of, '2025-06-04T17:00:00.000Z');
  assert.equal(fleet.stores, 2);
  assert.deepEqual(fleet.states, { offline: 2, unknown: 0, online: 0, closed: 0 });
  assert.deepEqual(fleet.poller, {
    status: 'ok',
    latest_poll: '2025-06-04T16:55:00.000Z',
    age_seconds: 300,
    poll_interval_seconds: 3600,
    trouble_since: null,
  });
  const { before, ...hour } = fleet.uptime.hour;
  assert.deepEqual(hour, {
    open_seconds: 7200,
    up_seconds: 0,
    down_seconds: 7200,
    unknown_seconds: 0,
    uptime_ratio: 0,
    coverage_ratio: 1,
    // Only half of the hour before is covered.
    comparable: false,
  });
  // An hour ago the other store was last polled at 13:40.
  assert.deepEqual(before, {
    open_seconds: 7200,
    up_seconds: 3600,
    down_seconds: 2400,
    unknown_seconds: 1200,
    uptime_ratio: 0.6,
    coverage_ratio: 0.5,
  });
  assert.deepEqual(fleet.worst.slice(1), [
    {
      store_id: 'mine',
      name: null,
      state: 'offline',
      offline_since: { utc: '2025-06-04T16:00:00.000Z', local: '2025-06-04T11:00:00.000-05:00' },
      began_earlier: false,
      since_first_poll: false,
      lost_seconds: 3600,
      down_last_day_seconds: 3600,
    },
  ]);
});

/** Polls of a store every hour from some hours ago until others; `down` are the hours ago of the inactive ones. */
function hourly(id: string, from: number, to: number, down: (hour: number) => boolean = () => false) {
  return Array.from({ length: from - to + 1 }, (_, i) => ago(id, (from - i) * 60, !down(from - i)));
}

test('a window before the polls began is unknown, not covered, and not compared with', async (t) => {
  const { json } = await served(t, { polls: hourly('a', 60, 0) });
  const { uptime } = await json('/api/v1/fleet');
  const said = (window: 'hour' | 'day' | 'week') => {
    const { unknown_seconds, coverage_ratio, comparable, before } = uptime[window];
    return [unknown_seconds / 3600, coverage_ratio, comparable, before.coverage_ratio, before.uptime_ratio];
  };
  assert.deepEqual(said('hour'), [0, 1, true, 1, 1]);
  assert.deepEqual(said('day'), [0, 1, true, 1, 1]);
  assert.deepEqual(said('week'), [108, 60 / 168, false, 0, null]);
  const { hours, days } = await json('/api/v1/fleet/history');
  assert.deepEqual([hours[107].coverage_ratio, hours[108].coverage_ratio], [0, 1]);
  assert.equal(days[5].from, '2025-06-02T00:00:00.000Z');
  assert.deepEqual([days[4].uptime_ratio, days[5].unknown_seconds, days[5].coverage_ratio], [null, 5 * 3600, 19 / 24]);
});

test('two polling intervals without a poll, and what follows is unknown in every view', async (t) => {
  const { json } = await served(t, { polls: hourly('a', 200, 5, (hour) => hour < 8) });
  const fleet = await json('/api/v1/fleet');
  assert.deepEqual([fleet.poller.status, fleet.states], ['late', { offline: 0, unknown: 1, online: 0, closed: 0 }]);
  const { hour, day } = fleet.uptime;
  assert.deepEqual([hour.uptime_ratio, hour.unknown_seconds, hour.comparable], [null, 3600, false]);
  assert.deepEqual([day.unknown_seconds, day.coverage_ratio, day.down_seconds], [10_800, 20 / 24, 16_200]);
  const [listed] = (await json('/api/v1/stores')).items;
  assert.deepEqual([listed.state, listed.offline_since], ['unknown', null]);
  const { seen, totals, outages } = await json('/api/v1/stores/a/timeline?from=2025-06-04T07:00Z');
  assert.deepEqual(seen.segments.at(-1).state, 'unknown');
  assert.deepEqual([seen.totals.unknown_seconds, totals.unknown_seconds], [10_800, 0]);
  assert.deepEqual([seen.coverage_ratio, outages[0].lost_seconds], [0.6, 16_200]);
});

test('the attention list tells last known outages from present ones, and counts long ones', async (t) => {
  const { server, json } = await served(t, {
    polls: [
      ...hourly('long', 200, 0, (hour) => hour < 40),
      ...hourly('ever', 200, 0, () => true),
      ...hourly('new', 200, 0, (hour) => hour < 2),
      ...hourly('unseen', 200, 4, (hour) => hour < 6),
      ...hourly('worse', 200, 0, (hour) => hour === 5),
      ...hourly('better', 200, 0, (hour) => hour === 5 || hour === 30 || hour === 32),
      ...hourly('fine', 200, 0),
    ],
  });
  await server.app.inject({
    method: 'PATCH',
    url: '/api/v1/stores/new',
    headers: { authorization: 'Bearer operator' },
    payload: { name: 'New York', labels: { brand: 'Noodle' } },
  });
  const { attention, worst } = await json('/api/v1/fleet');
  assert.deepEqual(
    attention.stores.map(({ store_id, concern, state }: Record<string, string>) => [store_id, concern, state]),
    [
      ['new', 'new', 'offline'],
      ['unseen', 'last_known', 'unknown'],
      ['worse', 'worsening', 'online'],
      ['better', 'recent', 'online'],
    ],
  );
  assert.deepEqual(
    [attention.total, attention.long_offline, attention.long_closed, attention.long_last_known],
    [4, 2, 0, 0],
  );
  assert.deepEqual(attention.stores[0], {
    store_id: 'new',
    name: 'New York',
    labels: { brand: 'Noodle' },
    concern: 'new',
    state: 'offline',
    offline_since: { utc: '2025-06-04T15:30:00.000Z', local: '2025-06-04T10:30:00.000-05:00' },
    began_earlier: false,
    since_first_poll: false,
    lost_seconds: 5_400,
    down_last_day_seconds: 5_400,
    down_day_before_seconds: 0,
    last_check: {
      at: { utc: '2025-06-04T17:00:00.000Z', local: '2025-06-04T12:00:00.000-05:00' },
      status: 'inactive',
    },
  });
  const unseen = attention.stores[1];
  assert.deepEqual(
    [unseen.offline_since.utc, unseen.last_check.at.utc],
    ['2025-06-04T11:30:00.000Z', '2025-06-04T13:00:00.000Z'],
  );
  const current = worst.filter((one: Record<string, unknown>) => one.offline_since !== null);
  assert.deepEqual(
    current.map(({ store_id }: Record<string, string>) => store_id),
    ['ever', 'long', 'new'],
  );
});

test('a store that is up again is not listed as offline, however old the figures are', async (t) => {
  const { server, clock, json } = await served(t, {
    polls: [...hourly('new', 200, 0, (hour) => hour < 2), ...hourly('fine', 200, 0)],
  });
  const before = await json('/api/v1/fleet');
  assert.deepEqual([before.states.offline, before.attention.stores.length, before.attention.total], [1, 1, 1]);
  clock.now += 2 * MINUTE;
  const polls = [{ store_id: 'new', status: 'active', timestamp_utc: new Date(NOON + MINUTE).toISOString() }];
  const added = await server.app.inject({
    method: 'POST',
    url: '/api/v1/polls',
    headers: { authorization: 'Bearer operator' },
    payload: { polls },
  });
  assert.equal(added.statusCode, 200, added.body);
  for (;;) {
    const { states, attention } = await json('/api/v1/fleet');
    const shown = attention.stores.filter((store: { state: string }) => store.state === 'offline').length;
    assert.equal(shown, states.offline);
    if (states.offline === 0) break;
    clock.now += 1_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test('planned downtime is distinguished from other outages: of a store, in the counts and in what needs attention', async (t) => {
  const { server, json } = await served(t, {
    polls: [...hourly('oven', 200, 0, (hour) => hour < 2), ...hourly('broken', 200, 0, (hour) => hour < 2)],
  });
  const before = await json('/api/v1/fleet');
  assert.deepEqual([before.states.offline, before.offline_planned, before.attention.total], [2, 0, 2]);
  const to = new Date(NOON + HOUR).toISOString();
  const planned = await server.app.inject({
    ...{ method: 'POST', url: '/api/v1/adjustments', headers: { authorization: 'Bearer operator' } },
    payload: { store_ids: ['oven'], to, reason: 'New oven' },
  });
  assert.equal(planned.statusCode, 201, planned.body);
  const at = new Date(NOON).toISOString();
  const { offline_planned, states, attention, worst } = await json(`/api/v1/fleet?as_of=${at}`);
  assert.deepEqual([states.offline, offline_planned], [2, 1]);
  const names = (list: { store_id: string }[]) => list.map(({ store_id }) => store_id);
  assert.deepEqual([names(attention.stores), attention.total, names(worst)], [['broken'], 1, ['broken']]);
  const { items } = await json(`/api/v1/stores?as_of=${at}&sort=id`);
  assert.deepEqual(
    items.map((store: Record<string, { utc: string } | null>) => store.planned_until?.utc ?? null),
    [null, to],
  );
});

test('a store that closed while it was offline needs attention, and its outage goes on', async (t) => {
  const untilTen = (id: string) => Array.from({ length: 7 }, (_, day) => [id, day, 0, 10 * 3_600_000] as const);
  const { json } = await served(t, {
    hours: [...untilTen('tonight'), ...untilTen('for days'), ...untilTen('fine')],
    polls: [
      ...hourly('tonight', 200, 0, (hour) => hour < 4),
      ...hourly('for days', 200, 0, (hour) => hour < 60),
      ...hourly('fine', 200, 0),
    ],
  });
  const { attention, worst, states } = await json('/api/v1/fleet');
  assert.equal(states.closed, 3);
  assert.deepEqual([attention.total, attention.long_offline, attention.long_closed], [1, 0, 1]);
  const [store] = attention.stores;
  assert.deepEqual(
    [store.store_id, store.concern, store.state, store.offline_since.utc, store.lost_seconds],
    ['tonight', 'closed', 'closed', '2025-06-04T13:30:00.000Z', 5_400],
  );
  assert.deepEqual(
    worst.map((one: Record<string, unknown>) => [one.store_id, one.state, one.offline_since !== null]),
    [
      ['for days', 'closed', true],
      ['tonight', 'closed', true],
    ],
  );
});

test('an outage from before the look-back began before a date, which is the same all day', async (t) => {
  const { json } = await served(t, { polls: hourly('a', 400, 0, () => true) });
  const starts = async (asOf: string) => {
    const query = `?as_of=${asOf}`;
    const [one] = (await json(`/api/v1/fleet${query}`)).worst;
    const [listed] = (await json(`/api/v1/stores${query}`)).items;
    const [outage] = (await json(`/api/v1/stores/a/timeline${query}`)).outages;
    assert.deepEqual([one.began_earlier, listed.began_earlier, outage.began_earlier], [true, true, true]);
    assert.deepEqual([listed.offline_since, outage.from], [one.offline_since, one.offline_since]);
    return one.offline_since.local;
  };
  const date = '2025-05-28T00:00:00.000-05:00';
  assert.equal(await starts('2025-06-04T06:10:00Z'), date);
  assert.equal(await starts('2025-06-04T12:00:00Z'), date);
  assert.equal(await starts('2025-06-04T17:00:00Z'), date);
});

test('the list is sorted by the start of the outage, across pages', async (t) => {
  const { json } = await served(t, {
    polls: [
      ...hourly('a-up', 20, 0),
      ...hourly('b-down-2', 20, 0, (hour) => hour < 2),
      ...hourly('c-down-9', 20, 0, (hour) => hour < 9),
      ...hourly('d-first', 20, 0, () => true),
    ],
  });
  const pages = async (sort: string) => {
    const found: string[] = [];
    for (let cursor = ''; ; ) {
      const { items, next_cursor } = await json(`/api/v1/stores?sort=${sort}&limit=1${cursor}`);
      found.push(...items.map(({ store_id }: { store_id: string }) => store_id));
      if (next_cursor === null) return found;
      cursor = `&cursor=${next_cursor}`;
    }
  };
  assert.deepEqual(await pages('offline_since'), ['d-first', 'c-down-9', 'b-down-2', 'a-up']);
  assert.deepEqual(await pages('-offline_since'), ['b-down-2', 'c-down-9', 'd-first', 'a-up']);
  const { items } = await json('/api/v1/stores');
  const since = items.map((one: { offline_since: { utc: string } | null }) => one.offline_since?.utc);
  assert.deepEqual(since, [
    '2025-06-04T15:30:00.000Z',
    '2025-06-04T08:30:00.000Z',
    '2025-06-03T21:00:00.000Z',
    undefined,
  ]);
  assert.equal(items[2].since_first_poll, true);
});

test('the fleet shows a self-outage with its start, now and at a past instant', async (t) => {
  const { server, clock, json } = await served(t);
  const gap = { id: 'g', server: 's', reason: 'no network', unobserved: 1, from: clock.now - HOUR, until: undefined };
  await server.storage.gaps.save(gap, clock.now);
  const since = async (url: string) => (await json(url)).poller.trouble_since;
  assert.equal(await since('/api/v1/fleet'), '2025-06-04T16:00:00.000Z');
  await server.storage.gaps.save({ ...gap, until: clock.now - MINUTE }, clock.now);
  assert.equal(await since('/api/v1/fleet?as_of=2025-06-04T16:30:00Z'), '2025-06-04T16:00:00.000Z');
  assert.equal(await since('/api/v1/fleet?as_of=2025-06-04T15:30:00Z'), null);
  clock.now += 2 * MINUTE;
  assert.equal(await since('/api/v1/fleet'), null);
});

test('a poller that has been silent for two polling intervals is late', async (t) => {
  const { clock, json } = await served(t);
  const at = async (instant: number) => (await json(`/api/v1/fleet?as_of=${new Date(instant).toISOString()}`)).poller;
  assert.equal((await at(NOON + 115 * MINUTE - 1)).status, 'ok');
  const late = await at(NOON + 115 * MINUTE);
  assert.deepEqual([late.status, late.age_seconds], ['late', 7200]);
  clock.now = NOON + 60 * DAY;
  const now = (await json('/api/v1/fleet')).poller;
  assert.deepEqual([now.status, now.latest_poll], ['late', '2025-06-04T16:55:00.000Z']);
});

interface Period {
  readonly from: string;
  readonly to: string;
  readonly polls: number;
  readonly [figure: string]: unknown;
}

test("the hours of the fleet's history add up to the days of their time zone", async (t) => {
  const { json } = await served(t);
  for (const [zone, first, midnight] of [
    ['UTC', '2025-05-28T17:00:00.000Z', '2025-05-29T00:00:00.000Z'],
    ['America/Chicago', '2025-05-28T17:00:00.000Z', '2025-05-29T05:00:00.000Z'],
    ['Asia/Kolkata', '2025-05-28T17:30:00.000Z', '2025-05-28T18:30:00.000Z'],
  ] as const) {
    const { as_of, time_zone, hours, days } = (await json(
      `/api/v1/fleet/history?as_of=latest&time_zone=${zone.toLowerCase()}`,
    )) as { as_of: string; time_zone: string; hours: Period[]; days: Period[] };
    assert.deepEqual([as_of, time_zone], ['2025-06-04T16:55:00.000Z', zone]);
    assert.deepEqual([hours.length, days.length], [168, 8]);
    for (const periods of [hours, days]) {
      assert.equal(periods[0]?.from, first);
      assert.equal(periods.at(-1)?.to, as_of);
      for (const [i, { from }] of periods.slice(1).entries()) assert.equal(periods[i]?.to, from);
    }
    assert.equal(days[1]?.from, midnight);
    for (const day of days) {
      const within = hours.filter(({ from }) => from >= day.from && from < day.to);
      for (const figure of ['open_seconds', 'up_seconds', 'down_seconds', 'unknown_seconds', 'polls']) {
        assert.equal(
          day[figure],
          within.reduce((sum, hour) => sum + Number(hour[figure]), 0),
          `${figure} of ${day.from} in ${zone}`,
        );
      }
    }
  }
  const { time_zone, hours } = await json('/api/v1/fleet/history?as_of=latest');
  assert.equal(time_zone, 'UTC');
  assert.equal(hours[167].from, '2025-06-04T16:00:00.000Z');
  assert.deepEqual([hours[167].polls, hours[166].polls], [3, 1]);
  const kolkata = await json('/api/v1/fleet/history?as_of=latest&time_zone=Asia/Kolkata');
  assert.equal(kolkata.hours[167].from, '2025-06-04T16:30:00.000Z');
});

test('a history in a time zone that does not exist is refused', async (t) => {
  const { get } = await served(t);
  const answer = await get('/api/v1/fleet/history?time_zone=Mars%2FOlympus');
  assert.equal(answer.statusCode, 400);
  assert.match(
    answer.json().detail,
    /^time_zone is "Mars\/Olympus", expected an IANA time zone such as "America\/Chicago"$/,
  );
});

test('the history of the fleet includes overlapping coverage gaps; owners do not see the number of missed polls', async (t) => {
  const { server, json } = await served(t);
  const hour = 3_600_000;
  const gap = { id: randomUUID(), server: 'here', reason: 'most probes fail', unobserved: 7 };
  await server.storage.gaps.save({ ...gap, from: NOON - 3 * hour, until: NOON - 2 * hour }, NOON);
  await server.storage.gaps.save({ ...gap, id: randomUUID(), from: NOON - 200 * hour, until: NOON - 199 * hour }, NOON);
  const told = { from: '2025-06-04T14:00:00.000Z', until: '2025-06-04T15:00:00.000Z', reason: 'most probes fail' };
  assert.deepEqual((await json('/api/v1/fleet/history')).gaps, [{ ...told, unobserved: 7 }]);
  assert.deepEqual((await json('/api/v1/fleet/history', 'owner')).gaps, [told]);
});

test("an owner only sees the owner's stores", async (t) => {
  const { server, json } = await served(t);
  const own = await json('/api/v1/fleet', 'owner');
  assert.deepEqual([own.stores, own.states.offline], [1, 1]);
  assert.equal(own.poller.latest_poll, '2025-06-04T16:30:00.000Z');
  assert.deepEqual(
    own.worst.map(({ store_id }: { store_id: string }) => store_id),
    ['mine'],
  );
  assert.equal(own.uptime.hour.open_seconds, 3600);
  const history = await json('/api/v1/fleet/history', 'owner');
  assert.equal(history.days[7].polls, 3);

  const nothing = await json('/api/v1/fleet', 'nothing');
  assert.deepEqual([nothing.stores, nothing.worst, nothing.poller.latest_poll], [0, [], null]);
  assert.equal(nothing.uptime.week.open_seconds, 0);

  // Changes to other stores make no difference.
  await merge(server.storage, { polls: [ago('theirs', 2, true), ago('other', 2, true)] });
  assert.deepEqual(await json(`/api/v1/fleet?as_of=2025-06-04T17:00Z`, 'owner'), own);
});

test('a timeline has open times, polls, states, outages and totals', async (t) => {
  const { json } = await served(t);
  const answer = await json('/api/v1/stores/mine/timeline?from=2025-06-04T08:00:00-05:00', 'owner');
  const at = (utc: string, local: string) => ({ utc: `2025-06-04T${utc}Z`, local: `2025-06-04T${local}-05:00` });
  const [nine, eleven, noon] = [
    at('14:00:00.000', '09:00:00.000'),
    at('16:00:00.000', '11:00:00.000'),
    at('17:00:00.000', '12:00:00.000'),
  ];
  assert.deepEqual(answer, {
    store_id: 'mine',
    time_zone: 'America/Chicago',
    zone: 'America/Chicago',
    as_of: noon,
    from: at('13:00:00.000', '08:00:00.000'),
    to: noon,
    estimator: 'nearest',
    first_poll: at('14:30:00.000', '09:30:00.000'),
    open: [{ from: nine, to: noon }],
    hours_unknown: [],
    planned: [],
    polls: [
      { at: at('14:30:00.000', '09:30:00.000'), status: 'active', counts: true, reason: null, inactive_reason: null },
      { at: at('15:30:00.000', '10:30:00.000'), status: 'active', counts: true, reason: null, inactive_reason: null },
      {
        ...{ at: at('16:30:00.000', '11:30:00.000'), status: 'inactive', counts: true, reason: null },
        inactive_reason: null,
      },
    ],
    segments: [
      { from: nine, to: eleven, state: 'up', seconds: 7200 },
      { from: eleven, to: noon, state: 'down', seconds: 3600 },
    ],
    outages: [
      {
        from: eleven,
        to: noon,
        ongoing: true,
        lost_seconds: 3600,
        since_first_poll: false,
        began_earlier: false,
        reasons: [],
      },
    ],
    totals: { open_seconds: 10_800, up_seconds: 7200, down_seconds: 3600, unknown_seconds: 0 },
    seen: {
      segments: [
        { from: nine, to: at('14:30:00.000', '09:30:00.000'), state: 'unknown', seconds: 1800 },
        { from: at('14:30:00.000', '09:30:00.000'), to: eleven, state: 'up', seconds: 5400 },
        { from: eleven, to: noon, state: 'down', seconds: 3600 },
      ],
      totals: { open_seconds: 10_800, up_seconds: 5400, down_seconds: 3600, unknown_seconds: 1800 },
      covered: [{ from: at('14:30:00.000', '09:30:00.000'), to: noon }],
      coverage_ratio: 9000 / 10_800,
    },
  });
});

test('a timeline with several windows gives the same result for each as a request for its range', async (t) => {
  const { json } = await served(t);
  const store = '/api/v1/stores/mine/timeline';
  const asOf = Date.parse('2025-06-04T16:45:00Z');
  const ask = (query: Record<string, string>) =>
    json(`${store}?${new URLSearchParams({ as_of: new Date(asOf).toISOString(), ...query })}`, 'owner');
  const { windows, ...rest } = await ask({ from: '2025-06-04T13:00:00Z', windows: 'hour' });
  const { windows: none, ...plain } = await ask({ from: '2025-06-04T13:00:00Z' });
  assert.deepEqual(rest, plain, 'windows do not change the rest');
  assert.equal(none, undefined);
  assert.deepEqual(Object.keys(windows), ['hour']);

  const all = await json(
    `${store}?as_of=${new Date(asOf).toISOString()}&windows=hour&windows=day&windows=week`,
    'owner',
  );
  for (const [name, hours] of Object.entries({ hour: 1, day: 24, week: 168 })) {
    const from = new Date(asOf - hours * 3_600_000).toISOString();
    const { from: begin, to, segments, totals, seen } = await ask({ from });
    assert.deepEqual(all.windows[name], { from: begin, to, segments, totals, seen }, name);
  }
});

test('a timeline and the fleet include the reason why a store is offline', async (t) => {
  const { json } = await served(t, {
    hours: [...everyDay('s'), ...everyDay('r'), ...everyDay('q')],
    polls: [
      ['s', NOON - 90 * 60_000, false, 'timeout'],
      ['s', NOON - 60 * 60_000, false, 'closed_by_store: PAUSED'],
      ['s', NOON - 30 * 60_000, false, 'closed_by_store'],
      ['s', NOON - 10 * 60_000, true],
      ['s', NOON - 2 * 60_000, false, 'http_503: maintenance'],
      ['r', NOON - 60_000, false, 'http_503'],
      ['q', NOON - 60_000, false],
    ],
  });
  const { polls, outages } = await json('/api/v1/stores/s/timeline');
  assert.deepEqual(
    polls.map(({ inactive_reason: reason }: { inactive_reason: unknown }) => reason),
    [
      { code: 'timeout', detail: null },
      { code: 'closed_by_store', detail: 'PAUSED' },
      { code: 'closed_by_store', detail: null },
      null,
      { code: 'http_503', detail: 'maintenance' },
    ],
  );
  assert.deepEqual(
    outages.map(({ reasons }: { reasons: unknown }) => reasons),
    [
      [
        { code: 'closed_by_store', detail: 'PAUSED', polls: 2 },
        { code: 'timeout', detail: null, polls: 1 },
      ],
      [{ code: 'http_503', detail: 'maintenance', polls: 1 }],
    ],
  );
  const { offline_reasons: reasons, states } = await json('/api/v1/fleet');
  assert.equal(states.offline, 3);
  assert.deepEqual(reasons, [
    { reason: 'http_503', stores: 2 },
    { reason: null, stores: 1 },
  ]);
});

test('a state change at half a millisecond is exact, and a poll that does not count has a reason', async (t) => {
  const { json } = await served(t, {
    hours: everyDay('s'),
    polls: [
      ['s', NOON - 5 * HOUR, true],
      ['s', NOON - 60_001, true],
      ['s', NOON - 30_000, false],
    ],
  });
  const { polls, segments } = await json('/api/v1/stores/s/timeline');
  assert.deepEqual(
    polls.map(({ counts, reason }: { counts: boolean; reason: string | null }) => [counts, reason]),
    [
      [false, 'outside_business_hours'],
      [true, null],
      [true, null],
    ],
  );
  assert.equal(segments.at(-1).from.utc, '2025-06-04T16:59:14.9995Z');
  assert.equal(segments.at(-1).from.local, '2025-06-04T11:59:14.9995-05:00');
  assert.equal(segments.at(-1).seconds, 45.0005);
});

test('local times of a timeline follow the zone that was in force', async (t) => {
  const { server, json } = await served(t, { zones: [['s', 'America/Chicago']], polls: [['s', NOON - DAY, true]] });
  await merge(server.storage, { zones: [['s', 'Asia/Kolkata']] }, NOON - HOUR);
  const { zone, from, to } = await json('/api/v1/stores/s/timeline?from=2025-06-04T00:00Z');
  assert.equal(zone, 'Asia/Kolkata');
  assert.equal(from.local, '2025-06-03T19:00:00.000-05:00');
  assert.equal(to.local, '2025-06-04T22:30:00.000+05:30');
});

test('the timeline of a store that the user may not see is not found', async (t) => {
  const { get } = await served(t);
  const other = await get('/api/v1/stores/theirs/timeline', 'owner');
  const none = await get('/api/v1/stores/nowhere/timeline', 'owner');
  assert.deepEqual([other.statusCode, none.statusCode], [404, 404]);
  assert.equal(other.body.replace('theirs', 'nowhere'), none.body);
  assert.equal((await get('/api/v1/stores/nowhere/timeline')).statusCode, 404);
  assert.equal((await get('/api/v1/stores/theirs/timeline')).statusCode, 200);
});

test('an invalid or too long range is rejected with what was expected', async (t) => {
  const { get } = await served(t);
  const refused = async (query: string) => {
    const answer = await get(`/api/v1/stores/mine/timeline?${query}`);
    assert.equal(answer.statusCode, 400, answer.body);
    return answer.json<{ detail: string }>().detail;
  };
  assert.match(await refused('to=2025-06-04T17:00:00.001Z'), /no later than as_of, 2025-06-04T17:00:00\.000Z/);
  assert.match(await refused('from=2025-05-27T16:59:59.999Z'), /no earlier than 8 days before as_of, 2025-05-27T17:00/);
  assert.match(await refused('from=2025-06-04T12:00Z&to=2025-06-04T11:00Z'), /no later than to/);
  assert.match(await refused('from=yesterday'), /from is "yesterday", expected an instant/);
  assert.match(await refused('as_of=soon'), /as_of is "soon"/);
  assert.match(await refused('estimator=markov'), /estimator/);
  assert.equal((await get('/api/v1/stores/mine/timeline?from=2025-05-27T17:00Z&to=2025-05-27T17:00Z')).statusCode, 200);
});

test('without polls, as_of latest is rejected', async (t) => {
  const { get, json } = await served(t, { hours: everyDay('s') });
  assert.equal((await get('/api/v1/fleet?as_of=latest')).statusCode, 409);
  const fleet = await json('/api/v1/fleet');
  assert.deepEqual([fleet.states.unknown, fleet.poller.status, fleet.uptime.hour.uptime_ratio], [1, 'late', null]);
});

test('metrics count requests by route and states, and have the age of the latest poll', async (t) => {
  const { get } = await served(t);
  await get('/api/v1/stores/mine/timeline');
  await get('/nowhere/at/all');
  const { body, headers } = await get('/metrics');
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^restaurant_monitor_stores\{state="offline"\} 2$/m);
  assert.match(body, /^restaurant_monitor_latest_poll_age_seconds 300$/m);
  assert.match(
    body,
    /^restaurant_monitor_request_duration_seconds_count\{method="GET",route="\/api\/v1\/stores\/:store_id\/timeline",status="200"\} 1$/m,
  );
  assert.match(body, /route="none",status="404"/);
  assert.ok(!body.includes('mine'), 'no store is named');
  assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
  assert.equal((await get('/metrics', 'owner')).statusCode, 403);
});

test('polls added over HTTP are counted, and the duration of a report is recorded', async (t) => {
  const { server, get } = await served(t);
  const headers = { authorization: 'Bearer operator' };
  const poll = { store_id: 'mine', timestamp_utc: '2025-06-04T16:59:00Z', status: 'active' };
  const sent = await server.app.inject({ method: 'POST', url: '/api/v1/polls', headers, payload: [poll, poll] });
  assert.equal(sent.json<{ received: number; rejected: number }>().rejected, 0, sent.body);
  assert.match((await get('/metrics')).body, /^restaurant_monitor_polls_received_total\{source="api"\} 2$/m);
  await server.app.inject({ method: 'POST', url: '/trigger_report', headers });
  const reported = 'restaurant_monitor_report_duration_seconds_count{outcome="complete"} 1';
  while (!(await get('/metrics')).body.includes(reported)) await setImmediate();
});

test('the list of stores has the states of the fleet', async (t) => {
  const { json } = await served(t);
  const states = async (query: string) =>
    (await json(`/api/v1/stores${query}`)).items.map(
      ({ store_id, state }: { store_id: string; state: string }) => `${store_id} ${state}`,
    );
  assert.deepEqual(await states(''), ['mine offline', 'theirs offline']);
  assert.deepEqual(await states('?as_of=2025-06-04T15:45:00Z'), ['theirs unknown', 'mine online']);
  assert.deepEqual(await states('?as_of=latest&state=offline'), ['mine offline', 'theirs offline']);
});

/** Reads events as they arrive. */
async function* eventsOf(response: Response): AsyncGenerator<{ event: string; data: Record<string, unknown> }> {
  let text = '';
  assert.ok(response.body, 'there is a body');
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) };
    }
  }
}

test('listeners get events about their visible stores, and the server can close while they listen', async (t) => {
  const { server } = await served(t);
  const address = await server.app.listen({ port: 0 });
  const listen = async (user: string) => {
    const response = await fetch(`${address}/api/v1/fleet/events`, { headers: { authorization: `Bearer ${user}` } });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    const events = eventsOf(response);
    return { events, first: (await events.next()).value };
  };
  const operator = await listen('operator');
  assert.deepEqual(operator.first, {
    event: 'fleet',
    data: {
      as_of: '2025-06-04T17:00:00.000Z',
      stores: 2,
      states: { offline: 2, unknown: 0, online: 0, closed: 0 },
      offline_planned: 0,
      latest_poll: '2025-06-04T16:55:00.000Z',
      poller_status: 'ok',
      revision: 1,
    },
  });
  const owner = await listen('owner');
  assert.deepEqual(owner.first, {
    event: 'fleet',
    data: {
      as_of: '2025-06-04T17:00:00.000Z',
      stores: 1,
      states: { offline: 1, unknown: 0, online: 0, closed: 0 },
      offline_planned: 0,
      latest_poll: '2025-06-04T16:30:00.000Z',
      poller_status: 'ok',
    },
  });
  assert.equal(server.app.eventStreams.size, 2);
  await server.app.close();
  assert.equal((await operator.events.next()).done, true);
  assert.equal((await owner.events.next()).done, true);
  assert.equal(server.app.eventStreams.size, 0);
});

test('an update has the latest poll of an owner whose stores are no longer polled', async (t) => {
  const { server, clock, json } = await served(t);
  clock.now += 3 * HOUR;
  const address = await server.app.listen({ port: 0 });
  const headers = { authorization: 'Bearer owner' };
  const events = eventsOf(await fetch(`${address}/api/v1/fleet/events`, { headers }));
  const { data } = (await events.next()).value ?? assert.fail('the stream has an event');
  assert.deepEqual([data.latest_poll, data.poller_status], ['2025-06-04T16:30:00.000Z', 'late']);
  assert.equal((await json('/api/v1/fleet', 'owner')).poller.latest_poll, data.latest_poll);
});

test('a disconnected listener is removed, and one above the limit is rejected', async (t) => {
  const { server, get } = await served(t);
  const address = await server.app.listen({ port: 0 });
  const leaving = new AbortController();
  const headers = { authorization: 'Bearer operator' };
  await fetch(`${address}/api/v1/fleet/events`, { headers, signal: leaving.signal });
  const [stream] = server.app.eventStreams;
  leaving.abort();
  await stream?.closed;
  assert.equal(server.app.eventStreams.size, 0);
  for (let i = 0; i < server.app.maxEventStreams; i++) {
    server.app.eventStreams.add({ send: () => {}, close: () => {}, closed: Promise.resolve() });
  }
  const answer = await get('/api/v1/fleet/events');
  assert.equal(answer.statusCode, 429);
  assert.equal(answer.headers['retry-after'], '30');
});
