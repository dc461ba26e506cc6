import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertWorld, HOUR, NOON } from '../support/alert-world.ts';

const COUNT = 10_000;

/** Half of the stores are on the platform `acme`. */
const stores = Array.from({ length: COUNT }, (_, i) => ({
  id: `s${String(i).padStart(5, '0')}`,
  labels: { platform: i % 2 === 0 ? 'acme' : 'other', city: `city ${i % 50}` },
}));
const acme = stores.filter(({ labels }) => labels.platform === 'acme').map(({ id }) => id);

test('a platform outage is at most three messages, which name the platform', async (t) => {
  const world = await AlertWorld.open(t, { stores });
  await world.addOwner('olga', [acme[7] as string, stores[1]?.id as string]);
  await world.addContactPoint('olga phone', 'olga');
  await world.saveRule('r', { steps: [{ after: 0, contactPoints: ['team'], owners: true }] });
  await world.poll(...stores.map(({ id }) => [id, -60, true] as const));
  // The first stores are found before the others.
  const [first, ...others] = acme as [string, ...string[]];
  await world.poll([first, -10, false], [first, -5, false]);
  assert.deepEqual(await world.at(-4), [`opened team: ${first}`]);
  await world.poll(...others.flatMap((id) => [[id, -3, false] as const, [id, 0, false] as const]));
  await world.poll(...stores.filter(({ id }) => !acme.includes(id)).map(({ id }) => [id, 0, true] as const));
  world.now = NOON + 60_000;
  await world.evaluator.evaluate();
  const outage = await world.deliveries();
  assert.deepEqual(
    outage.map(({ contactPointId, facts }) => [contactPointId, facts.kind, facts.outage, facts.stores.length]),
    [
      ['olga phone', 'mass_outage', { label: 'platform', value: 'acme', of: 1, down: 1, own: true }, 1],
      ['team', 'mass_outage', { label: 'platform', value: 'acme', of: acme.length, down: acme.length, own: false }, 10],
    ],
  );
  assert.deepEqual(
    outage.map(({ facts }) => facts.canAcknowledge),
    [false, true],
    'an owner cannot acknowledge what concerns others, too',
  );
  const live = await world.storage.alerts.liveIncidents();
  const found = live.find(({ kind }) => kind === 'mass_outage');
  assert.deepEqual(
    outage.map(({ facts }) => [facts.page, facts.more]),
    [
      [`/incidents/${found?.id}`, 0],
      [`/incidents/${found?.id}`, acme.length - 10],
    ],
  );
  // All come up again but one.
  world.now = NOON + 30 * 60_000;
  const last = acme.at(-1) as string;
  await world.poll(...acme.map((id) => [id, 30, id !== last] as const));
  world.now += 60_000;
  await world.evaluator.evaluate();
  const end = await world.deliveries();
  assert.deepEqual(
    end.map(({ contactPointId, facts }) => [contactPointId, facts.kind, facts.stores.map(({ id }) => id), facts.more]),
    [
      ['olga phone', 'resolved', [], 0],
      ['team', 'resolved', [last], 0],
    ],
  );
  assert.deepEqual(
    end.map(({ facts: { outage, period } }) => [outage?.recovered, outage?.down, outage?.of, period]),
    [
      [1, 0, 1, { from: found?.since, until: world.now }],
      [acme.length - 1, 1, acme.length, { from: found?.since, until: world.now }],
    ],
  );
  assert.deepEqual(await world.storage.alerts.memberCounts([String(found?.id)]), [
    { outageId: found?.id, stores: acme.length, open: 1 },
  ]);
  assert.deepEqual(await world.at(32), []);
  const kept = await world.storage.alerts.incidents({ outageId: found?.id, open: true }, undefined, 10);
  assert.deepEqual(
    kept.map(({ storeId, parentId }) => [storeId, parentId]),
    [[last, undefined]],
  );
  // It goes on by itself, and its recovery is told.
  await world.poll([last, 60, true]);
  assert.deepEqual(await world.at(61), [`resolved team: ${last}`]);
  const repeats = new Set((await world.allDeliveries()).map(({ key }) => key));
  assert.equal(repeats.size, 6);
});

