import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { MISSED } from '../../../src/intake/prober/missed-slots.ts';
import { offsetOf, slotAt } from '../../../src/intake/prober/slots.ts';
import { csvFields } from '../../../src/lib/csv.ts';
import { linesIn } from '../../support/day-files.ts';
import { type BehaviorName, FakeStores } from '../../support/fake-stores.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { Clock, HOUR, MemoryPolls, MINUTE, NOON, SECOND, TestProber } from '../../support/test-prober.ts';

const dueAt = (id: string) => slotAt(NOON + HOUR, offsetOf(id, HOUR), HOUR) * HOUR + offsetOf(id, HOUR);

test('each of a thousand stores gets the polls that its behavior implies', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const kinds: readonly (readonly [behavior: BehaviorName, polls: 'active' | 'inactive' | 'none'])[] = [
    ['slow', 'active'],
    ['moved', 'active'],
    ['offline', 'inactive'],
    ['wrongStatus', 'inactive'],
    ['wrongBody', 'inactive'],
    ['refusing', 'inactive'],
    ['cutOff', 'inactive'],
    ['hanging', 'inactive'],
    ['endless', 'inactive'],
    ['toPrivate', 'inactive'],
    ['inCircles', 'inactive'],
    ['turningAway', 'none'],
  ];
  const expected = new Map<string, 'active' | 'inactive' | 'none'>();
  const targets = Array.from({ length: 1_000 }, (_, i) => {
    const id = String(i);
    const [behavior, polls] = (i % 80 === 0 ? kinds[i / 80] : undefined) ?? ['online', 'active'];
    fakeStores.behavior.set(`store-${id}.test`, behavior);
    expected.set(id, polls);
    return { id, probeUrl: fakeStores.url(id) };
  });
  const tested = new TestProber(t, fakeStores.client(t), targets);
  await tested.prober.open();
  await tested.settle();
  await tested.advance(HOUR + 2 * MINUTE);
  const wrong: string[] = [];
  for (const [id, deserved] of expected) {
    const polls = tested.polls.of(id);
    const states = new Set(polls.map(([, active]) => (active ? 'active' : 'inactive')));
    const slots = polls.map(([instant]) => slotAt(instant, offsetOf(id, HOUR), HOUR));
    if (deserved === 'none' ? polls.length > 0 : [...states].join() !== deserved) wrong.push(`${id}: ${[...states]}`);
    // One poll in each slot. After the first, it is at the store's offset, or a little later after a confirmation.
    const first = slots[0] ?? 0;
    if (deserved !== 'none' && (slots.length < 2 || slots.some((slot, i) => slot !== first + i))) {
      wrong.push(`${id}: slots ${slots}`);
    }
    for (const [instant] of polls.slice(1)) {
      const late = (instant - offsetOf(id, HOUR) + HOUR) % HOUR;
      if (late > (deserved === 'active' ? SECOND : 2 * MINUTE)) wrong.push(`${id}: ${late} ms late`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(tested.gaps.selfOutages, []);
});

test('a store that fails once and responds 30 seconds later is active', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const tested = new TestProber(t, fakeStores.client(t), [{ id: '1', probeUrl: fakeStores.url(1) }]);
  fakeStores.behavior.set('store-1.test', 'wrongStatus');
  await tested.prober.open();
  await tested.settle();
  await tested.advance(29 * SECOND);
  assert.deepEqual([fakeStores.requests.get('store-1.test'), tested.polls.of('1')], [1, []]);
  fakeStores.behavior.set('store-1.test', 'online');
  await tested.advance(MINUTE);
  assert.deepEqual(tested.polls.of('1'), [[NOON + 30 * SECOND, true]]);
  assert.equal(fakeStores.requests.get('store-1.test'), 2);
});

test('an inactive poll has the instant of the second response', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const tested = new TestProber(t, fakeStores.client(t), [{ id: '1', probeUrl: fakeStores.url(1) }]);
  fakeStores.behavior.set('store-1.test', 'offline');
  await tested.prober.open();
  await tested.settle();
  await tested.advance(30 * SECOND);
  assert.deepEqual(tested.polls.of('1'), [[NOON + 30 * SECOND, false]]);
  fakeStores.behavior.set('store-1.test', 'wrongStatus');
  await tested.advance(HOUR);
  const [, second] = tested.polls.of('1');
  assert.deepEqual(second, [Math.ceil(dueAt('1') / SECOND) * SECOND + 30 * SECOND, false]);
});

