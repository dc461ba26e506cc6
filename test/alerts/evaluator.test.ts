import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_GROUPING } from '../../src/domain/alerts/grouping.ts';
import { AlertWorld, HOUR, MINUTE, NOON } from '../support/alert-world.ts';

const STORES = { stores: ['a', 'b', 'c'].map((id) => ({ id, labels: { city: id === 'c' ? 'Rome' : 'Oslo' } })) };

test('a store that goes down is told once, and its recovery to those who were told', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -60, true], ['a', -30, false]);
  assert.deepEqual(await world.at(-29), []);
  await world.poll(['a', 0, false, 'http_503']);
  assert.deepEqual(await world.at(1), ['opened team: a']);
  assert.deepEqual(await world.at(2), []);
  await world.poll(['a', 30, true]);
  assert.deepEqual(await world.at(31), ['resolved team: a']);
  assert.deepEqual(await world.at(32), []);
  const [incident, ...others] = await world.storage.alerts.incidents({}, undefined, 10);
  assert.deepEqual(others, []);
  assert.deepEqual(
    [incident?.since, incident?.openedAt, incident?.upAt, incident?.resolvedAt, incident?.resolution],
    [NOON - 45 * MINUTE, NOON + MINUTE, NOON + 15 * MINUTE, NOON + 31 * MINUTE, 'recovered'],
  );
  const events = await world.storage.alerts.events(incident?.id ?? '');
  assert.deepEqual(events.map(({ kind }) => kind).sort(), ['opened', 'resolved', 'told', 'told']);
});

test('a recovery that was held back says that the store is down again', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -60, true], ['a', -30, false], ['a', 0, false]);
  await world.poll(['b', -60, true], ['b', -30, false], ['b', 0, false]);
  assert.deepEqual(await world.at(1), ['opened team: a b']);
  // The group waits for five minutes between two messages.
  await world.poll(['a', 2, true], ['b', 2, true]);
  assert.deepEqual(await world.at(2), []);
  await world.poll(['a', 4, false, 'http_503']);
  assert.deepEqual(await world.at(4), []);
  world.now = NOON + 6 * MINUTE;
  await world.evaluator.evaluate();
  const inOrder = (await world.deliveries()).sort((x, y) => (x.id < y.id ? -1 : 1));
  const said = inOrder.map(({ facts: { kind, downAgain, stores } }) => ({
    ...{ kind, downAgain },
    stores: stores
      .map(({ id, downSince, upSince, downAgainSince }) => [id, downSince, upSince, downAgainSince])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  }));
  const [since, up, again] = [NOON - 45 * MINUTE, NOON + MINUTE, NOON + 3 * MINUTE];
  assert.deepEqual(said, [
    {
      ...{ kind: 'resolved', downAgain: 1 },
      stores: [
        ['a', since, up, again],
        ['b', since, up, undefined],
      ],
    },
    { kind: 'opened', downAgain: undefined, stores: [['a', again, undefined, undefined]] },
  ]);
});

test('what a clock that was an hour ahead has written delays nothing once it is right', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r', { grouping: { ...DEFAULT_GROUPING, wait: 2 * MINUTE } });
  await world.poll(['a', -60, false], ['a', -30, false], ['b', -60, false], ['b', -30, false]);
  await world.at(60);
  assert.deepEqual(await world.at(62), ['opened team: a b']);
  await world.poll(['a', 1, true]);
  assert.deepEqual(await world.at(2), [], 'the group was corrected to have spoken now');
  assert.deepEqual(await world.at(7), ['resolved team: a']);
  const [incident] = await world.storage.alerts.liveIncidents();
  assert.deepEqual([incident?.storeId, incident?.openedAt], ['b', NOON + 2 * MINUTE]);
});

test('a message says where, since when, what was lost and what the polls found', async (t) => {
  const world = await AlertWorld.open(t, { stores: [{ id: 'a', name: 'Anna', zone: 'Europe/Oslo' }] });
  await world.saveRule('r');
  await world.poll(['a', -60, true], ['a', -30, false], ['a', 0, false, 'closed_by_store: PAUSED']);
  world.now = NOON + 5 * MINUTE;
  await world.evaluator.evaluate();
  const [delivery] = await world.deliveries();
  const [incident] = await world.storage.alerts.liveIncidents();
  assert.deepEqual(delivery?.facts, {
    ...{ kind: 'opened', severity: 'page', at: world.now, incidentId: incident?.id, rule: 'Down', more: 0 },
    ...{ acknowledges: [incident?.id], canAcknowledge: true, page: `/incidents/${incident?.id}` },
    stores: [
      {
        ...{ id: 'a', name: 'Anna', labels: {}, zone: 'Europe/Oslo', downSince: NOON - 45 * MINUTE, lost: 50 * MINUTE },
        polls: [
          { at: NOON, active: false, reason: 'closed_by_store: PAUSED' },
          { at: NOON - 30 * MINUTE, active: false },
          { at: NOON - 60 * MINUTE, active: true },
        ],
      },
    ],
  });
});

