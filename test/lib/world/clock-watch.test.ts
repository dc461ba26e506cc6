import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ClockStep, ClockWatch, PROBATION } from '../../../src/lib/world/clock-watch.ts';

const DAY = 86_400_000;
const SECOND = 1_000;

/** Clocks that the test moves, and what their watch says. */
function scene() {
  const time = { wall: Date.UTC(2026, 10, 23, 12), elapsed: 5_000 };
  const lines: Record<string, unknown>[] = [];
  const steps: ClockStep[] = [];
  const watch = new ClockWatch({
    clocks: { now: () => time.wall, elapsed: () => time.elapsed },
    log: { warn: (fields, message) => lines.push({ ...fields, message }) },
  });
  watch.onStep((step) => steps.push(step));
  const pass = (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= SECOND) {
      time.wall += SECOND;
      time.elapsed += SECOND;
      watch.check();
    }
  };
  return { time, lines, steps, watch, pass };
}

test('a clock that only goes on is trusted and reports no step', () => {
  const { watch, pass, steps, time } = scene();
  pass(10 * 60 * SECOND);
  time.wall += 400;
  watch.check();
  assert.deepEqual([steps, watch.trusted, watch.warning, watch.steps], [[], true, undefined, 0]);
});

test('a clock that is slewed slowly reports no step, however far it gets', () => {
  const { watch, time, steps } = scene();
  for (let i = 0; i < 10_000; i++) {
    time.elapsed += SECOND;
    time.wall += SECOND + 50;
    watch.check();
  }
  assert.deepEqual([steps, watch.trusted], [[], true]);
});

test('a step is logged, counted and mentioned for an hour', () => {
  const { watch, time, pass, lines, steps } = scene();
  pass(SECOND);
  time.wall += DAY;
  watch.check();
  assert.deepEqual(steps, [{ from: Date.UTC(2026, 10, 23, 12, 0, 1), to: Date.UTC(2026, 10, 24, 12, 0, 1), by: DAY }]);
  assert.deepEqual(lines, [
    {
      from: '2026-11-23T12:00:01.000Z',
      to: '2026-11-24T12:00:01.000Z',
      by_ms: DAY,
      message: 'the system clock was set',
    },
  ]);
  const warning =
    'the system clock was set ahead by 86400 s, from 2026-11-23T12:00:01.000Z to 2026-11-24T12:00:01.000Z';
  assert.equal(watch.warning, warning);
  pass(3_600 * SECOND);
  assert.equal(watch.warning, warning);
  pass(SECOND);
  assert.deepEqual([watch.warning, watch.steps], [undefined, 1]);
});

test('a clock that was set far is trusted again after a minute, or as soon as it is set right', () => {
  const { watch, time, pass, steps } = scene();
  time.wall += DAY;
  assert.equal(watch.trusted, false);
  pass(20 * SECOND);
  assert.equal(watch.trusted, false);
  time.wall -= DAY;
  assert.equal(watch.trusted, true);
  assert.deepEqual(
    steps.map(({ by }) => by),
    [DAY, -DAY],
  );
  time.wall -= DAY;
  watch.check();
  pass(PROBATION - SECOND);
  assert.equal(watch.trusted, false);
  pass(SECOND);
  assert.equal(watch.trusted, true);
});

test('a step of less than five minutes leaves the clock trusted', () => {
  const { watch, time, steps } = scene();
  time.wall -= 4 * 60 * SECOND;
  assert.deepEqual([watch.trusted, steps.length], [true, 1]);
});

test('a process that was stopped between the readings of the two clocks sees no step', () => {
  const time = { wall: 0, elapsed: 0 };
  let stopped = 0;
  const steps: ClockStep[] = [];
  const watch = new ClockWatch({
    clocks: {
      elapsed: () => time.elapsed,
      now: () => {
        const { wall } = time;
        time.wall += stopped;
        time.elapsed += stopped;
        stopped = 0;
        return wall;
      },
    },
    log: { warn: () => {} },
  });
  watch.onStep((step) => steps.push(step));
  stopped = 60 * SECOND;
  watch.check();
  assert.deepEqual(steps, []);
});

test('a clock that is wrong at the start is not trusted until it is set right', () => {
  const { watch, time, pass, lines } = scene();
  const right = time.wall;
  time.wall += DAY;
  watch.check();
  pass(2 * PROBATION);
  watch.compare(right + 2 * PROBATION);
  const differs = 'the system clock differs from the database clock';
  assert.deepEqual(lines.at(-1), {
    ...{ system: '2026-11-24T12:02:00.000Z', database: '2026-11-23T12:02:00.000Z', message: differs },
  });
  const warning =
    'the system clock showed 2026-11-24T12:02:00.000Z when that of the database showed 2026-11-23T12:02:00.000Z';
  assert.deepEqual([watch.trusted, watch.warning], [false, warning]);
  pass(20 * SECOND);
  assert.equal(watch.trusted, false);
  time.wall -= DAY;
  assert.equal(watch.trusted, true);
});

test('a clock that differs from that of the database is trusted when nobody has set it for a minute', () => {
  for (const other of [undefined, Date.UTC(2026, 10, 22)]) {
    const { watch, pass } = scene();
    watch.compare(other);
    pass(PROBATION - SECOND);
    assert.equal(watch.trusted, false);
    pass(SECOND);
    assert.equal(watch.trusted, true);
  }
});

test('a clock that agrees with that of the database is trusted at once', () => {
  const { watch, time, lines } = scene();
  watch.compare(time.wall - 4 * 60 * SECOND);
  assert.deepEqual([watch.trusted, watch.warning, lines], [true, undefined, []]);
});