test('the day file has every poll, in whole lines, and a new one begins at midnight UTC', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const clock = new Clock();
  clock.instant = Date.UTC(2026, 10, 23, 23, 30);
  const ids = ['plain', 'comma, and "quotes"', 'line\nbreak'];
  const tested = new TestProber(
    t,
    fakeStores.client(t),
    ids.map((id) => ({ id, probeUrl: fakeStores.url(1) })),
    { clock },
  );
  await tested.prober.open();
  await tested.settle();
  await tested.advance(HOUR);
  const [header, ...lines] = ['2026-11-23.csv', '2026-11-24.csv'].flatMap((name) =>
    readFileSync(join(tested.folder, name), 'utf8').split('\n').slice(0, -1),
  );
  assert.equal(header, 'store_id,status,timestamp_utc,reason');
  const found = lines.filter((line) => line !== header);
  assert.equal(tested.polls.of('line\nbreak').length, 2);
  const stored = ids.slice(0, 2).flatMap((id) => tested.polls.of(id).map(([instant]) => ({ id, instant })));
  const expected = stored.map(({ id, instant }) => {
    const name = id.includes(',') ? '"comma, and ""quotes"""' : id;
    return `${name},active,${new Date(instant).toISOString().replace('T', ' ').replace('Z', ' UTC')},`;
  });
  assert.deepEqual(found.toSorted(), expected.toSorted());
  assert.equal(found.length, 4);
});

test('the reason of an inactive poll is in the day file, the database and the log', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const reasons = {
    offline: 'closed_by_store: "PAUSED", he says',
    wrongStatus: 'http_500',
    wrongBody: 'body_unreadable',
    hanging: 'timeout',
    online: undefined,
  } as const;
  const ids = Object.keys(reasons) as (keyof typeof reasons)[];
  for (const id of ids) fakeStores.behavior.set(`store-${id.toLowerCase()}.test`, id);
  const log: string[] = [];
  const tested = new TestProber(
    t,
    fakeStores.client(t, { reason: ['store', 'why'] }),
    // Most stores are up, so failures are those of the store, not of the monitor.
    [...ids, ...Array.from({ length: 40 }, (_, i) => String(i))].map((id) => ({
      id,
      probeUrl: fakeStores.url(id.toLowerCase()),
    })),
    { log: pino({ level: 'info' }, { write: (line: string) => log.push(line) }) },
  );
  await tested.prober.open();
  await tested.settle();
  await tested.advance(HOUR + 2 * MINUTE);
  await tested.prober.stop();
  const rows = linesIn(tested.folder).map((line) => csvFields(line) ?? []);
  for (const id of ids) {
    const instants = tested.polls.of(id).map(([instant]) => instant);
    assert.equal(instants.length >= 2, true, `${id}: ${instants}`);
    const reason = reasons[id];
    assert.deepEqual(
      instants.map((instant) => tested.polls.reasons.get(id)?.get(instant)),
      instants.map(() => reason),
    );
    assert.deepEqual(
      rows.filter(([storeId]) => storeId === id).map(([, , , found]) => found),
      instants.map(() => reason ?? ''),
    );
    // Logged once, when the store became inactive.
    const found = log.map((line) => JSON.parse(line)).filter(({ store_id }) => store_id === id);
    assert.deepEqual(
      found.map(({ code, detail }) => [code, detail]),
      reason === undefined ? [] : [[reason.split(': ')[0], reason.split(': ')[1]]],
    );
  }
  assert.deepEqual([...tested.prober.stats().inactiveReasons.keys()].sort(), [
    'body_unreadable',
    'closed_by_store',
    'http_500',
    'timeout',
  ]);
});

test('a day file of an earlier version keeps its three columns, and its polls are recovered', async (t) => {
  const fakeStores = await FakeStores.open(t);
  fakeStores.behavior.set('store-1.test', 'offline');
  const folder = join(temporaryFolder(t), 'polls');
  mkdirSync(folder);
  const old = join(folder, '2026-11-23.csv');
  const before = 'store_id,status,timestamp_utc\n"x, y",inactive,2026-11-23 11:00:00.000 UTC\n';
  writeFileSync(old, before);
  const tested = new TestProber(t, fakeStores.client(t), [{ id: '1', probeUrl: fakeStores.url(1) }], { folder });
  await tested.prober.open();
  assert.deepEqual(tested.polls.of('x, y'), [[NOON - HOUR, false]]);
  await tested.settle();
  await tested.advance(MINUTE);
  await tested.advance(13 * HOUR, MINUTE);
  const added = readFileSync(old, 'utf8').slice(before.length).trimEnd().split('\n');
  const ofTheDay = tested.polls.of('1').filter(([instant]) => instant < Date.UTC(2026, 10, 24));
  assert.equal(added.length, ofTheDay.length);
  for (const line of added) assert.match(line, /^1,inactive,\S+ \S+ UTC$/);
  const [header, line = ''] = readFileSync(join(folder, '2026-11-24.csv'), 'utf8').split('\n');
  assert.equal(header, 'store_id,status,timestamp_utc,reason');
  assert.match(line, /^1,inactive,\S+ \S+ UTC,closed_by_store$/);
  assert.deepEqual(new Set(tested.polls.reasons.get('1')?.values()), new Set(['closed_by_store']));
});

