import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY, HOUR, MINUTE } from '../../src/domain/hours.ts';
import { ALWAYS, contains, EMPTY, type Intervals } from '../../src/domain/interval.ts';
import { nearest, newEstimate } from '../../src/domain/nearest.ts';
import { POLL_REACH, WINDOWS } from '../../src/domain/window.ts';
import { Random } from '../../src/simulate/random.ts';
import { Fleet, type SimulatedStore } from '../../src/simulate/store.ts';
import { storeIds } from '../../src/simulate/store-id.ts';
import { TextBuffer } from '../../src/simulate/text-buffer.ts';

/** Eight days that hold the autumn clock change of the United States. */
const END = Date.UTC(2026, 10, 4, 19, 30);

function stores(count: number, days = 8): { fleet: Fleet; list: SimulatedStore[] } {
  const fleet = new Fleet(7, days, END);
  return { fleet, list: Array.from({ length: count }, (_, index) => fleet.store(index)) };
}

test('the random numbers are those of sfc32', () => {
  // The first word for the seed 0, 0, 0, from the documentation of the crate sfc-prng, a translation of PractRand.
  assert.equal(new Random(0, 0, 0).word(), 0xfb52c520);
});

test('every part of the seed matters', () => {
  const first = (seed: number, index: number, purpose: number) => new Random(seed, index, purpose).word();
  const words = [first(1, 0, 0), first(2 ** 32 + 1, 0, 0), first(1, 1, 0), first(1, 0, 1), first(0, 1, 0)];
  assert.equal(new Set(words).size, words.length);
});

test('store ids are distinct, of 19 digits, and fit a signed 64-bit integer', () => {
  const idOf = storeIds(1);
  const ids = Array.from({ length: 20_000 }, (_, index) => idOf(index));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(
    ids.every((id) => /^[1-9]\d{18}$/.test(id) && BigInt(id) < 2n ** 63n),
    true,
  );
  assert.equal(idOf(2 ** 32 - 1).length === 19, true);
  assert.notEqual(storeIds(2)(0), idOf(0));
});

test('an instant is written with its microseconds and without trailing zeros', () => {
  const written = (micros: number): string => {
    const text = new TextBuffer();
    text.addInstant(micros);
    return text.bytes.toString();
  };
  assert.equal(written(1_674_389_379_388_884), '2023-01-22 12:09:39.388884 UTC');
  assert.equal(written(1_674_389_379_910_000), '2023-01-22 12:09:39.91 UTC');
  assert.equal(written(1_674_389_379_000_007), '2023-01-22 12:09:39.000007 UTC');
  assert.equal(written(1_674_389_379_000_000), '2023-01-22 12:09:39 UTC');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 999 }), (millis, micros) => {
      const [date, time] = new Date(millis).toISOString().slice(0, -1).split('T');
      const expected = `${date} ${time}${String(micros).padStart(3, '0')}`.replace(/\.?0+$/, '');
      assert.equal(written(millis * 1000 + micros), `${expected} UTC`);
    }),
  );
});

test('a text buffer grows', () => {
  const text = new TextBuffer();
  const line = `${'x'.repeat(99)}\n`;
  for (let i = 0; i < 30_000; i++) text.add(line);
  assert.equal(text.bytes.toString(), line.repeat(30_000));
});

test('truth agrees with a sum over the stretches between all changes', () => {
  const { fleet, list } = stores(300);
  for (const store of list) {
    const truth = fleet.truth(store);
    for (const [w, window] of WINDOWS.entries()) {
      const [up, down] = sums(store, END - window, END);
      assert.deepEqual([truth.up[w], truth.down[w], truth.open[w]], [up, down, up + down]);
      assert.equal(Number.isSafeInteger(up) && Number.isSafeInteger(down), true);
    }
  }
});

/** Up and down time within the open time of `[from, to)`, by asking for the state between all the changes. */
function sums({ open, down }: SimulatedStore, from: number, to: number): [up: number, down: number] {
  const changes = [from, to, ...[...open, ...down].filter((at) => at > from && at < to)].sort((a, b) => a - b);
  const sum: [number, number] = [0, 0];
  for (let i = 1; i < changes.length; i++) {
    const at = changes[i - 1] ?? Number.NaN;
    if (contains(open, at)) sum[contains(down, at) ? 1 : 0] += (changes[i] ?? Number.NaN) - at;
  }
  return sum;
}

