import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { appliesUntil } from '../../src/adjustments/known.ts';
import { AdjustmentLog, type Known } from '../../src/adjustments/log.ts';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import type { AdjustmentEntry } from '../../src/storage/ports/adjustments.ts';

const T = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;
const BY = { reason: 'x', authorId: undefined, author: 'anna' };

const planned = (id: string, at: number): AdjustmentEntry => ({
  ...BY,
  ...{ id, at, kind: 'planned', stores: { labels: {} }, time: { from: T, to: T + HOUR } },
});

async function opened(t: TestContext) {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  const clock = { now: 0 };
  const log = () => new AdjustmentLog({ storage, elapsed: () => clock.now });
  const add = (entry: AdjustmentEntry) => storage.adjustments.recording((changes) => changes.add(entry));
  return { log, add, clock };
}

const ids = ({ adjustments }: Known) => adjustments.map(({ record }) => record.id);

test('what was known at an instant leaves out what was recorded later', async (t) => {
  const { log, add } = await opened(t);
  await add(planned('j1', T));
  await add(planned('j2', T + HOUR));
  await add({ ...BY, id: 'r1', at: T + 2 * HOUR, revokes: 'j1', from: undefined });
  const all = log();
  const known = async (at: number) => {
    const found = await all.knownAt(at);
    const store = { id: 'a', labels: {} };
    const covering = found.times.planned.of(store).filter((adjustment) => appliesUntil(adjustment) > T);
    return [ids(found), covering.map(({ record }) => record.id)];
  };
  assert.deepEqual(await known(T - 1), [[], []]);
  assert.deepEqual(await known(T), [['j1'], ['j1']]);
  assert.deepEqual(await known(T + HOUR), [
    ['j1', 'j2'],
    ['j1', 'j2'],
  ]);
  assert.deepEqual(await known(T + 2 * HOUR), [['j1', 'j2'], ['j2']]);
  assert.equal(await all.knownAt(T + 3 * HOUR), await all.current(), 'nothing was recorded since');
});

test('what this server recorded is known at once, and what another one did within a second', async (t) => {
  const { log, add, clock } = await opened(t);
  const [here, there] = [log(), log()];
  assert.deepEqual(ids(await here.current()), []);
  assert.deepEqual(ids(await there.current()), []);
  await add(planned('j1', T));
  here.changed();
  assert.deepEqual(ids(await here.current()), ['j1']);
  clock.now = 1_000;
  const known = await there.current();
  assert.deepEqual(ids(known), ['j1']);
  clock.now = 2_000;
  assert.equal(await there.current(), known, 'without a new entry, nothing is read again');
});
