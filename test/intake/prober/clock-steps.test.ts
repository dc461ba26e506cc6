import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Outcome } from '../../../src/intake/prober/probe-client.ts';
import { offsetOf, slotAt } from '../../../src/intake/prober/slots.ts';
import { linesIn } from '../../support/day-files.ts';
import { RULE } from '../../support/fake-stores.ts';
import { Clock, HOUR, MemoryPolls, MINUTE, NOON, SECOND, TestProber } from '../../support/test-prober.ts';

const DAY = 24 * HOUR;
const IDS = Array.from({ length: 40 }, (_, i) => `store ${i}`);
const TARGETS = IDS.map((id, i) => ({ id, probeUrl: `http://store-${i}.test/` }));

const OUTCOME = { kind: 'active', reason: 'status 200', code: undefined } as const;

/** Every store is active and answers at once. */
const ACTIVE = { rule: RULE, probe: async () => OUTCOME };

async function scene(t: TestContext, polls = new MemoryPolls()) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const clock = new Clock();
  const tested = new TestProber(t, ACTIVE, TARGETS, { clock, polls, log });
  await tested.prober.open();
  await tested.settle();
  await tested.advance(MINUTE);
  return { tested, clock, polls, lines };
}

/** The stores without a poll in the slot that the right time lies in. */
function unpolled(polls: MemoryPolls, now: number): string[] {
  return IDS.filter((id) => {
    const slot = slotAt(now, offsetOf(id, HOUR), HOUR);
    return !polls.of(id).some(([instant]) => slotAt(instant, offsetOf(id, HOUR), HOUR) === slot);
  });
}

function instantsOf(polls: MemoryPolls): number[] {
  return IDS.flatMap((id) => polls.of(id).map(([instant]) => instant));
}

for (const [direction, error] of [
  ['ahead', DAY],
  ['back', -DAY],
  ['an hour ahead', HOUR],
] as const) {
  test(`a clock that is set ${direction} for 20 seconds leaves no poll behind, and probing goes on`, async (t) => {
    const { tested, clock, polls, lines } = await scene(t);
    await tested.advance(3 * HOUR);
    clock.error = error;
    await tested.advance(20 * SECOND);
    clock.error = 0;
    await tested.advance(MINUTE);
    assert.deepEqual(unpolled(polls, clock.instant), []);
    await tested.advance(3 * HOUR);
    assert.deepEqual(unpolled(polls, clock.instant), []);
    const wrong = instantsOf(polls).filter((instant) => instant < NOON || instant > clock.instant);
    assert.deepEqual(wrong, []);
    const days = new Set(linesIn(tested.folder).map((line) => /\d{4}-\d\d-\d\d/.exec(line)?.[0]));
    assert.deepEqual([...days], ['2026-11-23']);
    assert.deepEqual(
      lines.map(({ msg, by_ms }) => [msg, by_ms]),
      [
        ['the system clock was set', error],
        ['the system clock was set', -error],
      ],
    );
  });
}

test('a clock that stays ahead is believed after a minute; when it is set back, every store is polled at once', async (t) => {
  const { tested, clock, polls } = await scene(t);
  clock.error = DAY;
  await tested.advance(MINUTE);
  assert.equal(
    instantsOf(polls).some((instant) => instant > clock.instant),
    false,
  );
  await tested.advance(10 * MINUTE);
  assert.deepEqual(unpolled(polls, clock.now()), []);
  clock.error = 0;
  await tested.advance(3 * MINUTE);
  assert.deepEqual(unpolled(polls, clock.instant), []);
  await tested.advance(HOUR);
  assert.deepEqual(unpolled(polls, clock.instant), []);
});

test('polls in the future that are stored already keep no store from being probed', async (t) => {
  const polls = new MemoryPolls();
  for (const id of IDS) polls.polls.set(id, new Map([[NOON + DAY, true]]));
  const { clock } = await scene(t, polls);
  assert.deepEqual(unpolled(polls, clock.instant), []);
});

test('polls that were made while the clock was wrong and wait for the database are not stored', async (t) => {
  const { tested, clock, polls, lines } = await scene(t);
  polls.failure = new Error('the database is away');
  clock.error = DAY;
  await tested.advance(10 * MINUTE);
  assert.equal(tested.prober.stats().pending >= IDS.length, true, `${tested.prober.stats().pending} polls are pending`);
  clock.error = 0;
  await tested.advance(90 * SECOND);
  polls.failure = undefined;
  await tested.advance(2 * MINUTE);
  assert.deepEqual(
    instantsOf(polls).filter((instant) => instant > clock.instant),
    [],
  );
  assert.equal(
    lines.some(({ msg }) => msg === 'discarded polls with instants in the future: the system clock was wrong'),
    true,
  );
  assert.deepEqual([unpolled(polls, clock.instant), tested.prober.stats().pending], [[], 0]);
});

test('a probe that is running while the clock is set is made again', async (t) => {
  const clock = new Clock();
  const polls = new MemoryPolls();
  const answers: (() => void)[] = [];
  const client = {
    rule: RULE,
    probe: () => new Promise<Outcome>((resolve) => answers.push(() => resolve(OUTCOME))),
  };
  const tested = new TestProber(t, client, TARGETS.slice(0, 1), { clock, polls });
  t.after(() => {
    for (const answer of answers) answer();
  });
  await tested.prober.open();
  tested.prober.step();
  await new Promise((resolve) => setImmediate(resolve));
  tested.prober.step();
  assert.equal(answers.length, 1);
  clock.error = DAY;
  answers[0]?.();
  await tested.prober.settled();
  assert.deepEqual(polls.count, 0);
  clock.error = 0;
  tested.prober.step();
  assert.equal(answers.length, 2);
  answers[1]?.();
  clock.instant += 5 * SECOND;
  await tested.settle();
  assert.deepEqual(polls.of('store 0'), [[NOON + 5 * SECOND, true]]);
});

test('stores whose slot begins while the clock of a new server is not trusted are polled as soon as it is', async (t) => {
  const interval = 5 * MINUTE;
  const polls = new MemoryPolls();
  await polls.append({ ids: IDS, instants: IDS.map(() => NOON - 1), active: IDS.map(() => 1) });
  const tested = new TestProber(t, ACTIVE, TARGETS, { polls, settings: { interval } });
  tested.watch.compare(undefined);
  await tested.prober.open();
  await tested.advance(2 * MINUTE);
  const due = IDS.filter((id) => offsetOf(id, interval) <= 2 * MINUTE);
  const polled = IDS.filter((id) => polls.of(id).some(([instant]) => instant > NOON));
  assert.ok(
    due.some((id) => offsetOf(id, interval) < MINUTE),
    'the slots of some stores begin in the first minute',
  );
  assert.deepEqual(polled, due);
});