test('the lost time of a message has no time without polls, and no planned downtime', async (t) => {
  const world = await AlertWorld.open(t, { stores: [{ id: 'a' }] });
  await world.saveRule('r');
  // Half-way between the polls is 07:00, but nothing is known before 09:00: two polling intervals before the second.
  await world.poll(['a', -600, true], ['a', -60, false]);
  world.planned.set('a', [NOON - 120 * MINUTE, NOON - 90 * MINUTE]);
  await world.poll(['a', -45, false]);
  world.now = NOON - 45 * MINUTE;
  await world.evaluator.evaluate();
  const lost = async () => (await world.deliveries()).map(({ facts }) => facts.stores[0]?.lost);
  assert.deepEqual(await lost(), [105 * MINUTE]);
});

test('a message says what downtime cost, if the sales of the store or a constant rate say so', async (t) => {
  const stores = [
    { id: 'a', zone: 'UTC', labels: { brand: 'Bella' } },
    { id: 'b', zone: 'UTC' },
  ];
  const world = await AlertWorld.open(t, { stores });
  await world.saveRule('r');
  await world.storage.salesRates.changing((changes) =>
    changes.save({
      ...{ groupLabels: [], version: 1, changedAt: NOON },
      constants: [{ label: ['brand', 'Bella'], amount: '120.50', currency: 'USD' }],
    }),
  );
  await world.poll(['a', -60, true], ['b', -60, true], ['a', -30, false], ['b', -30, false]);
  await world.poll(['a', 0, false], ['b', 0, false]);
  world.now = NOON + 15 * MINUTE;
  await world.evaluator.evaluate();
  const said = (await world.deliveries()).flatMap(({ facts }) => facts.stores);
  assert.deepEqual(
    said.map(({ id, lost, estimatedLoss }) => [id, lost, estimatedLoss]),
    [
      // From 11:15 to 12:15: 90.375 and 30.125, each rounded up.
      ['a', 60 * MINUTE, { amount: 120.51, currency: 'USD' }],
      ['b', 60 * MINUTE, undefined],
    ],
  );
});

test('a message about several incidents lists ten stores, counts the others and links to all incidents', async (t) => {
  // Twelve of 200 stores are too small a share for a mass outage.
  const all = Array.from({ length: 200 }, (_, i) => `s${String(i).padStart(3, '0')}`);
  const ids = all.slice(0, 12);
  const world = await AlertWorld.open(t, { stores: all.map((id) => ({ id })) });
  await world.saveRule('r');
  await world.poll(...all.flatMap((id, i) => [[id, -30, i >= 12] as const, [id, 0, i >= 12] as const]));
  world.now = NOON + MINUTE;
  await world.evaluator.evaluate();
  const several = (await world.deliveries()).map(({ facts }) => facts);
  assert.deepEqual(
    several.map(({ incidentId, page, stores, more }) => [incidentId, page, stores.map(({ id }) => id), more]),
    [[undefined, '/incidents', ids.slice(0, 10), 2]],
  );
  const [first] = ids as [string];
  const incident = (await world.storage.alerts.liveIncidents()).find(({ storeId }) => storeId === first);
  await world.poll([first, 5, true]);
  world.now = NOON + 30 * MINUTE;
  await world.evaluator.evaluate();
  const one = (await world.deliveries()).map(({ facts }) => facts);
  assert.deepEqual(
    one.map(({ kind, incidentId, page, more }) => [kind, incidentId, page, more]),
    [['resolved', incident?.id, `/incidents/${incident?.id}`, 0]],
  );
});

