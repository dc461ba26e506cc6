import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALWAYS, contains, type Intervals, totalWithin } from '../../src/domain/interval.ts';
import { CLOSED, currentOutage, OFFLINE, ONLINE, STATES, UNKNOWN } from '../../src/domain/state.ts';
import { newStatePath, walkStatePath } from '../../src/domain/state-path.ts';
import { timelineOf } from '../../src/domain/timeline.ts';
import { reachOf } from '../../src/domain/uptime.ts';
import { openOf, pollColumns } from '../support/fleet.ts';
import { judge, knownStore } from './known-store.ts';
import { clock, DAY, HOUR, localInstant, MINUTE } from './reference.ts';

const STALE_AFTER = 2 * HOUR;
const ZONE = 'America/New_York';
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ store: 0, day, start: clock(9), end: clock(22) }));

/** The state of a store in New York at a local time; polls are local times with `+` or `-` ahead. */
function stateOf(rows: typeof EVERY_DAY, at: string, ...polls: string[]): string | undefined {
  const instant = localInstant(ZONE, at);
  const open = rows.length === 0 ? ALWAYS : openOf(rows, ZONE, instant, DAY);
  const seen = pollColumns(
    polls.map((poll) => ({ store: 0, instant: localInstant(ZONE, poll.slice(1)), active: poll[0] === '+' })),
  );
  return STATES[judge(open, seen, instant, STALE_AFTER)];
}

test('the last poll that counts says whether an open store is online', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T12:00', '+2025-06-04T11:30'), 'online');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T12:00', '+2025-06-04T10:30', '-2025-06-04T11:30'), 'offline');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T12:00', '-2025-06-04T12:00', '+2025-06-04T12:01'), 'offline');
});

test('a store that just opened and was not polled yet is unknown', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T09:00'), 'unknown');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T09:10', '+2025-06-03T21:50'), 'unknown');
});

test('a poll from before the opening does not count', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T09:10', '-2025-06-04T08:59:59.999'), 'unknown');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T09:10', '-2025-06-04T09:00'), 'offline');
});

test('a poll from before a short break still counts after it', () => {
  const halves = EVERY_DAY.flatMap((row) => [
    { ...row, end: clock(14) },
    { ...row, start: clock(15) },
  ]);
  assert.equal(stateOf(halves, '2025-06-04T15:10', '-2025-06-04T13:50', '+2025-06-04T14:30'), 'offline');
});

test('a store is closed from the instant of closing, whatever its polls', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T21:59:59.999', '-2025-06-04T21:30'), 'offline');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T22:00', '-2025-06-04T21:30'), 'closed');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T23:00'), 'closed');
});

test('a poll that is exactly two polling intervals old is too old', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T13:00', '+2025-06-04T11:00'), 'unknown');
  assert.equal(stateOf(EVERY_DAY, '2025-06-04T13:00', '+2025-06-04T11:00:00.001'), 'online');
});

test('a store without hours is never closed', () => {
  assert.equal(stateOf([], '2025-06-04T04:00'), 'unknown');
  assert.equal(stateOf([], '2025-06-04T04:00', '+2025-06-04T03:00'), 'online');
});

test('opening follows the wall time when the clock changes in the night before', () => {
  assert.equal(stateOf(EVERY_DAY, '2025-03-09T08:59:59'), 'closed');
  assert.equal(stateOf(EVERY_DAY, '2025-03-09T09:00'), 'unknown');
  assert.equal(stateOf(EVERY_DAY, '2025-11-02T08:59:59'), 'closed');
  assert.equal(stateOf(EVERY_DAY, '2025-11-02T09:00'), 'unknown');
});

test('two polling intervals are elapsed time, also in the hour that a clock change repeats', () => {
  const night = EVERY_DAY.map((row) => ({ ...row, start: clock(0), end: clock(5) }));
  // From 00:30 to 02:10 the wall clock advances by 1 h 40 min, and the elapsed time is an hour more.
  assert.equal(stateOf(night, '2025-11-02T02:10', '+2025-11-02T00:30'), 'unknown');
  assert.equal(stateOf(night, '2025-11-03T02:10', '+2025-11-03T00:30'), 'online');
});

