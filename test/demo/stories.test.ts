import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localDate } from '../../src/calendar/tzdb.ts';
import { ANSWERS } from '../../src/demo/answers.ts';
import { chainOf } from '../../src/demo/chain.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/hours.ts';
import { demoAt } from '../support/demo.ts';

/** Every 13 hours over two weeks, across the autumn clock change of the United States. */
const STARTS = Array.from({ length: 26 }, (_, i) => Date.UTC(2026, 9, 26, 3, 17) + i * 13 * HOUR);

const weekday = (instant: number, zone: string) =>
  new Date(`${localDate(instant, zone)}T00:00Z`).toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });

test('the chain is made of distinct stores in several zones, and depends on the seed', () => {
  const chain = chainOf(1);
  assert.equal(chain.length, 120);
  for (const key of ['id', 'name'] as const) assert.equal(new Set(chain.map((store) => store[key])).size, 120, key);
  assert.equal(new Set(chain.map(({ brand }) => brand)).size, 5);
  assert.equal(new Set(chain.map(({ zone }) => zone)).size, 8);
  assert.equal(chain.filter(({ week }) => week.length === 0).length, 24, 'stores that are open 24/7');
  assert.deepEqual(chainOf(1), chain);
  assert.notDeepEqual(chainOf(2), chain);
});

test('the platform was down on the last Tuesday, whenever the demo starts', () => {
  for (const start of STARTS) {
    const { chain, stories, scenario } = demoAt(start);
    const { from, to, stores, name } = stories.platform;
    assert.equal(weekday(from, 'America/Chicago'), 'Tuesday', new Date(start).toISOString());
    assert.equal(to <= start && start < from + 7 * DAY + HOUR, true, new Date(start).toISOString());
    assert.deepEqual(
      stores,
      chain.filter(({ platform }) => platform === name),
    );
    const dead = stories.dead.map(({ store }) => store);
    for (const store of stores.filter((one) => !dead.includes(one))) {
      assert.equal(scenario.at(store, from), ANSWERS.platformDown, store.id);
      assert.notEqual(scenario.at(store, to), ANSWERS.platformDown, store.id);
    }
  }
});

test('two stores died on the last Saturday and stay dead', () => {
  for (const start of STARTS) {
    const { stories, scenario } = demoAt(start);
    assert.equal(stories.dead.length, 2);
    for (const { store, from, answer } of stories.dead) {
      assert.equal(weekday(from, store.zone), 'Saturday', store.id);
      assert.equal(from < start && start - from < 8 * DAY, true, new Date(start).toISOString());
      assert.notEqual(scenario.at(store, from - 1), answer, store.id);
      const later = [0, MINUTE, DAY, 40 * DAY].map((after) => scenario.at(store, start + after));
      assert.deepEqual(later, [answer, answer, answer, answer], store.id);
    }
  }
});

test('the bakery with wrong hours is closed each morning, before the start and after it', () => {
  const start = Date.parse('2026-11-04T20:00:00Z');
  const { stories, scenario } = demoAt(start);
  const { store, published, kept } = stories.wrongHours;
  assert.equal(kept - published, 2 * HOUR);
  for (const date of ['2026-10-28', '2026-11-03', '2026-11-05', '2026-12-24']) {
    const midnight = Array.from({ length: 25 * 60 }, (_, i) => Date.parse(`${date}T00:00Z`) + i * MINUTE).find(
      (instant) => localDate(instant - MINUTE, store.zone) < localDate(instant, store.zone),
    );
    assert.ok(midnight !== undefined, `${date} begins in ${store.zone}`);
    assert.equal(scenario.at(store, midnight + published + MINUTE), ANSWERS.closed, date);
    assert.equal(scenario.at(store, midnight + kept - 1), ANSWERS.closed, date);
    assert.notEqual(scenario.at(store, midnight + kept), ANSWERS.closed, date);
  }
});

test('soon after the start, one store recovers and another goes offline', () => {
  for (const start of STARTS) {
    const { stories, scenario } = demoAt(start);
    assert.ok(stories.soon !== undefined, new Date(start).toISOString());
    const [recovering, failing] = [stories.soon.recovering.store, stories.soon.failing.store];
    assert.equal(scenario.at(recovering, start), ANSWERS.paused);
    assert.equal(scenario.at(recovering, start + 3 * MINUTE), ANSWERS.online);
    assert.equal(scenario.at(failing, start), ANSWERS.online);
    assert.equal(scenario.at(failing, start + 3 * MINUTE), ANSWERS.paused);
  }
});

test('what a store answers does not depend on how it is asked, and depends on the seed', () => {
  const [from, to] = [Date.parse('2026-10-28T00:00:00Z'), Date.parse('2026-11-04T00:00:00Z')];
  const { chain, scenario } = demoAt(to);
  for (const store of chain.filter(({ index }) => index % 10 === 3)) {
    const stretches = scenario.between(store, from, to);
    for (const [i, stretch] of stretches.entries()) {
      const until = stretches[i + 1]?.from ?? to;
      const instants = [stretch.from, (stretch.from + until) / 2, until - 1];
      for (const instant of instants) assert.equal(scenario.at(store, instant), stretch.answer, store.id);
    }
  }
  const all = (seed: number) => {
    const demo = demoAt(to, seed);
    return demo.chain.map((store) => demo.scenario.between(store, from, to));
  };
  assert.deepEqual(all(1), all(1));
  assert.notDeepEqual(all(1), all(2));
});