test('a restart, a second server and late polls change nothing that was said', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -60, true], ['a', -30, false], ['a', 0, false], ['b', -30, false], ['b', 0, false]);
  world.now = NOON + MINUTE;
  const second = world.another();
  await Promise.all([world.evaluator.evaluate(), second.evaluate()]);
  assert.deepEqual(await world.said(), ['opened team: a b']);
  assert.deepEqual(await world.at(2, world.another()), []);
  await world.poll(['a', 20, true]);
  assert.deepEqual(await world.at(21, second), ['resolved team: a']);
  // Late polls from before the recovery.
  await world.poll(['a', -10, false], ['a', 10, false], ['a', 15, false]);
  assert.deepEqual(await world.at(30), []);
  assert.deepEqual(await world.at(31, second), []);
});

test('rules apply to stores with their labels, and each rule tells its own contact points', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.addContactPoint('rome');
  await world.saveRule('all', { labels: {} });
  await world.saveRule('rome', {
    labels: { city: 'Rome' },
    steps: [{ after: 0, contactPoints: ['rome', 'unknown'], owners: false }],
  });
  await world.saveRule('off', { enabled: false });
  await world.poll(['a', -10, false], ['a', 0, false], ['c', -10, false], ['c', 0, false]);
  assert.deepEqual(await world.at(1), ['opened rome: c', 'opened team: a c']);
});

test('a group waits for more, then for its interval, and repeats what nobody acknowledges', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  const grouping = { by: ['city'], wait: 2 * MINUTE, interval: 10 * MINUTE, repeat: HOUR };
  await world.saveRule('r', { grouping });
  await world.poll(['a', -10, false], ['a', 0, false]);
  assert.deepEqual(await world.at(1), []);
  await world.poll(['b', 1, false], ['b', 2, false], ['c', 1, false], ['c', 2, false]);
  assert.deepEqual(await world.at(2), []);
  assert.deepEqual(await world.at(3), ['opened team: a b']);
  assert.deepEqual(await world.at(4), ['opened team: c']);
  await world.poll(['a', 5, true]);
  assert.deepEqual(await world.at(5), []);
  assert.deepEqual(await world.at(13), ['resolved team: a']);
  await world.poll(['b', 60, false], ['c', 60, false]);
  assert.deepEqual(await world.at(62), []);
  assert.deepEqual(await world.at(64), ['reminder team: b', 'reminder team: c']);
});

test('an incident that ends before anybody was told is told to nobody', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r', { grouping: { ...DEFAULT_GROUPING, wait: 10 * MINUTE } });
  await world.poll(['a', -10, false], ['a', 0, false]);
  assert.deepEqual(await world.at(1), []);
  await world.poll(['a', 5, true]);
  assert.deepEqual(await world.at(6), []);
  assert.deepEqual(await world.at(60), []);
});

test('owners hear of their own stores only', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.addOwner('olga', ['a']);
  await world.addContactPoint('olga phone', 'olga');
  await world.addOwner('stan', ['c']);
  await world.addContactPoint('stan phone', 'stan');
  // The contact point of an owner, named in a rule for all stores, hears of no others either.
  await world.saveRule('r', { steps: [{ after: 0, contactPoints: ['team', 'stan phone'], owners: true }] });
  await world.poll(['a', -10, false], ['a', 0, false], ['b', -10, false], ['b', 0, false]);
  assert.deepEqual(await world.at(1), ['opened olga phone: a', 'opened team: a b']);
  await world.poll(['a', 10, true], ['b', 10, true]);
  assert.deepEqual(await world.at(11), ['resolved olga phone: a', 'resolved team: a b']);
});

test('the next step is told unless an incident is acknowledged, and hears of the recovery', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.addContactPoint('boss');
  const steps = [
    { after: 0, contactPoints: ['team'], owners: false },
    { after: 15 * MINUTE, contactPoints: ['boss'], owners: false },
  ];
  await world.saveRule('r', { steps });
  await world.poll(['a', -10, false], ['a', 0, false], ['b', -10, false], ['b', 0, false]);
  assert.deepEqual(await world.at(1), ['opened team: a b']);
  const incidents = await world.storage.alerts.liveIncidents();
  const b = incidents.find(({ storeId }) => storeId === 'b');
  assert.ok(b, 'b is down');
  await world.storage.alerts.changing((changes) => changes.saveIncidents([{ ...b, acknowledgedAt: world.now }]));
  assert.deepEqual(await world.at(15), []);
  assert.deepEqual(await world.at(16), ['escalated boss: a']);
  assert.deepEqual(await world.at(17), []);
  await world.poll(['a', 20, true], ['b', 20, true]);
  assert.deepEqual(await world.at(21), ['resolved boss: a', 'resolved team: a b']);
});

