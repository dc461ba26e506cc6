import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { NotificationFacts } from '../../../src/domain/alerts/facts.ts';
import type { NewContactPoint } from '../../../src/storage/ports/contact-points.ts';
import type { DeliveryFilter, NewDelivery } from '../../../src/storage/ports/deliveries.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { ruleRecord } from '../../support/alert-records.ts';

const T = Date.parse('2026-11-23T12:00:00Z');
const LONG = 3_600_000;
/** A lease that is over already. */
const OVER = -1_000;
const EVERYONE = { team: true, userId: 'u' };

const FACTS: NotificationFacts = {
  ...{ kind: 'opened', severity: 'page', at: T, incidentId: 'i', rule: 'Down', more: 0, canAcknowledge: true },
  ...{
    page: '/incidents/i',
    stores: [{ id: 'a', name: `Al's "🍜"`, labels: { city: 'Cádiz' }, zone: 'UTC', polls: [] }],
  },
};

const POINT: NewContactPoint = {
  ...{ id: 'p', userId: undefined, name: 'Ops', channel: 'mail', settings: { to: ["o'hara@example.com"] } },
  ...{ secrets: 'sealed', zone: 'Europe/Berlin', quietHours: { start: 79_200_000, end: 25_200_000, holdPages: false } },
  ...{ digest: { time: 28_800_000, day: 0, since: T }, enabled: true, createdAt: T },
};

function delivery(id: string, more: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id,
    key: `key of ${id}`,
    contactPointId: 'p',
    kind: 'opened',
    facts: FACTS,
    notBefore: T,
    createdAt: T,
    ...more,
  };
}

/**
 * Contact points and deliveries: what every engine must do.
 *
 * @param open an empty storage of its own for each call
 */
