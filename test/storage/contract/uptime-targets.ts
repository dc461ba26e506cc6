import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import type { UptimeTargetRecord } from '../../../src/storage/ports/uptime-targets.ts';

const T = Date.parse('2026-11-28T12:00:00Z');

/** A target with some differences. */
function record(id: string, differences: Partial<UptimeTargetRecord> = {}): UptimeTargetRecord {
  return {
    ...{ id, subject: { label: ['Marke', 'Bella 🍕'] }, period: 'month', uptime: 0.9995 },
    ...{ authorId: 'u', author: 'anna', version: 1, createdAt: T, changedAt: T },
    ...differences,
  };
}

/** Targets: few rows that change as a whole. */
export function uptimeTargetsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage;
  };

  test(`${engine}: targets come back as they were saved, oldest first, and are replaced and removed`, async (t) => {
    const { uptimeTargets } = await opened(t);
    assert.deepEqual(await uptimeTargets.targets(), []);
    const [b, a] = [record('b'), record('a', { authorId: undefined, subject: { storeId: 'é 1' }, period: 'year' })];
    const later = record('0', { createdAt: T + 1, changedAt: T + 2, version: 7 });
    for (const one of [later, b, a]) await uptimeTargets.changing((changes) => changes.save(one));
    assert.deepEqual(await uptimeTargets.targets(), [a, b, later]);
    const changed = record('a', { uptime: 0.1 + 0.2, version: 2, changedAt: T + 5 });
    await uptimeTargets.changing((changes) => changes.save(changed));
    await uptimeTargets.changing((changes) => changes.remove('b'));
    assert.deepEqual(await uptimeTargets.targets(), [changed, later]);
  });

  test(`${engine}: a transaction of targets that fails leaves nothing, not even an audit entry`, async (t) => {
    const { uptimeTargets, accounts } = await opened(t);
    const failing = uptimeTargets.changing(async (changes) => {
      await changes.save(record('a'));
      await changes.addAudit({
        ...{ id: 'e', at: T, actorId: 'u', actor: 'anna', keyId: undefined, action: 'uptime_target.created' },
        ...{ subjectKind: 'uptime_target', subjectId: 'a', detail: {} },
      });
      throw new Error('broken off');
    });
    await assert.rejects(failing, /broken off/);
    assert.deepEqual(await uptimeTargets.targets(), []);
    assert.deepEqual(await accounts.audit({}, undefined, 10), []);
  });

  test(`${engine}: changes of a target at the same time get their turn one after the other`, async (t) => {
    const { uptimeTargets } = await opened(t);
    await uptimeTargets.changing((changes) => changes.save(record('a')));
    const raise = () =>
      uptimeTargets.changing(async (changes) => {
        const [{ version = 0 } = {}] = await changes.targets();
        await changes.save(record('a', { version: version + 1 }));
      });
    await Promise.all([raise(), raise(), raise()]);
    assert.equal((await uptimeTargets.targets())[0]?.version, 4);
  });
}