test('planned downtime holds everything back, and what is still down after it is told once', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  world.planned.set('a', [NOON, NOON + 30 * MINUTE]);
  await world.poll(['a', -60, true], ['a', 10, false], ['a', 20, false]);
  assert.deepEqual(await world.at(21), []);
  assert.deepEqual(await world.at(30), ['planned_ended team: a']);
  assert.deepEqual(await world.at(31), []);
});

test('a rule that is disabled, and a store that is deleted, end their incidents silently', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -10, false], ['a', 0, false], ['b', -10, false], ['b', 0, false]);
  assert.deepEqual(await world.at(1), ['opened team: a b']);
  await world.storage.changing(async (writer) => writer.deleteStore(await writer.addStore('a'), { withPolls: false }));
  world.directory.changed();
  assert.deepEqual(await world.at(2), []);
  await world.saveRule('r', { enabled: false });
  assert.deepEqual(await world.at(3), []);
  assert.deepEqual(await world.storage.alerts.liveIncidents(), []);
  const all = await world.storage.alerts.incidents({}, undefined, 10);
  assert.deepEqual([...new Set(all.map(({ resolution }) => resolution))], ['dropped']);
});

test('the trouble of the monitor itself is one message, its end another, and nothing else is said', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.saveRule('second');
  const gap = { id: 'g', server: 'one', from: NOON, reason: 'no network', unobserved: 0 };
  await world.storage.gaps.save({ ...gap, until: undefined }, NOON);
  await world.poll(['a', -10, false], ['a', 0, false]);
  assert.deepEqual(await world.at(1), ['blind team:']);
  assert.deepEqual(await world.at(59), []);
  await world.storage.gaps.save({ ...gap, until: NOON + HOUR, unobserved: 42 }, NOON + HOUR);
  await world.poll(['a', 50, true], ['a', 61, true]);
  world.now = NOON + HOUR + MINUTE;
  await world.evaluator.evaluate();
  const deliveries = await world.deliveries();
  assert.deepEqual(
    deliveries.map(({ facts: { kind, period, count } }) => [kind, period, count]),
    [['sight_returned', { from: NOON, until: world.now }, 42]],
  );
  const [incident, ...others] = await world.storage.alerts.incidents({}, undefined, 10);
  assert.deepEqual(others, []);
  assert.deepEqual(
    deliveries.map(({ facts }) => facts.page),
    [`/incidents/${incident?.id}`],
  );
  // The first message had not been sent yet, as without a network: the second says it all.
  const all = await world.allDeliveries();
  assert.deepEqual(all.map(({ kind, status }) => `${kind} ${status}`).sort(), [
    'blind cancelled',
    'sight_returned pending',
  ]);
});

test('a live fleet without new polls is one message', async (t) => {
  const world = await AlertWorld.open(t, STORES, { live: true });
  await world.saveRule('r');
  await world.poll(['a', 0, true]);
  assert.deepEqual(await world.at(119), []);
  assert.deepEqual(await world.at(120), ['blind team:']);
  await world.poll(['a', 121, true]);
  assert.deepEqual(await world.at(122), ['sight_returned team:']);
});

test('polls that others send and that stop are one message, until they come again', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', 0, true]);
  assert.deepEqual(await world.at(119), []);
  assert.deepEqual(await world.at(120), ['blind team:']);
  assert.deepEqual(await world.at(3 * 24 * 60), [], 'it is still so after days');
  await world.poll(['a', 3 * 24 * 60 + 1, true]);
  assert.deepEqual(await world.at(3 * 24 * 60 + 2), ['sight_returned team:']);
});

test('history that was imported is not polls that stop', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -24 * 60, true]);
  assert.deepEqual(await world.at(0), []);
  assert.deepEqual(await world.at(24 * 60), []);
});

test('only the stores of new polls are read after a batch', async (t) => {
  const world = await AlertWorld.open(t, STORES);
  await world.saveRule('r');
  await world.poll(['a', -10, false], ['a', 0, false], ['b', -10, false], ['b', 0, false]);
  world.now = NOON + MINUTE;
  await world.evaluator.evaluate(new Map([['b', true]]));
  assert.deepEqual(await world.said(), ['opened team: b']);
  await world.evaluator.evaluate(new Map([['a', false]]));
  assert.deepEqual(await world.said(), []);
});
