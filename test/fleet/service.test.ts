import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { IN_MEMORY, openStorage } from '../../src/compose/storages.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/hours.ts';
import { total } from '../../src/domain/interval.ts';
import type { SeenTime } from '../../src/domain/timeline.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import type { FleetFigures } from '../../src/fleet/figures.ts';
import { FleetService } from '../../src/fleet/service.ts';
import type { Snapshot } from '../../src/storage/ports/snapshot.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import { StoreDirectory } from '../../src/stores/directory.ts';
import { merge, type StagedFeeds } from '../support/staging.ts';

/** A request about an instant. */
const at = (asOf: number, requester = 'ann') => ({ asOf, requester });

/** A Wednesday, 12:00 in Chicago. */
const NOON = Date.parse('2025-06-04T17:00Z');
const everyDay = (id: string, start: number, end: number) =>
  [0, 1, 2, 3, 4, 5, 6].map((day) => [id, day, start * HOUR, end * HOUR] as const);
const ago = (id: string, minutes: number, active: boolean) => [id, NOON - minutes * MINUTE, active] as const;

/** One store in each state, and one that was down this morning. */
const FEEDS: StagedFeeds = {
  hours: [...everyDay('night', 20, 23), ...everyDay('silent', 9, 22), ...everyDay('lame', 9, 22)],
  polls: [
    ago('dark', 200, true),
    ago('dark', 100, false),
    ago('dark', 30, false),
    ago('bright', 45, true),
    ago('night', 10, false),
    ago('silent', 200, true),
    ago('lame', 170, false),
    ago('lame', 50, true),
  ],
};

async function opened(t: TestContext, feeds: StagedFeeds = FEEDS) {
  const storage = await openStorage(IN_MEMORY);
  t.after(() => storage.close());
  await merge(storage, feeds);
  const clock = { now: NOON };
  const reads: (readonly [number, number])[] = [];
  const watched: Pick<Storage, 'snapshot'> = {
    snapshot: (work) =>
      storage.snapshot((snapshot) =>
        work(
          new Proxy(snapshot, {
            get: (target, name: keyof Snapshot) => {
              const method = target[name].bind(target) as (...args: unknown[]) => unknown;
              if (name !== 'polls') return method;
              return (...args: [number, number]) => {
                reads.push(args);
                return method(...args);
              };
            },
          }),
        ),
      ),
  };
  const now = () => clock.now;
  const directory = new StoreDirectory({ storage, elapsed: now });
  const log = pino({ level: 'silent' });
  const fleet = new FleetService({
    storage: { ...watched, gaps: storage.gaps },
    directory,
    log,
    now,
    elapsed: now,
    pollInterval: HOUR,
    planned: async () => () => [],
    waitingPerRequester: 3,
  });
  return { storage, directory, fleet, clock, reads };
}

async function statesOf({ fleet, directory }: Awaited<ReturnType<typeof opened>>, asOf?: number) {
  const states = await fleet.states(asOf === undefined ? undefined : at(asOf));
  const { entries } = await directory.current();
  return Object.fromEntries(entries.map((entry) => [entry.id, states.of(entry).state]));
}

test('each store is in the state that its hours and its last poll give it', async (t) => {
  const scene = await opened(t);
  assert.deepEqual(await statesOf(scene), {
    bright: 'online',
    dark: 'offline',
    lame: 'online',
    night: 'closed',
    silent: 'unknown',
  });
  const { live, entries, latestPoll } = await scene.fleet.view('all', undefined);
  assert.deepEqual(live.count(entries), { offline: 1, unknown: 1, online: 2, closed: 1 });
  assert.equal(latestPoll, NOON - 10 * MINUTE);
});

test('the last poll of a store decides its state, unless it is too old', async (t) => {
  const { fleet, directory } = await opened(t);
  const states = await fleet.states(undefined);
  const { byId } = await directory.current();
  const lastPoll = (id: string) => {
    const entry = byId.get(id);
    assert.ok(entry !== undefined, `there is no ${id}`);
    return states.of(entry).lastPoll;
  };
  assert.deepEqual(lastPoll('dark'), { instant: NOON - 30 * MINUTE, active: false, reason: undefined });
  assert.deepEqual(lastPoll('night'), { instant: NOON - 10 * MINUTE, active: false, reason: undefined });
  assert.equal(lastPoll('silent'), undefined);
});

