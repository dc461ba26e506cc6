import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertWorld, HOUR, MINUTE, NOON } from '../support/alert-world.ts';

const STORES = { stores: ['a', 'b', 'c'].map((id) => ({ id, labels: { city: id === 'c' ? 'Rome' : 'Oslo' } })) };
const DAY = 24 * HOUR;

/** The world is at noon; digests are due at 13:00. */
async function worldWithDigest(t: Parameters<typeof AlertWorld.open>[0]): Promise<AlertWorld> {
  const world = await AlertWorld.open(t, STORES);
  await world.setDigest('team', { time: 13 * HOUR, since: NOON });
  await world.saveRule('r');
  return world;
}

test('a digest counts what began and ended in its period, and lists what is still down', async (t) => {
  const world = await worldWithDigest(t);
  await world.poll(['a', -60, false], ['a', -30, false], ['b', -60, false], ['b', -30, false], ['c', -30, true]);
  await world.at(-29);
  await world.poll(['b', 10, true]);
  await world.at(11);
  await world.deliveries();
  assert.deepEqual(await world.digest(59), [], 'it is not due yet');
  const [message, ...others] = await world.digest(60);
  assert.deepEqual(others, []);
  const { facts } = message as NonNullable<typeof message>;
  assert.deepEqual([facts.kind, facts.severity, facts.at, facts.count], ['digest', 'notice', NOON + HOUR, 2]);
  assert.deepEqual(facts.period, { from: NOON + HOUR - DAY, until: NOON + HOUR });
  assert.deepEqual(facts.digest, { ended: 1, open: 1, interrupted: 0, watched: true });
  assert.deepEqual([facts.stores.map(({ id }) => id), facts.more, facts.canAcknowledge], [['a'], 0, false]);
});

test('a digest tells stores in planned downtime apart, and lists them last', async (t) => {
  const world = await worldWithDigest(t);
  await world.poll(['a', -90, false], ['a', -60, false], ['b', -60, false], ['b', -30, false]);
  await world.at(-29);
  await world.deliveries();
  world.planned.set('a', [NOON, NOON + 3 * HOUR]);
  const [message] = await world.digest(60);
  assert.deepEqual([message?.facts.digest?.open, message?.facts.digest?.planned], [2, 1]);
  assert.deepEqual(
    message?.facts.stores.map(({ id, plannedUntil }) => [id, plannedUntil]),
    [
      ['b', undefined],
      ['a', NOON + 3 * HOUR],
    ],
  );
});

test('each digest is sent once: repeated, by another server, and after a restart', async (t) => {
  const world = await worldWithDigest(t);
  assert.equal((await world.digest(60)).length, 1);
  assert.deepEqual(await world.digest(61), []);
  assert.deepEqual(await world.digest(62, world.anotherDigests()), []);
  const next = await world.digest(60 + 24 * 60);
  assert.deepEqual(
    next.map(({ facts }) => [facts.count, facts.digest?.open, facts.period?.from]),
    [[0, 0, NOON + HOUR]],
  );
});

test('what is said of a period does not depend on when its digest is written', async (t) => {
  const world = await worldWithDigest(t);
  await world.poll(['a', -60, false], ['a', -30, false]);
  await world.at(-29);
  // After the period, one store comes up and another goes down; the digest is late.
  await world.poll(['a', 70, true], ['b', 60, false], ['b', 80, false]);
  await world.at(90);
  await world.deliveries();
  const [message] = await world.digest(120);
  assert.deepEqual([message?.facts.count, message?.facts.digest?.ended, message?.facts.digest?.open], [1, 0, 1]);
  assert.deepEqual(
    message?.facts.stores.map(({ id }) => id),
    ['a'],
  );
});

test('a digest that was begun before the clock was set is written by the right clock', async (t) => {
  const world = await worldWithDigest(t);
  world.trusted = false;
  await assert.rejects(world.digest(60), /the system clock is not trusted/);
  world.trusted = true;
  assert.equal((await world.digest(61)).length, 1);
});

test('the digest of an owner is about its stores, and disabled users get none', async (t) => {
  const world = await worldWithDigest(t);
  await world.addOwner('olga', ['b', 'c']);
  await world.addContactPoint('phone', 'olga');
  await world.setDigest('phone', { time: 13 * HOUR, since: NOON });
  await world.poll(['a', -60, false], ['a', -30, false], ['b', -60, false], ['b', -30, false]);
  await world.at(-29);
  await world.deliveries();
  const said = (await world.digest(60)).map(({ contactPointId, facts: { count, stores } }) => [
    ...[contactPointId, count, stores.map(({ id }) => id).join(' ')],
  ]);
  assert.deepEqual(said.sort(), [
    ['phone', 1, 'b'],
    ['team', 2, 'a b'],
  ]);
  await world.storage.accounts.changing(async (changes) => {
    const olga = await changes.user('olga');
    if (olga !== undefined) await changes.changeUser({ ...olga, disabled: true });
  });
  const next = await world.digest(60 + 24 * 60);
  assert.deepEqual(
    next.map(({ contactPointId }) => contactPointId),
    ['team'],
  );
});

test('a digest says for how long monitoring was interrupted, and that no rule is enabled', async (t) => {
  const world = await worldWithDigest(t);
  await world.saveRule('r', { enabled: false });
  await world.blind(-90, -70);
  await world.blind(30, undefined);
  const [message] = await world.digest(75);
  assert.deepEqual(message?.facts.digest, { ended: 0, open: 0, interrupted: 50 * MINUTE, watched: false });
  assert.equal(message?.facts.count, 0);
});

test('a mass outage is one incident of a digest, with its stores', async (t) => {
  const stores = Array.from({ length: 40 }, (_, i) => ({
    ...{ id: `s${String(i).padStart(2, '0')}`, labels: { platform: i < 20 ? 'Food2Go' : 'Eatly' } },
  }));
  const world = await AlertWorld.open(t, { stores });
  await world.setDigest('team', { time: 13 * HOUR, since: NOON });
  await world.saveRule('r');
  const polls = (minutes: number, down: boolean) => stores.map(({ id }, i) => [id, minutes, !down || i >= 20] as const);
  await world.poll(...polls(-90, false), ...polls(-60, true), ...polls(-30, true));
  await world.at(-29);
  const [outage] = await world.storage.alerts.incidents({ members: false }, undefined, 100);
  assert.equal(outage?.kind, 'mass_outage');
  await world.deliveries();
  const [message] = await world.digest(60);
  assert.deepEqual([message?.facts.count, message?.facts.digest?.open], [1, 1]);
  assert.deepEqual([message?.facts.stores.length, message?.facts.more], [10, 10]);
});

test('a mass outage that left a store down has ended, and the store is still open without a beginning of its own', async (t) => {
  const stores = Array.from({ length: 40 }, (_, i) => ({ id: `s${String(i).padStart(2, '0')}`, labels: {} }));
  const world = await AlertWorld.open(t, { stores });
  await world.setDigest('team', { time: 13 * HOUR, since: NOON });
  await world.saveRule('r');
  const polls = (minutes: number, down: number) => stores.map(({ id }, i) => [id, minutes, i >= down] as const);
  await world.poll(...polls(-90, 0), ...polls(-60, 20), ...polls(-30, 20));
  await world.at(-29);
  await world.poll(...polls(0, 1));
  await world.at(1);
  await world.deliveries();
  const [message] = await world.digest(60);
  const { count, digest, stores: listed } = message?.facts ?? {};
  assert.deepEqual([count, digest?.ended, digest?.open, listed?.map(({ id }) => id)], [1, 1, 1, ['s00']]);
});
