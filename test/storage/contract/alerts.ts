import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { eventRecord, incidentRecord, ruleRecord } from '../../support/alert-records.ts';

/** Alert rules and incidents. */
export function alertsContract(engine: string, open: () => Promise<Storage>): void {
  const opened = async (t: TestContext) => {
    const storage = await open();
    t.after(() => storage.close());
    return storage;
  };
  const ids = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id);

  test(`${engine}: alert rules are kept whole, replaced and removed`, async (t) => {
    const { alerts } = await opened(t);
    const first = ruleRecord('2', {
      ...{ name: "O'Hara's é🍕", severity: 'notice', labels: { city: 'Köln', '': '' }, createdAt: 5_000_000_000_000 },
      rule: { condition: { kind: 'lost_time', lost: 1, within: 2 }, recovery: 3, openingGrace: 4, nearClose: 5 },
      grouping: { by: ['city'], wait: 1, interval: 2, repeat: 3 },
      steps: [
        { after: 0, contactPoints: ['x', 'y'], owners: true },
        { after: 1, contactPoints: [], owners: true },
      ],
    });
    const second = ruleRecord('1', { createdAt: 6_000_000_000_000 });
    await alerts.changing((changes) => changes.saveRules([second, first]));
    assert.deepEqual(await alerts.rules(), [first, second]);
    const changed = { ...second, enabled: false, version: 2 };
    await alerts.changing((changes) => changes.saveRules([changed]));
    assert.deepEqual(await alerts.rule('1'), changed);
    await alerts.changing((changes) => changes.removeRule('2'));
    assert.deepEqual([await alerts.rule('2'), ids(await alerts.rules())], [undefined, ['1']]);
  });

  test(`${engine}: live incidents are those that are open or whose end was not said`, async (t) => {
    const { alerts } = await opened(t);
    const full = incidentRecord('full', {
      ...{ storeId: undefined, kind: 'mass_outage', label: 'city', value: 'Köln', openedAt: 1, parentId: undefined },
      ...{ resolvedAt: 5_000_000_000_000, upAt: 4, resolution: 'recovered', settledThrough: 3, afterPlanned: true },
      ...{ said: 'opened', saidAt: 6, told: ['x', 'y'], step: 2, acknowledgedAt: 7, acknowledgedBy: 'anna' },
      ...{ acknowledgement: 'on it', snoozedUntil: 8, assigneeId: 'u', version: 9 },
    });
    const open = incidentRecord('open', { openedAt: 2, parentId: 'full' });
    const over = incidentRecord('over', { storeId: 'b', resolvedAt: 3, said: 'resolved' });
    await alerts.changing((changes) => changes.saveIncidents([open, over, full]));
    assert.deepEqual(await alerts.liveIncidents(), [full, open]);
    assert.deepEqual(await alerts.incident('over'), over);
    assert.equal(await alerts.incident('none'), undefined);
    await alerts.changing((changes) => changes.saveIncidents([{ ...full, said: 'resolved', version: 10 }]));
    assert.deepEqual(ids(await alerts.liveIncidents()), ['open']);
  });

  test(`${engine}: incidents are listed newest first, by store, rule, parent and state, in pages`, async (t) => {
    const { alerts } = await opened(t);
    const records = [
      incidentRecord('a', { openedAt: 5, storeId: 's1', acknowledgedAt: 6, acknowledgedBy: 'ann' }),
      incidentRecord('b', { openedAt: 5, storeId: 's2', ruleId: 'other' }),
      incidentRecord('c', { openedAt: 9, storeId: 's3', resolvedAt: 10, parentId: 'b', outageId: 'b' }),
      incidentRecord('d', { openedAt: 1, storeId: undefined, ruleId: undefined, kind: 'blind' }),
    ];
    await alerts.changing((changes) => changes.saveIncidents(records));
    const list = async (...of: Parameters<typeof alerts.incidents>) => ids(await alerts.incidents(...of));
    assert.deepEqual(await list({}, undefined, 10), ['c', 'a', 'b', 'd']);
    assert.deepEqual(await list({}, undefined, 2), ['c', 'a']);
    assert.deepEqual(await list({}, { at: 5, id: 'a' }, 10), ['b', 'd']);
    assert.deepEqual(await list({ storeIds: ['s3', 's1', 'none'] }, undefined, 10), ['c', 'a']);
    assert.deepEqual(await list({ storeIds: [] }, undefined, 10), []);
    assert.deepEqual(await list({ ruleId: 'other' }, undefined, 10), ['b']);
    assert.deepEqual(await list({ outageId: 'b' }, undefined, 10), ['c']);
    assert.deepEqual(await list({ open: true }, undefined, 10), ['a', 'b', 'd']);
    assert.deepEqual(await list({ open: false, storeIds: ['s3'] }, undefined, 10), ['c']);
    assert.deepEqual(await list({ acknowledged: true }, undefined, 10), ['a']);
    assert.deepEqual(await list({ open: true, acknowledged: false }, undefined, 10), ['b', 'd']);
    assert.deepEqual(await list({ members: false }, undefined, 10), ['a', 'b', 'd']);
    assert.deepEqual(await list({ openSince: 10 }, undefined, 10), ['c', 'a', 'b', 'd']);
    assert.deepEqual(await list({ openSince: 11 }, undefined, 10), ['a', 'b', 'd']);
    assert.deepEqual(await list({ kinds: ['blind', 'mass_outage'] }, undefined, 10), ['d']);
  });

  test(`${engine}: the incidents of mass outages are counted, of all stores or of some`, async (t) => {
    const { alerts } = await opened(t);
    const member = (id: string, outageId: string, resolvedAt?: number) =>
      incidentRecord(id, { storeId: id, outageId, resolvedAt });
    const records = [member('a', 'm'), member('b', 'm', 5), member('c', 'm', 6), member('d', 'n'), member('e', 'o')];
    await alerts.changing((changes) => changes.saveIncidents(records));
    assert.deepEqual(await alerts.memberCounts(['n', 'm', 'none']), [
      { outageId: 'm', stores: 3, open: 1 },
      { outageId: 'n', stores: 1, open: 1 },
    ]);
    assert.deepEqual(await alerts.memberCounts(['m', 'n'], ['b', 'c']), [{ outageId: 'm', stores: 2, open: 0 }]);
    assert.deepEqual(await alerts.memberCounts(['m'], []), []);
    assert.deepEqual(await alerts.memberCounts([]), []);
  });

  test(`${engine}: what is settled, and how long stores were down`, async (t) => {
    const { alerts } = await opened(t);
    await alerts.changing((changes) =>
      changes.saveIncidents([
        incidentRecord('1', { storeId: 'a', since: 0, resolvedAt: 40, upAt: 30, settledThrough: 35 }),
        incidentRecord('2', { storeId: 'a', since: 60, resolvedAt: 80, settledThrough: 75 }),
        incidentRecord('3', { storeId: 'a', since: 90 }),
        incidentRecord('4', { storeId: 'b', since: 10, resolvedAt: 20, settledThrough: 20, ruleId: 'other' }),
        incidentRecord('5', { storeId: undefined, since: 10 }),
      ]),
    );
    const settled = await alerts.settled(['a', 'b', 'none']);
    assert.deepEqual(
      settled.sort((x, y) => x.through - y.through),
      [
        { ruleId: 'other', storeId: 'b', through: 20 },
        { ruleId: 'r', storeId: 'a', through: 75 },
      ],
    );
    assert.deepEqual(await alerts.downtime('r', 20, 95), [{ storeId: 'a', milliseconds: 10 + 20 + 5 }]);
    assert.deepEqual(await alerts.downtime('r', 200, 300), [{ storeId: 'a', milliseconds: 100 }]);
    assert.deepEqual(await alerts.downtime('other', 20, 95), []);
  });

  test(`${engine}: the owners of stores, without those who are disabled, and whether they can be notified`, async (t) => {
    const { accounts, alerts, contactPoints } = await opened(t);
    await accounts.changing(async (changes) => {
      for (const [id, role, stores] of [
        ['o', 'owner', ['a', 'b']],
        ['p', 'owner', ['b']],
        ['gone', 'owner', ['a']],
        ['op', 'operator', ['a']],
      ] as const) {
        await changes.addUser({ id, login: id, name: id, role, passwordHash: null, createdAt: 0 });
        await changes.assignStores(id, stores);
      }
      const gone = { id: 'gone', login: 'gone', name: 'gone', email: undefined, role: 'owner' } as const;
      await changes.changeUser({ ...gone, disabled: true });
    });
    assert.deepEqual(await alerts.ownersOf(['a', 'b', 'c']), [
      { userId: 'o', storeId: 'a' },
      { userId: 'o', storeId: 'b' },
      { userId: 'p', storeId: 'b' },
    ]);
    assert.deepEqual(await alerts.ownersOf([]), []);
    assert.deepEqual(await alerts.storesWithNotifiedOwner(), [], 'nobody has a contact point');
    await contactPoints.changing(async (changes) => {
      for (const [userId, enabled] of [
        ['o', false],
        ['p', true],
        ['gone', true],
        ['op', true],
      ] as const) {
        await changes.addContactPoint({
          ...{ id: `phone of ${userId}`, userId, name: 'Phone', channel: 'ntfy', settings: {}, secrets: undefined },
          ...{ zone: 'UTC', quietHours: undefined, digest: undefined, enabled, createdAt: 0 },
        });
      }
    });
    assert.deepEqual(await alerts.storesWithNotifiedOwner(), ['b']);
  });

  test(`${engine}: thousands of incidents open at once, with their events`, async (t) => {
    const { alerts } = await opened(t);
    const records = Array.from({ length: 2_500 }, (_, i) => incidentRecord(`i${i}`, { storeId: `s${i}` }));
    await alerts.changing(async (changes) => {
      await changes.saveIncidents(records);
      await changes.addEvents(records.map(({ id }) => eventRecord(`e ${id}`, { incidentId: id, detail: { id } })));
    });
    assert.equal((await alerts.liveIncidents()).length, 2_500);
    assert.deepEqual(await alerts.events('i2499'), [
      eventRecord('e i2499', { incidentId: 'i2499', detail: { id: 'i2499' } }),
    ]);
  });

  test(`${engine}: a change of alerts is all or nothing, and raises their revision`, async (t) => {
    const storage = await opened(t);
    const { alerts, contactPoints, deliveries } = storage;
    await contactPoints.changing((changes) =>
      changes.addContactPoint({
        ...{ id: 'team', userId: undefined, name: 'Team', channel: 'ntfy', settings: {}, secrets: undefined },
        ...{ zone: 'UTC', quietHours: undefined, digest: undefined, enabled: true, createdAt: 0 },
      }),
    );
    const facts = { kind: 'opened', severity: 'page', at: 1, stores: [], more: 0, canAcknowledge: false } as const;
    const delivery = {
      ...{ id: 'd', key: 'i.0.team', contactPointId: 'team', incidentId: 'i', kind: 'opened' as const },
      ...{ facts: { ...facts, page: '/incidents/i' }, notBefore: 1, createdAt: 1 },
    };
    const before = await alerts.revision();
    const change = (fails: boolean) =>
      alerts.changing(async (changes) => {
        await changes.saveIncidents([incidentRecord('i')]);
        await changes.addEvents([eventRecord('e')]);
        await changes.saveGroups([{ id: 'g', ruleId: 'r', sentAt: 1, messages: 1 }]);
        assert.equal(await changes.deliveries.addDelivery(delivery), true);
        assert.equal(await changes.spendLink('hash', 100, 1), true);
        if (fails) throw new Error('no');
      });
    await assert.rejects(change(true), { message: 'no' });
    assert.deepEqual([await alerts.liveIncidents(), await alerts.events('i'), await alerts.groups()], [[], [], []]);
    assert.equal(await deliveries.delivery('d'), undefined);
    assert.equal(await alerts.revision(), before);
    await change(false);
    assert.equal((await alerts.liveIncidents()).length, 1);
    assert.equal((await deliveries.delivery('d'))?.key, 'i.0.team');
    assert.deepEqual(await alerts.groups(), [{ id: 'g', ruleId: 'r', sentAt: 1, messages: 1 }]);
    assert.equal(await alerts.revision(), before + 1);
    await alerts.changing(async (changes) => assert.equal(await changes.spendLink('hash', 100, 2), false));
  });
}