test('offline stores are counted by the reason of their last poll', async (t) => {
  const scene = await opened(t);
  const reasons = async () => {
    const { live, entries } = await scene.fleet.view('all', undefined);
    return [...live.countReasons(entries)];
  };
  assert.deepEqual(await reasons(), [[undefined, 1]]);
  await merge(scene.storage, {
    polls: [
      ['dark', NOON - 40 * MINUTE, false, 'dns'],
      ['dark', NOON - 30 * MINUTE, false, 'closed_by_store: PAUSED'],
      ['night', NOON - 10 * MINUTE, false, 'timeout'],
    ],
  });
  scene.clock.now = NOON + MINUTE;
  assert.deepEqual(await reasons(), [['closed_by_store', 1]]);
  const { byId } = await scene.directory.current();
  const states = await scene.fleet.states(undefined);
  const reasonOf = (id: string) => states.of(byId.get(id) ?? assert.fail(`there is no ${id}`)).lastPoll?.reason;
  assert.deepEqual(['dark', 'night', 'bright'].map(reasonOf), ['closed_by_store: PAUSED', 'timeout', undefined]);
});

test('past states depend only on polls up to that instant', async (t) => {
  const scene = await opened(t);
  assert.deepEqual(await statesOf(scene, NOON - 190 * MINUTE), {
    bright: 'unknown',
    dark: 'online',
    lame: 'closed',
    night: 'closed',
    silent: 'closed',
  });
});

test('states are at most a few seconds old, and include new data', async (t) => {
  const scene = await opened(t);
  assert.equal((await statesOf(scene)).silent, 'unknown');
  await merge(scene.storage, { polls: [['silent', NOON + MINUTE, true]] });
  scene.clock.now = NOON + 2 * MINUTE;
  assert.equal((await statesOf(scene)).silent, 'online');
});

test('a store that is newer than the cached states is open', async (t) => {
  const { storage, directory, fleet } = await opened(t);
  const states = await fleet.states(undefined);
  await merge(storage, { polls: [['new', NOON, false]] });
  directory.changed();
  const entry = (await directory.current()).byId.get('new');
  assert.ok(entry !== undefined, 'the new store is in the directory');
  assert.deepEqual(states.of(entry), {
    ...{ state: 'unknown', lastPoll: undefined, firstPoll: undefined, plannedUntil: undefined },
  });
});

test('the figures of the fleet are the sums of what was seen of its stores', async (t) => {
  const { fleet, directory } = await opened(t);
  const figures = await fleet.figures('all', at(NOON));
  const { entries } = await directory.current();
  for (const [w, span] of WINDOWS.entries()) {
    const range = { from: NOON - span, to: NOON, asOf: NOON };
    const all = await Promise.all(entries.map(({ id }) => fleet.timeline('all', id, range, undefined)));
    const sum = (of: (seen: SeenTime) => number) => all.reduce((sum, { seen }) => sum + of(seen), 0);
    assert.deepEqual(
      [figures.last.up[w], figures.last.down[w], figures.last.open[w], figures.last.covered[w]],
      [
        sum(({ totals }) => totals.up),
        sum(({ totals }) => totals.down),
        sum(({ totals }) => totals.open),
        sum(({ covered }) => total(covered)),
      ],
    );
  }
  assert.equal(figures.stores, 5);
  assert.deepEqual(
    figures.worst.map(({ store, outage }) => [store.id, outage]),
    [
      ['dark', { since: NOON - 150 * MINUTE, lost: 150 * MINUTE, sinceFirstPoll: false, beganEarlier: false }],
      ['lame', undefined],
    ],
  );
});

test('a store is offline since half-way before its first inactive poll, by its last polls or by the figures', async (t) => {
  const { fleet, directory, storage, clock } = await opened(t, {
    polls: [
      ...[600, 540, 480].map((minutes) => ago('old', minutes, true)),
      ...[420, 360, 300, 240, 180, 120, 60, 1].map((minutes) => ago('old', minutes, false)),
      ...[100, 40].map((minutes) => ago('new', minutes, minutes > 50)),
      ago('up', 1, true),
    ],
  });
  const since = async (asked?: ReturnType<typeof at>) => {
    const outages = await fleet.outages('all', asked);
    const { entries } = await directory.current();
    return Object.fromEntries(entries.map((store) => [store.id, outages.since(store)?.since]));
  };
  const expected = { old: NOON - 450 * MINUTE, new: NOON - 70 * MINUTE, up: undefined };
  assert.deepEqual(await since(), expected);
  assert.deepEqual(await since(at(NOON)), expected);
  // The figures are a minute old at most: what the states show is newer.
  await merge(storage, { polls: [['up', NOON + 20_000, false]] });
  clock.now = NOON + 40_000;
  assert.deepEqual(await since(), { ...expected, up: NOON - 20_000 });
  clock.now = NOON + 3 * HOUR;
  assert.deepEqual(await since(), { old: undefined, new: undefined, up: undefined }, 'unknown, since nobody looked');
});

