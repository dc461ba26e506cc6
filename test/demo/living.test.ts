import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainStore } from '../../src/demo/chain.ts';
import type { StoreIncident } from '../../src/demo/stories.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/hours.ts';
import { type DemoServer, demoServer } from '../support/demo.ts';

/** A Wednesday at noon in Los Angeles, three days after the end of daylight saving time. */
const START = Date.parse('2026-11-04T20:00:00Z');

interface Figures {
  readonly uptime_ratio: number;
  readonly coverage_ratio: number;
}

interface Timeline {
  readonly outages: readonly {
    readonly from: { readonly utc: string };
    readonly ongoing: boolean;
    readonly lost_seconds: number;
    readonly reasons: readonly { readonly code: string; readonly detail: string | null }[];
  }[];
}

async function get<T>({ server }: DemoServer, url: string): Promise<T> {
  const answer = await server.app.inject({ url });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<T>();
}

/** The outages of a store in the week before the start that were down for at least this long while it was open. */
async function outages(demo: DemoServer, { id }: ChainStore, atLeast: number) {
  const week = `from=${new Date(START - 7 * DAY).toISOString()}&to=${new Date(START).toISOString()}`;
  const { outages } = await get<Timeline>(demo, `/api/v1/stores/${id}/timeline?${week}`);
  return outages.filter(({ lost_seconds }) => lost_seconds * 1_000 >= atLeast);
}

test('the history has the figures of a real chain, and its stories', async (t) => {
  const demo = await demoServer(t, START, 15 * DAY);
  const { platform, dead, wrongHours } = demo.stories;
  const fleet = await get<{
    warnings: string[];
    uptime: Record<'hour' | 'day' | 'week', Figures & { before: Figures; comparable: boolean }>;
  }>(demo, '/api/v1/fleet');
  const { hour, day, week } = fleet.uptime;
  for (const { uptime_ratio, coverage_ratio, comparable } of [day, week]) {
    assert.equal(uptime_ratio >= 0.97 && uptime_ratio <= 0.99, true, `${uptime_ratio}`);
    assert.equal(coverage_ratio > 0.999, true, `${coverage_ratio}`);
    assert.equal(comparable, true);
  }
  assert.equal(week.before.uptime_ratio > week.uptime_ratio, true, `${week.before.uptime_ratio}`);
  assert.equal(hour.coverage_ratio > 0.99, true, `${hour.coverage_ratio}`);
  assert.deepEqual(fleet.warnings, []);

  const during = new Date((platform.from + platform.to) / 2).toISOString();
  const { items } = await get<{ items: { store_id: string }[] }>(
    demo,
    `/api/v1/stores?as_of=${during}&state=offline&reason=http_503&limit=200`,
  );
  const ids = new Set(platform.stores.map(({ id }) => id));
  const affected = items.filter(({ store_id }) => ids.has(store_id));
  assert.equal(affected.length >= 20, true, `${affected.length} stores of ${platform.name} are offline`);
  const [example] = platform.stores.filter(({ week }) => week.length === 0);
  assert.ok(example !== undefined, 'a store of the platform is open 24/7');
  const [outage] = (await outages(demo, example, 34 * MINUTE)).filter(
    ({ reasons }) => reasons[0]?.detail === 'PLATFORM_OUTAGE',
  );
  assert.equal(Math.abs(Date.parse(outage?.from.utc ?? '') - platform.from) < MINUTE, true, outage?.from.utc);

  for (const { store, from, answer } of dead) {
    const [first] = (await outages(demo, store, DAY)).filter(({ ongoing }) => ongoing);
    assert.equal(Math.abs(Date.parse(first?.from.utc ?? '') - from) < MINUTE, true, `${store.id} ${first?.from.utc}`);
    assert.equal(first?.reasons[0]?.code, answer.code, store.id);
  }

  // The bakery opens an hour late on Sunday, and two hours late on the other days.
  const late = (await outages(demo, wrongHours.store, 59 * MINUTE)).filter(
    ({ reasons }) => reasons[0]?.code === 'closed_by_store' && reasons[0].detail === 'CLOSED',
  );
  assert.equal(late.length, 7, JSON.stringify(late));
});

test('the fake fleet goes on where the history ends, and the server polls it', async (t) => {
  const demo = await demoServer(t, START, 2 * HOUR);
  const { server, stories } = demo;
  const { prober } = server;
  assert.ok(prober !== undefined, 'the server has a prober');
  await prober.open();
  const state = async (incident: StoreIncident | undefined) =>
    (await get<{ state: string }>(demo, `/api/v1/stores/${incident?.store.id}`)).state;
  const live = async (minutes: number) => {
    for (let i = 0; i < (minutes * MINUTE) / (5 * SECOND); i++) {
      demo.now += 5 * SECOND;
      prober.step();
      await prober.settled();
    }
  };
  const { recovering, failing } = stories.soon ?? {};
  assert.deepEqual([await state(recovering), await state(failing)], ['offline', 'online']);
  await live(5);
  assert.deepEqual([await state(recovering), await state(failing)], ['online', 'offline']);
  for (const one of stories.dead) assert.notEqual(await state(one), 'online', one.store.id);
  await live(8);
  assert.deepEqual([await state(recovering), await state(failing)], ['online', 'online']);
  for (const one of stories.dead) assert.notEqual(await state(one), 'online', one.store.id);
  const { poller, states } = await get<{
    poller: { status: string; latest_poll: string };
    states: Record<string, number>;
  }>(demo, '/api/v1/fleet');
  assert.equal(states.unknown, 0);
  assert.equal(poller.status, 'ok');
  assert.equal(demo.now - Date.parse(poller.latest_poll) < MINUTE, true, poller.latest_poll);
  const { gaps } = await get<{ gaps: unknown[] }>(demo, '/api/v1/fleet/history');
  assert.deepEqual(gaps, []);
});