test('recovered polls have their reasons', async (t) => {
  const fakeStores = await FakeStores.open(t);
  fakeStores.behavior.set('store-1.test', 'offline');
  const target = [{ id: '1', probeUrl: fakeStores.url(1) }];
  const client = fakeStores.client(t, { reason: ['store', 'why'] });
  const before = new TestProber(t, client, target);
  await before.prober.open();
  before.polls.failure = new Error('away');
  await before.settle();
  await before.advance(MINUTE);
  assert.equal(before.polls.count, 0);
  before.polls.failure = undefined;
  const after = new TestProber(t, client, target, { ...before, folder: before.folder });
  await after.prober.open();
  assert.deepEqual([...(after.polls.reasons.get('1')?.values() ?? [])], ['closed_by_store: "PAUSED", he says']);
});

test('after a crash, no store is probed twice in a slot, and the polls in the day file are recovered', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const targets = Array.from({ length: 40 }, (_, i) => ({ id: String(i), probeUrl: fakeStores.url(i) }));
  const before = new TestProber(t, fakeStores.client(t), targets);
  await before.prober.open();
  await before.settle();
  await before.advance(20 * SECOND);
  assert.equal(before.polls.count, 40);
  // The database becomes unavailable.
  before.polls.failure = new Error('away');
  await before.advance(30 * MINUTE);
  const written = readFileSync(join(before.folder, '2026-11-23.csv'), 'utf8');
  const lines = written.split('\n').length - 2;
  assert.equal(lines > 45 && before.polls.count === 40, true, `${lines} lines`);
  // A crash in the middle of a line.
  writeFileSync(join(before.folder, '2026-11-23.csv'), `${written}7,active,2026-11-2`);
  before.polls.failure = undefined;
  const requests = [...fakeStores.requests.values()].reduce((sum, n) => sum + n, 0);

  const after = new TestProber(t, fakeStores.client(t), targets, { ...before, folder: before.folder });
  await after.prober.open();
  assert.equal(after.polls.count, lines);
  await after.settle();
  await after.advance(20 * SECOND);
  assert.equal([...fakeStores.requests.values()].reduce((sum, n) => sum + n, 0) - requests <= 1, true, 'probed again');
  await after.advance(40 * MINUTE);
  for (const { id } of targets) {
    const slots = after.polls.of(id).map(([instant]) => slotAt(instant, offsetOf(id, HOUR), HOUR));
    assert.equal(new Set(slots).size, slots.length, `store ${id}: ${slots}`);
    assert.equal(slots.length >= 2, true, `store ${id}: ${slots}`);
  }
  const file = readFileSync(join(before.folder, '2026-11-23.csv'), 'utf8');
  assert.doesNotMatch(file, /2026-11-2(\n|.*,active.*,active)/);
  assert.equal(file.split('\n').length - 2, after.polls.count);
});

test('a response that arrives in the next slot leaves that slot with one poll', async (t) => {
  const fakeStores = await FakeStores.open(t);
  let waiting: (() => void) | undefined;
  let asked = 0;
  const slowAtFirst = {
    rule: fakeStores.client(t).rule,
    probe: async () => {
      if (asked++ === 0) await new Promise<void>((resolve) => (waiting = resolve));
      return { kind: 'active', reason: '', code: undefined } as const;
    },
  };
  for (const begun of [false, true]) {
    asked = 0;
    const clock = new Clock();
    clock.instant = dueAt('1') - SECOND;
    const tested = new TestProber(t, slowAtFirst, [{ id: '1', probeUrl: fakeStores.url(1) }], { clock });
    const step = async () => {
      tested.prober.step();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await tested.prober.open();
    while (asked === 0) await step();
    clock.instant = dueAt('1');
    for (let steps = 0; begun && steps < 5; steps++) await step();
    clock.instant += SECOND;
    waiting?.();
    await tested.prober.settled();
    await tested.advance(2 * MINUTE);
    assert.deepEqual([asked, tested.polls.of('1')], [1, [[dueAt('1') + SECOND, true]]]);
    // The slot before it ended without a poll, which is recorded.
    const gaps = await tested.gaps.list();
    assert.deepEqual(
      gaps.map(({ reason, unobserved, until }) => [reason, unobserved, until]),
      [[MISSED.late, 1, dueAt('1') + (begun ? 0 : SECOND)]],
    );
    assert.equal(tested.prober.stats().skipped, 1);
  }
});

test('polls are stored even if the day file cannot be written', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const tested = new TestProber(t, fakeStores.client(t), [{ id: '1', probeUrl: fakeStores.url(1) }], {
    folder: '/dev/null/polls',
  });
  await tested.prober.open();
  await tested.settle();
  await tested.advance(5 * SECOND);
  assert.deepEqual(tested.polls.of('1'), [[NOON, true]]);
  assert.equal(tested.prober.stats().writeFailures > 0, true);
});