export function deliveriesContract(engine: string, open: () => Promise<Storage>): void {
  suite(`storage of deliveries: ${engine}`, () => {
    const opened = async (t: TestContext, points: readonly NewContactPoint[] = [POINT]): Promise<Storage> => {
      const storage = await open();
      t.after(() => storage.close());
      await storage.accounts.changing((changes) =>
        changes.addUser({ id: 'u', login: 'u', name: '', role: 'owner', passwordHash: null, createdAt: T }),
      );
      await storage.contactPoints.changing(async (changes) => {
        for (const point of points) await changes.addContactPoint(point);
      });
      return storage;
    };
    const add = ({ deliveries }: Storage, ...added: readonly NewDelivery[]) =>
      deliveries.adding(async (changes) => {
        const outcomes: boolean[] = [];
        for (const one of added) outcomes.push(await changes.addDelivery(one));
        return outcomes;
      });
    const idsOf = async ({ deliveries }: Storage, filter: Partial<DeliveryFilter> = {}) =>
      (await deliveries.deliveries({ whose: EVERYONE, ...filter }, undefined, 100)).map(({ id }) => id);

    test('a contact point is added, changed and removed', async (t) => {
      const storage = await opened(t);
      const { contactPoints } = storage;
      const added = { ...POINT, notice: undefined, version: 1 };
      assert.deepEqual(await contactPoints.contactPoint('p'), added);
      assert.deepEqual(await contactPoints.contactPointsWithDigest(), [added]);
      const { userId, channel, createdAt, ...values } = POINT;
      const changed = {
        ...values,
        name: 'Others',
        secrets: undefined,
        quietHours: undefined,
        digest: undefined,
        enabled: false,
      };
      await contactPoints.changing((changes) => changes.changeContactPoint({ ...values, enabled: false }));
      assert.deepEqual(await contactPoints.contactPointsWithDigest(), [], 'it is disabled');
      await contactPoints.changing((changes) => changes.changeContactPoint(changed));
      assert.deepEqual(await contactPoints.contactPoint('p'), {
        ...{ ...changed, userId, channel, createdAt },
        ...{ notice: undefined, version: 3 },
      });
      await add(storage, delivery('d'));
      await contactPoints.changing((changes) => changes.removeContactPoint('p', T + 5));
      assert.equal(await contactPoints.contactPoint('p'), undefined);
      assert.equal(await contactPoints.countContactPoints(EVERYONE), 0);
      const cancelled = await storage.deliveries.delivery('d');
      assert.deepEqual([cancelled?.status, cancelled?.finishedAt], ['cancelled', T + 5]);
      assert.deepEqual(await idsOf(storage), ['d'], 'its deliveries stay in the log');
    });

    test('contact points are listed by owner, oldest first, in pages', async (t) => {
      const own = (id: string, createdAt: number) => ({ ...POINT, id, userId: 'u', createdAt });
      const { contactPoints } = await opened(t, [own('b', T + 1), POINT, own('a', T + 1), own('c', T - 1)]);
      const list = async (filter: { userId?: string; team: boolean }) =>
        (await contactPoints.contactPoints(filter, undefined, 10)).map(({ id }) => id);
      assert.deepEqual(await list(EVERYONE), ['c', 'p', 'a', 'b']);
      assert.deepEqual(await list({ team: true }), ['p']);
      assert.deepEqual(await list({ userId: 'u', team: false }), ['c', 'a', 'b']);
      assert.deepEqual(await list({ userId: 'other', team: false }), []);
      assert.equal(await contactPoints.countContactPoints({ userId: 'u', team: false }), 3);
      const page = await contactPoints.contactPoints(EVERYONE, { createdAt: T, id: 'p' }, 1);
      assert.deepEqual(
        page.map(({ id }) => id),
        ['a'],
      );
    });

    test('the alert rules that need a contact point, or one of a user, are known by name', async (t) => {
      const own = (id: string) => ({ ...POINT, id, userId: 'u' });
      const storage = await opened(t, [POINT, own('own'), own('other'), own('gone')]);
      const step = (...contactPoints: string[]) => ({ after: 0, contactPoints, owners: true });
      await storage.contactPoints.changing((changes) => changes.removeContactPoint('gone', T));
      await storage.alerts.changing((changes) =>
        changes.saveRules([
          ruleRecord('1', { name: 'Second', createdAt: 2, steps: [step('p'), step('p', 'other')] }),
          ruleRecord('2', { name: 'First', createdAt: 1, enabled: false, steps: [step('own', 'p')] }),
          ruleRecord('3', { name: 'Owners', createdAt: 3, steps: [step()] }),
          ruleRecord('4', { name: 'Gone', createdAt: 4, steps: [step('gone')] }),
        ]),
      );
      const { accounts, contactPoints } = storage;
      const named = (id: string) => contactPoints.changing((changes) => changes.alertRulesOf(id));
      assert.deepEqual(
        [await named('p'), await named('other'), await named('none')],
        [['First', 'Second'], ['Second'], []],
      );
      const ofUser = (id: string) => accounts.changing((changes) => changes.alertRulesOf(id));
      assert.deepEqual([await ofUser('u'), await ofUser('none')], [['First', 'Second'], []]);
      const [point, user] = await storage.alerts.changing(async (changes) => [
        await changes.contactPoints.contactPoint('own'),
        await changes.accounts.user('u'),
      ]);
      assert.deepEqual([point?.id, user?.login], ['own', 'u'], 'transactions of alerts see both');
    });

    test('a removed user takes its contact points and their deliveries along', async (t) => {
      const storage = await opened(t, [POINT, { ...POINT, id: 'own', userId: 'u' }]);
      await add(storage, delivery('d', { contactPointId: 'own' }), delivery('e'));
      await storage.accounts.changing((changes) => changes.removeUser('u'));
      assert.equal(await storage.contactPoints.contactPoint('own'), undefined);
      assert.equal(await storage.deliveries.delivery('d'), undefined);
      assert.deepEqual(await idsOf(storage), ['e']);
      assert.deepEqual(
        (await storage.invariants()).filter(({ broken }) => broken > 0),
        [],
      );
    });

    test('a delivery is added once for each key', async (t) => {
      const storage = await opened(t);
      const again = { ...delivery('e', { incidentId: 'i' }), key: 'key of d' };
      assert.deepEqual(await add(storage, delivery('d', { incidentId: 'i' }), again), [true, false]);
      assert.deepEqual(await add(storage, again), [false]);
      assert.deepEqual(await storage.deliveries.delivery('d'), {
        ...delivery('d', { incidentId: 'i' }),
        ...{ status: 'pending', nextAt: T, attempts: 0, reason: undefined, finishedAt: undefined },
      });
      assert.equal(await storage.deliveries.delivery('e'), undefined);
    });

    test('what a transaction adds is gone when it fails', async (t) => {
      const storage = await opened(t);
      const failing = storage.deliveries.adding(async (changes) => {
        await changes.addDelivery(delivery('d'));
        throw new Error('no');
      });
      await assert.rejects(failing, /no/);
      assert.deepEqual(await idsOf(storage), []);
    });

    test('the delivery that is due longest is claimed, and none before its time', async (t) => {
      const other = { contactPointId: 'q' };
      const storage = await opened(t, [POINT, { ...POINT, id: 'q' }]);
      await add(storage, delivery('late', { notBefore: T + 10 }), delivery('first', { ...other, notBefore: T - 5 }));
      await add(storage, delivery('second', { notBefore: T - 1 }));
      const { deliveries } = storage;
      const claimed = await deliveries.claim('one', T, LONG);
      assert.deepEqual([claimed?.id, claimed?.status, claimed?.attempts], ['first', 'sending', 1]);
      assert.equal((await deliveries.claim('two', T, LONG))?.id, 'second');
      assert.equal(await deliveries.claim('three', T, LONG), undefined);
      assert.equal(await deliveries.claim('three', T + 10, LONG), undefined, 'its contact point has a worker');
    });

    test('a contact point gets one message at a time, also from two workers', async (t) => {
      const storage = await opened(t, [POINT, { ...POINT, id: 'q' }]);
      await add(storage, delivery('a'), delivery('b'), delivery('c', { contactPointId: 'q' }));
      const { deliveries } = storage;
      const claims = await Promise.all(['one', 'two', 'three'].map((claim) => deliveries.claim(claim, T, LONG)));
      const [first, ...rest] = claims.filter((claim) => claim?.contactPointId === 'p');
      assert.deepEqual(rest, []);
      assert.equal(first?.id, 'a');
      assert.equal(await deliveries.settle(first, { status: 'sent' }, T + 1, T + 5), true);
      const sent = await deliveries.delivery('a');
      assert.deepEqual([sent?.status, sent?.finishedAt, sent?.attempts], ['sent', T + 1, 1]);
      const before = await deliveries.claim('four', T + 4, LONG);
      assert.ok(before === undefined || before.contactPointId === 'q', 'it is held');
      const next = (await deliveries.claim('five', T + 5, LONG)) ?? (await deliveries.claim('six', T + 5, LONG));
      assert.equal(next?.id, 'b');
    });

    test('a delivery whose worker is lost is sent again, and only the second worker records it', async (t) => {
      const storage = await opened(t);
      await add(storage, delivery('d'));
      const { deliveries } = storage;
      const lost = await deliveries.claim('one', T, OVER);
      const again = await deliveries.claim('two', T, LONG);
      assert.ok(lost !== undefined && again !== undefined, 'both get it');
      assert.deepEqual([again.key, again.attempts], [lost.key, 2]);
      assert.equal(await deliveries.settle(lost, { status: 'sent' }, T, T), false);
      assert.equal((await deliveries.delivery('d'))?.status, 'sending');
      assert.equal(await deliveries.claim('three', T, LONG), undefined, 'the second worker still has it');
      assert.equal(await deliveries.settle(again, { status: 'sent' }, T, T), true);
    });

    test('a failed attempt is tried again at its time; one that was put off does not count', async (t) => {
      const storage = await opened(t);
      await add(storage, delivery('d'));
      const { deliveries } = storage;
      const first = await deliveries.claim('one', T, LONG);
      assert.ok(first !== undefined, 'it is due');
      await deliveries.settle(first, { status: 'pending', reason: '503', nextAt: T + 10, counts: true }, T, T);
      assert.equal(await deliveries.claim('two', T + 9, LONG), undefined);
      const second = await deliveries.claim('two', T + 10, LONG);
      assert.deepEqual([second?.reason, second?.attempts], ['503', 2]);
      assert.ok(second !== undefined, 'it is due again');
      await deliveries.settle(second, { status: 'pending', reason: undefined, nextAt: T + 20, counts: false }, T, T);
      const put = await deliveries.delivery('d');
      assert.deepEqual([put?.status, put?.reason, put?.attempts, put?.nextAt], ['pending', undefined, 1, T + 20]);
    });

    test('what was put off by a clock that was ahead is brought forward', async (t) => {
      const storage = await opened(t, [POINT, { ...POINT, id: 'q' }, { ...POINT, id: 'r' }]);
      const { deliveries } = storage;
      await add(storage, delivery('held'), delivery('leased', { contactPointId: 'q' }));
      const held = await deliveries.claim('one', T, LONG);
      assert.equal(held?.id, 'held');
      await deliveries.settle(held, { status: 'pending', reason: '503', nextAt: T + LONG, counts: true }, T, T + LONG);
      assert.equal((await deliveries.claim('two', T, LONG))?.id, 'leased');
      await add(storage, delivery('ahead', { contactPointId: 'r', notBefore: T + LONG, createdAt: T + LONG }));
      assert.equal(await deliveries.claim('three', T, LONG), undefined);
      await deliveries.bringForward(T - 1, OVER);
      const claims = [
        await deliveries.claim('four', T, LONG),
        await deliveries.claim('five', T, LONG),
        await deliveries.claim('six', T, LONG),
      ];
      assert.deepEqual(claims.map((claim) => claim?.id).toSorted(), ['ahead', 'held', 'leased']);
    });

    test('an address that is gone disables its contact point until a user changes it', async (t) => {
      const storage = await opened(t);
      await add(storage, delivery('d'));
      const claimed = await storage.deliveries.claim('one', T, LONG);
      assert.ok(claimed !== undefined, 'it is due');
      const gone = { status: 'failed', reason: '410', notice: 'the address is gone' } as const;
      await storage.deliveries.settle(claimed, gone, T + 1, T);
      const point = await storage.contactPoints.contactPoint('p');
      assert.deepEqual([point?.enabled, point?.notice, point?.version], [false, 'the address is gone', 1]);
      const failed = await storage.deliveries.delivery('d');
      assert.deepEqual([failed?.status, failed?.reason, failed?.finishedAt], ['failed', '410', T + 1]);
      await storage.contactPoints.changing((changes) => changes.changeContactPoint(POINT));
      assert.equal((await storage.contactPoints.contactPoint('p'))?.notice, undefined);
    });

    test('the messages of an incident are sent in their order', async (t) => {
      const storage = await opened(t);
      const of = (id: string, createdAt: number, notBefore = createdAt) =>
        delivery(id, { incidentId: 'i', createdAt, notBefore });
      await add(storage, of('opened', T), of('escalated', T + 1, T + 1_000), of('resolved', T + 2));
      await add(storage, delivery('other', { notBefore: T + 3, createdAt: T + 3 }));
      const { deliveries } = storage;
      const opening = await deliveries.claim('one', T + 5, LONG);
      assert.equal(opening?.id, 'opened');
      await deliveries.settle(opening, { status: 'pending', reason: '503', nextAt: T + 60, counts: true }, T, T);
      const next = await deliveries.claim('two', T + 5, LONG);
      assert.equal(next?.id, 'other', 'the end is not told before the beginning');
      await deliveries.settle(next, { status: 'sent' }, T, T);
      assert.equal(await deliveries.claim('three', T + 5, LONG), undefined);
      const again = await deliveries.claim('three', T + 60, LONG);
      assert.equal(again?.id, 'opened');
      await deliveries.settle(again, { status: 'sent' }, T, T);
      assert.equal(
        (await deliveries.claim('four', T + 60, LONG))?.id,
        'resolved',
        'a step in the future holds up nothing',
      );
    });

    test('the end of an incident is sent last, although its beginning was written by a clock that was ahead', async (t) => {
      const storage = await opened(t);
      const of = (kind: 'opened' | 'resolved', createdAt: number) =>
        delivery(kind, { kind, incidentId: 'i', createdAt, notBefore: T });
      await add(storage, of('opened', T + 3_600_000), of('resolved', T + 2));
      const { deliveries } = storage;
      const opening = await deliveries.claim('one', T + 5, LONG);
      assert.equal(opening?.id, 'opened');
      await deliveries.settle(opening, { status: 'sent' }, T, T);
      assert.equal((await deliveries.claim('two', T + 5, LONG))?.id, 'resolved');
    });

    test('the pending deliveries of an incident are cancelled, and no others', async (t) => {
      const storage = await opened(t, [POINT, { ...POINT, id: 'q' }]);
      await add(storage, delivery('sending', { incidentId: 'i', notBefore: T - 1 }));
      await add(storage, delivery('pending', { incidentId: 'i', contactPointId: 'q', notBefore: T + 5 }));
      await add(storage, delivery('other', { incidentId: 'j', contactPointId: 'q', notBefore: T + 5 }));
      assert.equal((await storage.deliveries.claim('one', T, LONG))?.id, 'sending');
      const cancelled = await storage.deliveries.adding((changes) =>
        changes.cancelDeliveries('i', 'it was acknowledged', T),
      );
      assert.equal(cancelled, 1);
      const found = await storage.deliveries.delivery('pending');
      assert.deepEqual([found?.status, found?.reason, found?.finishedAt], ['cancelled', 'it was acknowledged', T]);
      assert.deepEqual(await idsOf(storage, { status: 'sending' }), ['sending']);
      assert.deepEqual(await idsOf(storage, { status: 'pending' }), ['other']);
    });

    test('deliveries are listed newest first, filtered, and searched', async (t) => {
      const storage = await opened(t, [
        { ...POINT, name: '100% Pager' },
        { ...POINT, id: 'own', userId: 'u', name: 'Phone' },
      ]);
      await add(storage, delivery('a', { incidentId: 'i' }), delivery('b', { createdAt: T + 1, kind: 'test' }));
      await add(storage, delivery('c', { createdAt: T + 1, contactPointId: 'own' }));
      const claimed = await storage.deliveries.claim('one', T, LONG);
      assert.equal(claimed?.id, 'a');
      const failed = { status: 'failed', reason: 'answered with 400 Bad Request' } as const;
      await storage.deliveries.settle(claimed, failed, T, T);
      assert.deepEqual(await idsOf(storage), ['c', 'b', 'a']);
      assert.deepEqual(await idsOf(storage, { whose: { team: true } }), ['b', 'a']);
      assert.deepEqual(await idsOf(storage, { whose: { userId: 'u', team: false } }), ['c']);
      assert.deepEqual(await idsOf(storage, { incidentId: 'i' }), ['a']);
      assert.deepEqual(await idsOf(storage, { kind: 'test' }), ['b']);
      assert.deepEqual(await idsOf(storage, { contactPointId: 'own' }), ['c']);
      assert.deepEqual(await idsOf(storage, { id: 'c', whose: { team: true } }), [], 'it is not the one of the team');
      const [own] = await storage.deliveries.deliveries({ whose: EVERYONE, id: 'c' }, undefined, 1);
      assert.deepEqual([own?.id, own?.contactPointName, own?.channel], ['c', 'Phone', 'mail']);
      assert.deepEqual(await idsOf(storage, { search: 'bad request' }), ['a']);
      assert.deepEqual(await idsOf(storage, { search: '0% p' }), ['b', 'a'], 'a % is only a %');
      const page = await storage.deliveries.deliveries({ whose: EVERYONE }, { createdAt: T + 1, id: 'c' }, 1);
      assert.deepEqual(
        page.map(({ id }) => id),
        ['b'],
      );
    });

    test('old deliveries are deleted once they are finished', async (t) => {
      const storage = await opened(t);
      await add(storage, delivery('done'), delivery('waiting', { createdAt: T + 1, notBefore: T + 1 }));
      const claimed = await storage.deliveries.claim('one', T, LONG);
      assert.equal(claimed?.id, 'done');
      await storage.deliveries.settle(claimed, { status: 'sent' }, T, T);
      assert.equal(await storage.deliveries.prune(T), 0);
      assert.equal(await storage.deliveries.prune(T + LONG), 1);
      assert.deepEqual(await idsOf(storage), ['waiting']);
    });
  });
}
