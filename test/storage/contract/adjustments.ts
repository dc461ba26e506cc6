import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AdjustmentEntry } from '../../../src/storage/ports/adjustments.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const BY = { reason: 'New oven 🍕', authorId: 'u', author: 'anna', at: T };

const INTERVAL: AdjustmentEntry = {
  ...BY,
  ...{ id: 'j1', kind: 'planned', stores: { storeIds: ['a', 'é'] }, time: { from: T, to: T + HOUR } },
};
const RECURRENCE: AdjustmentEntry = {
  ...{ ...BY, authorId: undefined, at: T + 1 },
  ...{ id: 'j2', kind: 'excused', stores: { labels: { city: 'Chicago' } } },
  time: { rrule: 'FREQ=WEEKLY;BYDAY=SU', start: '2023-01-22T02:00:00', duration: 'PT2H' },
};

/** The adjustments: entries that are added and never changed. */
export function adjustmentsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage.adjustments;
  };

  test(`${engine}: adjustments come back as they were recorded, in their order`, async (t) => {
    const adjustments = await opened(t);
    assert.deepEqual(await adjustments.entries(), []);
    assert.equal(await adjustments.last(), undefined);
    const revocations: AdjustmentEntry[] = [
      { ...BY, id: 'r1', at: T + 2, revokes: 'j1', from: undefined },
      { ...BY, id: 'r2', at: T + 3, revokes: 'j2', from: T + 3 },
    ];
    const all = [{ ...INTERVAL, id: 'j0', stores: { labels: {} } }, INTERVAL, RECURRENCE, ...revocations];
    for (const entry of all) await adjustments.recording((changes) => changes.add(entry));
    assert.deepEqual(await adjustments.entries(), all);
    assert.equal(await adjustments.last(), 'r2');
  });

  test(`${engine}: a clock that was set back records no adjustment before an earlier one`, async (t) => {
    const adjustments = await opened(t);
    await adjustments.recording(async (changes) => {
      await changes.add(INTERVAL);
      await changes.add({ ...RECURRENCE, at: T - HOUR });
    });
    assert.deepEqual(
      (await adjustments.entries()).map(({ id, at }) => [id, at]),
      [
        ['j1', T],
        ['j2', T],
      ],
    );
  });

  test(`${engine}: an adjustment is found with its revocations, and a revocation is no adjustment`, async (t) => {
    const adjustments = await opened(t);
    await adjustments.recording(async (changes) => {
      await changes.add(INTERVAL);
      await changes.add(RECURRENCE);
      await changes.add({ ...BY, id: 'r1', at: T + 2, revokes: 'j2', from: T + HOUR });
      await changes.add({ ...BY, id: 'r2', at: T + 3, revokes: 'j2', from: T });
    });
    const find = (id: string) => adjustments.recording((changes) => changes.find(id));
    assert.deepEqual(await find('j1'), { adjustment: INTERVAL, revocations: [] });
    const found = await find('j2');
    assert.deepEqual(found?.adjustment, RECURRENCE);
    assert.deepEqual(
      found?.revocations.map(({ id, from }) => [id, from]),
      [
        ['r1', T + HOUR],
        ['r2', T],
      ],
    );
    assert.equal(await find('r1'), undefined);
    assert.equal(await find('none'), undefined);
  });

  test(`${engine}: a transaction of adjustments that fails leaves nothing, not even an audit entry`, async (t) => {
    const storage = await open();
    t.after(() => storage.close());
    const failing = storage.adjustments.recording(async (changes) => {
      await changes.add(INTERVAL);
      await changes.addAudit({
        ...{ id: 'e', at: T, actorId: 'u', actor: 'anna', keyId: undefined, action: 'adjustment.created' },
        ...{ subjectKind: 'adjustment', subjectId: 'j1', detail: {} },
      });
      throw new Error('broken off');
    });
    await assert.rejects(failing, /broken off/);
    assert.deepEqual(await storage.adjustments.entries(), []);
    assert.deepEqual(await storage.accounts.audit({}, undefined, 10), []);
  });

  test(`${engine}: adjustments that are added at the same time get their turn one after the other`, async (t) => {
    const adjustments = await opened(t);
    await adjustments.recording((changes) => changes.add(INTERVAL));
    const revoke = (id: string) =>
      adjustments.recording(async (changes) => {
        const found = await changes.find('j1');
        if (found === undefined || found.revocations.length > 0) return false;
        await changes.add({ ...BY, id, revokes: 'j1', from: undefined });
        return true;
      });
    const done = await Promise.all(['r1', 'r2', 'r3'].map(revoke));
    assert.deepEqual(done.sort(), [false, false, true]);
    assert.equal((await adjustments.entries()).length, 2);
  });
}
