import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY, HOUR } from '../../src/domain/hours.ts';
import { Ranking } from '../../src/domain/ranking.ts';
import { CLOSED, OFFLINE, ONLINE, UNKNOWN } from '../../src/domain/state.ts';
import { AttentionList, type BadStore, WorstStores } from '../../src/domain/worst.ts';

const NOW = 100 * DAY;

interface Drawn {
  readonly state?: number;
  /** Hours of its outage: since when, and how many of them were lost. */
  readonly since?: number | undefined;
  readonly lost?: number;
  readonly downDay?: number;
  readonly downDayBefore?: number;
  readonly planned?: boolean;
}

function bad(
  store: string,
  { state = ONLINE, since, lost = 0, downDay = 0, downDayBefore = 0, planned = false }: Drawn,
): BadStore<string> {
  return {
    store,
    state,
    planned,
    outage:
      since === undefined
        ? undefined
        : { since: NOW - since * HOUR, lost: lost * HOUR, sinceFirstPoll: false, beganEarlier: false },
    downDay: downDay * HOUR,
    downDayBefore: downDayBefore * HOUR,
    lastCheck: undefined,
  };
}

test('the first few of many items are in order, and of equal ones the earlier come first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (drawn, limit) => {
      const items = drawn.map((value, place) => ({ value, place }));
      const ranking = new Ranking<(typeof items)[number]>(limit, (a, b) => a.value > b.value);
      for (const item of items) ranking.add(item);
      const expected = items.toSorted((a, b) => b.value - a.value || a.place - b.place).slice(0, limit);
      assert.deepEqual(ranking.items, expected);
    }),
  );
});

test('the worst stores are the offline ones by lost time, then the others by downtime', () => {
  const worst = new WorstStores<string>(5);
  worst.add(bad('fine', {}));
  worst.add(bad('flapping', { downDay: 5 }));
  worst.add(bad('short', { state: OFFLINE, since: 9, lost: 1 }));
  worst.add(bad('closed', { state: CLOSED, downDay: 20 }));
  worst.add(bad('unseen', { state: UNKNOWN, since: 30, lost: 30 }));
  worst.add(bad('long', { state: OFFLINE, since: 2, lost: 2, downDay: 2 }));
  worst.add(bad('not lost', { state: OFFLINE, since: 2 }));
  worst.add(bad('too many', { downDay: 1 }));
  assert.deepEqual(
    worst.stores.map(({ store }) => store),
    ['long', 'short', 'not lost', 'closed', 'flapping'],
  );
});

function attentionOf(limit: number, ...stores: readonly BadStore<string>[]) {
  const list = new AttentionList<string>(NOW, limit);
  for (const store of stores) list.add(store);
  return list;
}

test('what is new comes first, then what was not checked, then what closed while offline, then what gets worse, then what got better', () => {
  const { stores, total, longOffline } = attentionOf(
    20,
    bad('fine', { downDayBefore: 3 }),
    bad('better', { downDay: 2, downDayBefore: 3 }),
    bad('much better', { downDay: 1, downDayBefore: 9 }),
    bad('not checked', { state: UNKNOWN, since: 5, downDay: 5 }),
    bad('worse', { downDay: 4, downDayBefore: 3 }),
    bad('much worse', { state: CLOSED, downDay: 3, downDayBefore: 0 }),
    bad('closed', { state: CLOSED, since: 12, downDay: 2, downDayBefore: 2 }),
    bad('just closed', { state: CLOSED, since: 3, downDay: 1 }),
    bad('down since morning', { state: OFFLINE, since: 4, downDay: 4 }),
    bad('just down', { state: OFFLINE, since: 0.5, downDay: 0.5 }),
    bad('unknown with downtime', { state: UNKNOWN, downDay: 0.5 }),
  );
  assert.deepEqual(
    stores.map(({ store, concern }) => `${store}: ${concern}`),
    [
      'just down: new',
      'down since morning: new',
      'not checked: last_known',
      'just closed: closed',
      'closed: closed',
      'much worse: worsening',
      'worse: worsening',
      'unknown with downtime: worsening',
      'better: recent',
      'much better: recent',
    ],
  );
  assert.equal(total, 10);
  assert.deepEqual(longOffline, { offline: 0, closed: 0, lastKnown: 0 });
});

test('stores that have been offline for a day or more are only counted', () => {
  const { stores, total, longOffline } = attentionOf(
    2,
    bad('a day', { state: OFFLINE, since: 24, downDay: 24 }),
    bad('a week', { state: OFFLINE, since: 168, downDay: 24 }),
    bad('a day, when it was last checked', { state: UNKNOWN, since: 30, downDay: 20 }),
    bad('five days, closed tonight', { state: CLOSED, since: 120, downDay: 11.5, downDayBefore: 11.5 }),
    bad('nearly a day', { state: OFFLINE, since: 23.9, downDay: 23 }),
    bad('an hour', { state: OFFLINE, since: 1, downDay: 1 }),
    bad('an hour, too', { state: OFFLINE, since: 1, downDay: 1 }),
  );
  assert.deepEqual(
    stores.map(({ store }) => store),
    ['an hour', 'an hour, too'],
  );
  assert.equal(total, 3, 'also those beyond the limit');
  assert.deepEqual(longOffline, { offline: 2, closed: 1, lastKnown: 1 });
});

test('stores in planned downtime need no attention and are not among the worst', () => {
  const planned = [
    bad('down', { state: OFFLINE, since: 4, lost: 4, downDay: 4, planned: true }),
    bad('for long', { state: OFFLINE, since: 40, lost: 40, downDay: 24, planned: true }),
    bad('up again', { downDay: 4, planned: true }),
  ];
  const { stores, total, longOffline } = attentionOf(20, ...planned, bad('other', { state: OFFLINE, since: 1 }));
  assert.deepEqual([stores.map(({ store }) => store), total, longOffline.offline], [['other'], 1, 0]);
  const worst = new WorstStores<string>(5);
  for (const store of planned) worst.add(store);
  assert.deepEqual(worst.stores, []);
});
