import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import type { SubscriptionRecord } from '../../../src/storage/ports/subscriptions.ts';

const T = Date.parse('2026-11-28T12:00:00Z');

/** A subscription with some differences. */
function record(id: string, differences: Partial<SubscriptionRecord> = {}): SubscriptionRecord {
  return {
    ...{ id, questionId: 'q', userId: undefined, cron: '0 8 * * 1', zone: 'America/Chicago' },
    ...{ contactPoints: ['é'], formats: ['csv'], enabled: true, dueAt: T, version: 1, createdAt: T },
    ...differences,
  };
}

/** Subscriptions, whose messages are added with the instant at which they are due. */
export function subscriptionsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage;
  };

  test(`${engine}: subscriptions come back as they were saved, oldest first, and are removed`, async (t) => {
    const { subscriptions } = await opened(t);
    assert.deepEqual(await subscriptions.subscriptions(), []);
    const [b, a] = [record('b', { enabled: false, formats: [] }), record('a', { userId: 'u', contactPoints: [] })];
    const later = record('0', { createdAt: T + 1, dueAt: T + 9 });
    for (const one of [later, b, a]) await subscriptions.changing((changes) => changes.save(one));
    assert.deepEqual(await subscriptions.subscriptions(), [a, b, later]);
    const changed = { ...b, dueAt: T + 5, version: 2, contactPoints: ['x', 'y'] };
    await subscriptions.changing((changes) => changes.save(changed));
    assert.deepEqual(await subscriptions.subscription('b'), changed);
    await subscriptions.changing((changes) => changes.remove('a'));
    assert.deepEqual(await subscriptions.subscriptions(), [changed, later]);
    assert.equal(await subscriptions.subscription('a'), undefined);
  });

  test(`${engine}: of servers that find a subscription due at the same time, one adds its messages`, async (t) => {
    const { subscriptions, contactPoints, deliveries } = await opened(t);
    await contactPoints.changing((changes) =>
      changes.addContactPoint({
        ...{ id: 'c', userId: undefined, name: 'Ops', channel: 'mail', settings: {}, secrets: undefined, zone: 'UTC' },
        ...{ quietHours: undefined, digest: undefined, enabled: true, createdAt: T },
      }),
    );
    await subscriptions.changing((changes) => changes.save(record('a')));
    const write = (id: string) =>
      subscriptions.changing(async (changes) => {
        const found = await changes.subscription('a');
        if (found === undefined || found.dueAt >= T + 1) return false;
        await changes.save({ ...found, dueAt: T + 1 });
        return changes.addDelivery({
          ...{ id, key: 'subscription.a', contactPointId: 'c', kind: 'analytics', notBefore: T, createdAt: T },
          facts: {
            ...{ kind: 'analytics', severity: 'notice', at: T, stores: [], more: 0, canAcknowledge: false, page: '/' },
          },
        });
      });
    assert.deepEqual((await Promise.all(['1', '2', '3'].map(write))).sort(), [false, false, true]);
    const listed = await deliveries.deliveries({ whose: { team: true } }, undefined, 10);
    assert.equal(listed.length, 1);
  });

  test(`${engine}: a subscription whose messages cannot be added is still due`, async (t) => {
    const { subscriptions } = await opened(t);
    await subscriptions.changing((changes) => changes.save(record('a')));
    const failing = subscriptions.changing(async (changes) => {
      await changes.save(record('a', { dueAt: T + 1 }));
      throw new Error('broken off');
    });
    await assert.rejects(failing, /broken off/);
    assert.equal((await subscriptions.subscription('a'))?.dueAt, T);
  });

  test(`${engine}: the subscriptions of a question go with it, and those of a user with the user`, async (t) => {
    const { subscriptions, savedQuestions, accounts } = await opened(t);
    const question = { name: 'x', question: {}, authorId: undefined, author: 'x', version: 1, createdAt: T };
    await savedQuestions.changing(async (changes) => {
      for (const id of ['p', 'q']) await changes.save({ ...question, id, changedAt: T });
    });
    await accounts.changing((changes) =>
      changes.addUser({
        ...{ id: 'u', login: 'u', name: '', email: undefined, role: 'owner', passwordHash: null, createdAt: T },
      }),
    );
    await subscriptions.changing(async (changes) => {
      await changes.save(record('a', { userId: 'u', questionId: 'p' }));
      await changes.save(record('b', { questionId: 'p' }));
      await changes.save(record('c'));
    });
    await accounts.changing((changes) => changes.removeUser('u'));
    const ids = async () => (await subscriptions.subscriptions()).map(({ id }) => id);
    assert.deepEqual(await ids(), ['b', 'c']);
    await savedQuestions.changing((changes) => changes.save({ ...question, id: 'q', name: 'y', changedAt: T + 1 }));
    assert.deepEqual(await ids(), ['b', 'c'], 'a question that changes keeps them');
    await savedQuestions.changing((changes) => changes.remove('q'));
    assert.deepEqual(await ids(), ['b']);
  });
}
