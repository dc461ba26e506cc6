import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoreEntry } from '../../src/stores/directory.ts';
import { type ListedStore, listStores, type StoreFilter } from '../../src/stores/list.ts';
import { type Position, SORTS } from '../../src/stores/order.ts';
import { type Outages, STATES, type States, type StoreState } from '../../src/stores/states.ts';

interface Live {
  readonly store: StoreEntry;
  readonly live: StoreState;
}

const stores = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 4 }),
      name: fc.option(fc.constantFrom('Zoë', 'zoe', 'Abe', 'abe', 'B*b'), { nil: undefined }),
      city: fc.constantFrom('Köln', 'Chicago'),
      state: fc.constantFrom(...STATES),
      instant: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    }),
    { selector: ({ id }) => id, maxLength: 60 },
  )
  .map((all) =>
    all
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(
        ({ id, name, city, state, instant }, key): Live => ({
          store: { key, id, name, zone: undefined, labels: { city }, probeUrl: undefined, version: 1 },
          live: {
            state,
            lastPoll: instant === undefined ? undefined : { instant, active: true },
            firstPoll: undefined,
          },
        }),
      ),
  );

function listing(all: readonly Live[]) {
  const byKey = new Map(all.map(({ store, live }) => [store.key, live]));
  const states: States = { asOf: 0, of: ({ key }) => byKey.get(key) as StoreState };
  // Their last polls serve as the starts of outages.
  const outages: Outages = {
    since: ({ key }) => {
      const { state, lastPoll } = byKey.get(key) as StoreState;
      if (state !== 'offline' || lastPoll === undefined) return undefined;
      return { since: lastPoll.instant, sinceFirstPoll: false, beganEarlier: false };
    },
    staleCheck: () => undefined,
  };
  return (filter: StoreFilter, sort: (typeof SORTS)[number], limit: number, after?: Position) =>
    listStores(
      all.map(({ store }) => store),
      states,
      { filter, sort, outages, limit, after },
    );
}

test('the pages of a list contain every store once, in the order of a single page', async () => {
  await fc.assert(
    fc.asyncProperty(stores, fc.constantFrom(...SORTS), fc.integer({ min: 1, max: 7 }), async (all, sort, limit) => {
      const list = listing(all);
      const whole = await list({}, sort, 1_000);
      assert.deepEqual(whole.stores.map(({ store }) => store.id).sort(), all.map(({ store }) => store.id).sort());
      const paged: ListedStore[] = [];
      for (let more = true; more; ) {
        const page = await list({}, sort, limit, paged.at(-1)?.position);
        assert.equal(page.total, all.length);
        paged.push(...page.stores);
        more = page.more;
      }
      assert.deepEqual(paged, whole.stores);
    }),
  );
});

function live(id: string, state: StoreState['state'], more: Partial<StoreEntry> = {}, instant?: number): Live {
  return {
    store: {
      key: id.charCodeAt(0),
      id,
      name: undefined,
      zone: undefined,
      labels: {},
      probeUrl: undefined,
      version: 1,
      ...more,
    },
    live: { state, lastPoll: instant === undefined ? undefined : { instant, active: true }, firstPoll: undefined },
  };
}

function inactive(
  id: string,
  state: StoreState['state'],
  more: Partial<StoreEntry>,
  instant: number,
  reason?: string,
): Live {
  return {
    ...live(id, state, more),
    live: { state, lastPoll: { instant, active: false, reason }, firstPoll: undefined },
  };
}

const FLEET = [
  live('a', 'closed', { name: 'Zum Löwen', labels: { city: 'Köln', brand: 'Löwe' } }, 3),
  live('b', 'online', { zone: 'Europe/Berlin', labels: { city: 'Berlin' } }),
  inactive('c', 'offline', { name: 'anna' }, 9, 'timeout'),
  live('d', 'unknown', { name: 'Berta', labels: { city: 'Köln' } }, 9),
  inactive('e', 'offline', { name: '50% (off)', zone: 'America/Chicago' }, 1),
];