test('a store that is never down is up whenever it is open, one that is always down never', () => {
  const { fleet, list } = stores(300);
  const ofKind = (kind: string) => list.filter((store) => store.habits.health.kind === kind);
  assert.equal(ofKind('never down').length > 20 && ofKind('always down').length > 5, true);
  for (const store of ofKind('never down')) {
    assert.deepEqual(store.down, EMPTY);
    const { up, open } = fleet.truth(store);
    assert.deepEqual(up, open);
  }
  for (const store of ofKind('always down')) {
    assert.deepEqual(store.down, ALWAYS);
    const { down, open } = fleet.truth(store);
    assert.deepEqual(down, open);
    assert.equal(
      store.active.every((active) => !active),
      true,
    );
  }
});

test('a poll in an open interval sees the true state, one outside only what the store shows when closed', () => {
  for (const { habits, open, down, polls, active } of stores(100).list) {
    for (const [i, micros] of polls.entries()) {
      const at = Math.floor(micros / 1000);
      const shown = contains(open, at) || habits.activeWhenClosed;
      assert.equal(active[i], shown && !contains(down, at));
    }
  }
});

test('polls are strictly ascending, within the days asked for and about as many as the habits say', () => {
  for (const { habits, polls } of stores(200, 3).list) {
    assert.equal(
      polls.every((micros, i) => micros > (polls[i - 1] ?? 0)),
      true,
    );
    assert.equal(
      polls.every((micros) => micros >= (END - 3 * DAY) * 1000 && micros < END * 1000),
      true,
    );
    const expected = 72 * habits.polling.perHour * (1 - habits.polling.missed);
    assert.equal(Math.abs(polls.length - expected) <= 5 * Math.sqrt(expected * habits.polling.missed) + 4, true);
  }
});

test('the fleet has the habits of a real one', () => {
  const { list } = stores(4000, 1);
  const share = (is: (store: SimulatedStore) => boolean): number => list.filter(is).length / list.length;
  const within = (value: number, least: number, most: number): void =>
    assert.ok(value >= least && value <= most, `${value} is not between ${least} and ${most}`);
  within(
    share(({ habits }) => habits.week.length === 0),
    0.17,
    0.23,
  );
  within(
    share(({ habits }) => habits.zone === undefined),
    0.025,
    0.055,
  );
  within(
    share(({ habits }) => habits.week.some((row) => row.start === 0 && row.end <= 4 * HOUR)),
    0.05,
    0.2,
  );
  within(
    share(({ habits: { week } }) => week.length > 0 && new Set(week.map((row) => row.day)).size < 7),
    0.05,
    0.2,
  );
  within(
    share(({ habits }) => habits.polling.perHour > 1),
    0.05,
    0.12,
  );
  within(
    share(({ habits }) => habits.activeWhenClosed),
    0.2,
    0.3,
  );
  const ends = new Set(list.flatMap(({ habits }) => habits.week.map((row) => row.end)));
  assert.equal(ends.has(DAY - MINUTE) && ends.has(DAY - 1000), true);
});

test('business hours are rows within their day that do not overlap', () => {
  for (const { habits } of stores(1000, 1).list) {
    for (const [i, row] of habits.week.entries()) {
      const before = habits.week[i - 1];
      assert.equal(row.day >= 0 && row.day <= 6 && row.start >= 0 && row.start < row.end && row.end < DAY, true);
      if (before?.day === row.day) assert.equal(before.end < row.start, true);
    }
  }
});

test('the rule nearest comes close to the truth with hourly polls and closer with frequent ones', () => {
  const { fleet, list } = stores(300);
  const errors = { hourly: [] as number[], everyMinute: [] as number[] };
  for (const store of list) {
    const { up, open } = fleet.truth(store);
    const [week, openWeek] = [up[2] ?? 0, open[2] ?? 0];
    if (store.polls.length === 0 || openWeek === 0) continue;
    const hourly = store.polls.map((micros) => Math.floor(micros / 1000));
    errors.hourly.push(Math.abs(estimateWeek(store.open, hourly, store.active) - week) / openWeek);
    const minutes = Array.from({ length: POLL_REACH / MINUTE }, (_, i) => END - POLL_REACH + i * MINUTE);
    const states = minutes.map((at) => !contains(store.down, at));
    errors.everyMinute.push(Math.abs(estimateWeek(store.open, minutes, states) - week) / openWeek);
  }
  const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  assert.ok(mean(errors.hourly) < 0.005, `hourly: ${mean(errors.hourly)}`);
  assert.ok(mean(errors.everyMinute) < 0.0003, `every minute: ${mean(errors.everyMinute)}`);
});

function estimateWeek(open: Intervals, instants: readonly number[], active: readonly boolean[]): number {
  const length = instants.length;
  const polls = {
    length,
    store: new Int32Array(length),
    instant: Float64Array.from(instants),
    active: Uint8Array.from(active, Number),
  };
  const estimate = newEstimate();
  nearest(open, polls, 0, length, END, estimate);
  return estimate.up[2] ?? Number.NaN;
}