test('a state equals that of the reference implementation', () => {
  fc.assert(
    fc.property(knownStore, fc.integer({ min: 1, max: 5 * 60 }), ({ open, polls, seen, asOf }, minutes) => {
      const staleAfter = minutes * MINUTE;
      const young = seen
        .filter(({ instant }) => instant <= asOf && asOf - instant < staleAfter && contains(open, instant))
        .sort((a, b) => b.instant - a.instant);
      const [last] = young;
      const known = last === undefined ? UNKNOWN : last.active ? ONLINE : OFFLINE;
      assert.equal(judge(open, polls, asOf, staleAfter), contains(open, asOf) ? known : CLOSED);
    }),
    { numRuns: 500 },
  );
});

function outageOf(open: Intervals, polls: ReturnType<typeof pollColumns>, asOf: number, firstPoll?: number) {
  const path = newStatePath();
  const reach = reachOf(polls, 0, polls.length, asOf);
  walkStatePath(open, polls, reach.first, reach.last, path);
  return currentOutage(open, path, asOf, firstPoll);
}

test('the outage of an offline store is the ongoing one of its timeline', () => {
  fc.assert(
    fc.property(knownStore, fc.boolean(), ({ open, polls, asOf }, isNew) => {
      const firstPoll = isNew ? polls.instant[0] : undefined;
      const outage = outageOf(open, polls, asOf, firstPoll);
      const range = { from: asOf - 8 * DAY, to: asOf };
      const { outages } = timelineOf(
        open,
        polls,
        0,
        polls.length,
        range,
        asOf,
        firstPoll === undefined ? {} : { firstPoll },
      );
      const [shown] = outages.filter(({ ongoing }) => ongoing);
      if (outage !== undefined && outage.lost > 0) {
        assert.deepEqual(
          [shown?.from, shown?.lost, shown?.sinceFirstPoll, shown?.beganEarlier],
          [outage.since, outage.lost, outage.sinceFirstPoll, outage.beganEarlier],
        );
      } else {
        assert.equal(shown, undefined);
      }
      if (judge(open, polls, asOf, STALE_AFTER) === OFFLINE) {
        assert.ok(outage !== undefined, 'a store that is offline has an outage');
      }
    }),
    { numRuns: 500 },
  );
});

test('an outage does not begin before the first poll, and is marked if it begins there', () => {
  const asOf = localInstant(ZONE, '2025-06-05T10:30');
  const open = openOf(EVERY_DAY, ZONE, asOf, 8 * DAY);
  const at = (time: string) => localInstant(ZONE, `2025-06-05T${time}`);
  const polls = (...times: string[]) =>
    pollColumns(times.map((time) => ({ store: 0, instant: at(time), active: false })));
  assert.deepEqual(outageOf(open, polls('09:45', '10:15'), asOf, at('09:45')), {
    since: at('09:45'),
    lost: 45 * MINUTE,
    sinceFirstPoll: true,
    beganEarlier: false,
  });
  const early = outageOf(open, polls('08:15', '09:45'), asOf, at('08:15'));
  assert.deepEqual(
    early,
    { since: at('09:00'), lost: 90 * MINUTE, sinceFirstPoll: true, beganEarlier: false },
    'polled while it was closed',
  );
  const older = outageOf(open, polls('09:45'), asOf, asOf - 30 * DAY);
  assert.deepEqual(
    [older?.sinceFirstPoll, older?.beganEarlier],
    [false, true],
    'it was polled more than eight days ago',
  );
  assert.equal(older?.since, at('09:45'), 'the first poll of the look-back, whatever its end');
});

test('an outage that begins overnight starts when the store opens, and loses only open time', () => {
  const asOf = localInstant(ZONE, '2025-06-05T10:30');
  const open = openOf(EVERY_DAY, ZONE, asOf, 8 * DAY);
  const polls = pollColumns([
    { store: 0, instant: localInstant(ZONE, '2025-06-04T21:30'), active: true },
    { store: 0, instant: localInstant(ZONE, '2025-06-05T09:45'), active: false },
  ]);
  const since = localInstant(ZONE, '2025-06-05T09:00');
  assert.deepEqual(outageOf(open, polls, asOf), {
    since,
    lost: 90 * MINUTE,
    sinceFirstPoll: false,
    beganEarlier: false,
  });
  assert.equal(totalWithin(open, asOf - 90 * MINUTE, asOf), 90 * MINUTE);
});