const ORDERS = {
  state: ['c', 'e', 'd', 'b', 'a'],
  id: ['a', 'b', 'c', 'd', 'e'],
  name: ['e', 'c', 'd', 'a', 'b'],
  '-last_poll': ['c', 'd', 'a', 'e', 'b'],
  offline_since: ['e', 'c', 'a', 'b', 'd'],
  '-offline_since': ['c', 'e', 'a', 'b', 'd'],
};
for (const sort of SORTS) {
  test(`a list sorted by ${sort}`, async () => {
    const { stores } = await listing(FLEET)({}, sort, 10);
    assert.deepEqual(
      stores.map(({ store }) => store.id),
      ORDERS[sort],
    );
  });
}

test('numbers in names are sorted by value', async () => {
  const names = ['Shop 1202', 'shop 122', 'Shop 9', 'Shop', 'Shop 0', 'Shop 99999999999999', 'Shop 122b'];
  const { stores } = await listing(names.map((name, i) => live(String(i), 'online', { name })))({}, 'name', 10);
  assert.deepEqual(
    stores.map(({ store }) => store.name),
    ['Shop', 'Shop 0', 'Shop 9', 'shop 122', 'Shop 122b', 'Shop 1202', 'Shop 99999999999999'],
  );
});

const FILTERS: readonly (readonly [StoreFilter, string])[] = [
  [{ search: 'LÖW' }, 'a'],
  [{ search: 'köln' }, 'ad'],
  [{ search: 'zum lowen' }, 'a'],
  [{ labels: [['city', 'KOLN']] }, 'ad'],
  [{ labels: [['City', 'Köln']] }, 'ad'],
  [{ labels: [['cities', 'Köln']] }, ''],
  [{ search: '50% (' }, 'e'],
  [{ search: '.*' }, ''],
  [{ search: 'B' }, 'bd'],
  [{ states: ['offline', 'closed'] }, 'ace'],
  [{ zone: 'America/Chicago' }, 'acde'],
  [{ zone: 'Europe/Berlin' }, 'b'],
  [{ labels: [['city', 'Köln']] }, 'ad'],
  [
    {
      labels: [
        ['city', 'Köln'],
        ['brand', 'Löwe'],
      ],
    },
    'a',
  ],
  [{ labels: [['constructor', 'Object']] }, ''],
  [{ search: 'a', states: ['offline'] }, 'c'],
  [{ reasons: ['timeout'] }, 'c'],
  [{ reasons: ['none'] }, 'e'],
  [{ reasons: ['none', 'timeout'], states: ['offline', 'closed'] }, 'ce'],
  [{ reasons: ['dns'] }, ''],
  [{ reasons: ['timeout'], states: ['closed'] }, ''],
];
for (const [filter, expected] of FILTERS) {
  test(`a list of the stores with ${JSON.stringify(filter)}`, async () => {
    const { stores, total } = await listing(FLEET)(filter, 'id', 10);
    assert.equal(stores.map(({ store }) => store.id).join(''), expected);
    assert.equal(total, expected.length);
  });
}

test('a search through many stores yields to other work', async () => {
  const many = Array.from({ length: 50_000 }, (_, key) => ({ ...(FLEET[0] as Live).store, key, id: String(key) }));
  const states: States = { asOf: 0, of: () => ({ state: 'online', lastPoll: undefined, firstPoll: undefined }) };
  let turns = 0;
  const timer = setImmediate(function again() {
    turns++;
    if (turns < 100) setImmediate(again);
  });
  const { total } = await listStores(many, states, {
    filter: { zone: 'America/Chicago' },
    sort: 'state',
    after: undefined,
    limit: 5,
  });
  clearImmediate(timer);
  assert.equal(total, 50_000);
  assert.ok(turns >= 2, `${turns} turns`);
});