test('stores are not probed before their stored polls can be read', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const polls = new MemoryPolls();
  const read = polls.forEach.bind(polls);
  let away = true;
  polls.forEach = async (from, visit) => {
    if (away) throw new Error('away');
    await read(from, visit);
  };
  const [polled, fresh] = ['1', '2'].map((id) => ({ id, probeUrl: fakeStores.url(id) }));
  await polls.append({ ids: ['1'], instants: Float64Array.of(NOON - SECOND), active: Uint8Array.of(1) });
  const tested = new TestProber(
    t,
    fakeStores.client(t),
    [polled, fresh].flatMap((target) => target ?? []),
    { polls },
  );
  await tested.prober.open();
  await tested.advance(10 * SECOND);
  assert.equal(fakeStores.requests.size, 0);
  away = false;
  await tested.advance(10 * SECOND);
  assert.deepEqual([...fakeStores.requests], [['store-2.test', 1]]);
});

test('polls are stored in batches of two seconds, and at once when the prober stops', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const polls = new MemoryPolls();
  const append = polls.append.bind(polls);
  let batches = 0;
  polls.append = async (batch) => {
    batches++;
    await append(batch);
  };
  const targets = Array.from({ length: 1_000 }, (_, i) => ({ id: String(i), probeUrl: fakeStores.url(i) }));
  const tested = new TestProber(t, fakeStores.client(t), targets, { polls, settings: { interval: MINUTE } });
  await tested.prober.open();
  await tested.advance(MINUTE, 250);
  assert.ok(batches <= 31, `${batches} batches in a minute`);
  await tested.advance(500, 250);
  const before = polls.count;
  await tested.prober.stop();
  const { active } = tested.prober.stats();
  assert.deepEqual([polls.count, before < active], [active, true]);
});

test('new stores, deleted stores and changed URLs take effect', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const targets = [
    { id: '1', probeUrl: fakeStores.url(1) },
    { id: '2', probeUrl: fakeStores.url(2) },
  ];
  const tested = new TestProber(t, fakeStores.client(t), targets);
  await tested.prober.open();
  await tested.settle();
  targets[0] = { id: '1', probeUrl: fakeStores.url('one') };
  targets[1] = { id: '3', probeUrl: fakeStores.url(3) };
  await tested.advance(3 * MINUTE + HOUR);
  assert.equal(tested.polls.of('1').length, 2);
  assert.deepEqual(
    ['store-1.test', 'store-one.test'].map((host) => fakeStores.requests.get(host)),
    [1, 1],
  );
  assert.equal(tested.polls.of('2').length, 1);
  assert.equal(tested.polls.of('3').length >= 1, true);
});

test('no more stores on one host than the limit are probed at once', async (t) => {
  const fakeStores = await FakeStores.open(t);
  let [running, most] = [0, 0];
  const client = fakeStores.client(t);
  const counting = {
    rule: client.rule,
    probe: async (id: string, url: string | undefined) => {
      most = Math.max(most, ++running);
      const outcome = await client.probe(id, url);
      running--;
      return outcome;
    },
  };
  const targets = Array.from({ length: 60 }, (_, i) => ({
    id: String(i),
    probeUrl: fakeStores.url('platform', `/${i}`),
  }));
  const tested = new TestProber(t, counting, targets, { settings: { perHost: 5 } });
  await tested.prober.open();
  await tested.settle();
  await tested.advance(10 * SECOND);
  assert.deepEqual([most, tested.polls.count], [5, 60]);
});

test('a prober that did not run for several slots records them as missed', async (t) => {
  const fakeStores = await FakeStores.open(t);
  const targets = Array.from({ length: 10 }, (_, i) => ({ id: String(i), probeUrl: fakeStores.url(i) }));
  const tested = new TestProber(t, fakeStores.client(t), targets);
  await tested.prober.open();
  await tested.settle();
  await tested.advance(HOUR);
  const before = tested.polls.count;
  tested.clock.instant += 3 * HOUR;
  await tested.advance(5 * SECOND);
  await tested.prober.stop();
  const gap = [...tested.gaps.gaps.values()].find(({ reason }) => reason === MISSED.paused);
  assert.deepEqual([tested.polls.count - before, gap?.unobserved], [10, 20]);
});