test('concurrent requests share the figures, which are computed again after a minute', async (t) => {
  const { fleet, clock, reads } = await opened(t);
  const asked = await Promise.all(Array.from({ length: 10 }, () => fleet.figures('all', undefined)));
  assert.equal(new Set(asked).size, 1);
  assert.equal(reads.length, 1);
  clock.now += 59_999;
  assert.equal(await fleet.figures('all', undefined), asked[0]);
  assert.equal(reads.length, 1);
  clock.now += 10 * MINUTE;
  assert.notEqual(await fleet.figures('all', undefined), asked[0]);
});

test('figures of a past instant are cached until the data changes', async (t) => {
  const { storage, fleet, clock, reads } = await opened(t);
  const before = await fleet.figures('all', at(NOON));
  clock.now += DAY;
  assert.equal(await fleet.figures('all', at(NOON)), before);
  assert.equal(reads.length, 1);
  await merge(storage, { polls: [ago('bright', 5, false)] });
  clock.now += MINUTE;
  const after = await fleet.figures('all', at(NOON));
  assert.deepEqual(
    after.worst.map(({ store }) => store.id),
    ['dark', 'bright', 'lame'],
  );
});

test('the figures of an owner equal those of a fleet without other stores', async (t) => {
  const { fleet } = await opened(t);
  const owned = await fleet.figures(new Set(['lame', 'silent', 'sold']), at(NOON));
  const own = ([id]: readonly [string, ...unknown[]]) => id === 'lame' || id === 'silent';
  const alone = await opened(t, { hours: FEEDS.hours?.filter(own) ?? [], polls: FEEDS.polls?.filter(own) ?? [] });
  const expected = await alone.fleet.figures('all', at(NOON));
  const sums = (figures: FleetFigures) => ({ ...figures, worst: [], attention: [], outages: figures.outages.size });
  assert.deepEqual(sums(owned), sums(expected));
  assert.deepEqual(
    owned.worst.map(({ store }) => store.id),
    expected.worst.map(({ store }) => store.id),
  );
});

test('only owners of the same stores share figures', async (t) => {
  const { fleet } = await opened(t);
  const one = await fleet.figures(new Set(['dark', 'bright']), undefined);
  assert.equal(await fleet.figures(new Set(['bright', 'dark']), undefined), one);
  assert.notEqual(await fleet.figures(new Set(['bright']), undefined), one);
  assert.notEqual(await fleet.figures('all', undefined), one);
  assert.equal((await fleet.figures(new Set(), undefined)).stores, 0);
});

test("an owner gets the latest poll of the owner's stores only", async (t) => {
  const { fleet } = await opened(t);
  const view = await fleet.view(new Set(['bright', 'silent']), undefined);
  assert.equal(view.latestPoll, NOON - 45 * MINUTE);
  assert.deepEqual(view.live.count(view.entries), { offline: 0, unknown: 1, online: 1, closed: 0 });
  assert.equal((await fleet.view(new Set(['silent']), undefined)).latestPoll, undefined);
  assert.equal((await fleet.figures(new Set(['silent']), undefined)).latestPoll, NOON - 200 * MINUTE);
  assert.equal(await fleet.latestPoll(new Set(['silent', 'bright'])), NOON - 45 * MINUTE);
  assert.equal(await fleet.latestPoll(new Set(['silent'])), NOON - 200 * MINUTE);
  await assert.rejects(fleet.latestPoll(new Set(['nowhere'])), /there are no polls of your stores/);
});

test('too many waiting requests of one requester are rejected, and those of others are not', async (t) => {
  const { fleet } = await opened(t);
  const ask = (i: number, requester: string) => fleet.figures('all', at(NOON - i, requester));
  const flood = Array.from({ length: 6 }, (_, i) => ask(i, 'ann'));
  const asked = await Promise.allSettled([...flood, ask(6, 'bob')]);
  const refused = asked
    .filter((one) => one.status === 'rejected')
    .map(({ reason }) => (reason as { code: string }).code);
  assert.deepEqual(refused, ['too_many_requests', 'too_many_requests']);
  assert.equal(asked.at(-1)?.status, 'fulfilled');
  assert.equal((await ask(5, 'ann')).stores, 5);
});

test('without polls, the latest poll is a conflict', async (t) => {
  const { fleet } = await opened(t, { hours: FEEDS.hours ?? [] });
  await assert.rejects(fleet.latestPoll('all'), /there are no polls in the database/);
  assert.equal((await fleet.view('all', undefined)).latestPoll, undefined);
});