test('a mass outage begins when its stores went down, and those that were down long before are not part of it', async (t) => {
  const world = await AlertWorld.open(t, { stores });
  await world.saveRule('r');
  const [dead, dying] = acme as [string, string];
  await world.poll(...stores.map(({ id }) => [id, -400, id !== dead] as const), [dead, -395, false]);
  await world.at(-394);
  await world.poll(...stores.map(({ id }) => [id, -330, id !== dead && id !== dying] as const), [dying, -329, false]);
  await world.at(-328);
  for (const minute of [-270, -210, -150, -90, -60]) {
    await world.poll(...stores.map(({ id }) => [id, minute, id !== dead && id !== dying] as const));
  }
  await world.at(-59);
  await world.poll(...acme.flatMap((id, i) => [[id, -10 - (i % 20) / 2, false] as const, [id, 0, false] as const]));
  await world.poll(...stores.filter(({ id }) => !acme.includes(id)).map(({ id }) => [id, 0, true] as const));
  await world.at(1);
  const live = await world.storage.alerts.liveIncidents();
  const outage = live.find(({ kind }) => kind === 'mass_outage');
  const members = live.filter(({ parentId }) => parentId === outage?.id);
  assert.equal(members.length, acme.length - 2);
  assert.deepEqual(
    live.filter(({ storeId = '' }) => storeId === dead || storeId === dying).map(({ parentId }) => parentId),
    [undefined, undefined],
  );
  assert.equal(outage?.since, Math.min(...members.map(({ since }) => since)));
  assert.equal(outage?.since, NOON - (60 + 19.5) * 30_000);
});

test('the owner of a store that joins a mass outage later is notified once, about the own store and its end', async (t) => {
  const some = stores.slice(0, 400);
  const late = some[10]?.id as string;
  const early = some[12]?.id as string;
  const down = some.filter(({ labels }) => labels.platform === 'acme').map(({ id }) => id);
  const world = await AlertWorld.open(t, { stores: some });
  for (const [login, id] of [
    ['ella', early],
    ['lars', late],
  ] as const) {
    await world.addOwner(login, [id]);
    await world.addContactPoint(`${login} phone`, login);
  }
  await world.saveRule('r', { steps: [{ after: 0, contactPoints: ['team'], owners: true }] });
  await world.poll(...some.map(({ id }) => [id, -60, true] as const));
  const told = async () =>
    (await world.deliveries()).map(({ contactPointId, facts: { kind, stores: about } }) =>
      [contactPointId, kind, ...(contactPointId === 'team' ? [] : about.map(({ id }) => id))].join(' '),
    );
  const others = down.filter((id) => id !== late);
  await world.poll(...others.flatMap((id) => [[id, -3, false] as const, [id, 0, false] as const]));
  world.now = NOON + 60_000;
  await world.evaluator.evaluate();
  assert.deepEqual(await told(), [`ella phone mass_outage ${early}`, 'team mass_outage']);
  await world.poll([late, 1, false], [late, 2, false]);
  world.now = NOON + 3 * 60_000;
  await world.evaluator.evaluate();
  assert.deepEqual(await told(), [`lars phone mass_outage ${late}`]);
  world.now += 60_000;
  await world.evaluator.evaluate();
  assert.deepEqual(await told(), [], 'nobody is notified twice');
  await world.poll(...down.map((id) => [id, 30, true] as const));
  world.now = NOON + 31 * 60_000;
  await world.evaluator.evaluate();
  assert.deepEqual(await told(), ['ella phone resolved', 'lars phone resolved', 'team resolved']);
});

test('a few stores that are down by chance are no mass outage', async (t) => {
  const few = stores.slice(0, 100);
  const world = await AlertWorld.open(t, { stores: few });
  await world.saveRule('r');
  await world.poll(...few.map(({ id }) => [id, -60, true] as const));
  const down = few.filter((_, i) => i % 25 === 0).map(({ id }) => id);
  await world.poll(...down.flatMap((id) => [[id, -5, false] as const, [id, 0, false] as const]));
  assert.deepEqual(await world.at(1), [`opened team: ${down.join(' ')}`]);
  assert.equal(world.now - NOON < HOUR, true);
});

test('the states of all stores are read after a batch of polls only if an incident of the rule changed', async (t) => {
  const ids = Array.from({ length: 300 }, (_, i) => `s${String(i).padStart(3, '0')}`);
  const world = await AlertWorld.open(t, { stores: ids.map((id) => ({ id })) });
  await world.saveRule('r');
  await world.poll(...ids.map((id) => [id, -60, true] as const));
  const down = ids.slice(0, 6);
  await world.poll(...down.flatMap((id) => [[id, -20, false] as const, [id, -10, false] as const]));
  assert.deepEqual(await world.at(-9), [`opened team: ${down.join(' ')}`]);
  const evaluate = async (minutes: number, id: string, active: boolean) => {
    await world.poll([id, minutes, active]);
    world.now = NOON + minutes * 60_000;
    const before = world.statesRead;
    await world.evaluator.evaluate(new Map([[id, !active]]));
    return world.statesRead - before;
  };
  assert.equal(await evaluate(0, 's200', true), 0);
  assert.equal(await evaluate(1, 's000', false), 0, 'its incident is open already');
  assert.equal(await evaluate(2, 's201', false), 0, 'one poll is not enough');
  assert.equal(await evaluate(3, 's201', false), 1, 'another store is down');
  assert.equal(await evaluate(4, 's000', true), 1, 'a store is up again');
  const before = world.statesRead;
  await world.evaluator.evaluate('all');
  assert.equal(world.statesRead - before, 1);
});
