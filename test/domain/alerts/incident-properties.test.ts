import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate, type Incident, NO_INCIDENT, type Transition } from '../../../src/domain/alerts/incident.ts';
import type { AlertRule, Condition } from '../../../src/domain/alerts/rule.ts';
import { ALWAYS, EMPTY, type Intervals } from '../../../src/domain/interval.ts';
import { at, DAYTIME, type Poll, STALE_AFTER, span, viewOf } from '../../support/store-view.ts';
import { DAY, HOUR, MINUTE } from '../reference.ts';

const SLOT = 15 * MINUTE;
const DAYS = 3;

/** A poll that becomes known some time after it was made, and perhaps with the other result later. */
interface Arrival {
  readonly poll: Poll;
  readonly known: number;
  readonly corrected: number;
}

/** The poll as it is known at an instant. */
function pollOf({ poll: [instant, active, reason = false], corrected }: Arrival, now: number): Poll {
  return corrected <= now ? [instant, !active, false] : [instant, active, reason];
}

const anyArrivals: fc.Arbitrary<readonly Arrival[]> = fc
  .uniqueArray(
    fc.record({
      slot: fc.integer({ min: 0, max: (DAYS * DAY) / SLOT - 1 }),
      active: fc.boolean(),
      reason: fc.boolean(),
      late: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
      ),
      corrected: fc.option(fc.integer({ min: 1, max: 10 }), { freq: 4 }),
    }),
    { selector: ({ slot }) => slot, maxLength: 60 },
  )
  .map((polls) =>
    polls.map(({ slot, active, reason, late, corrected }) => ({
      poll: [slot * SLOT, active, !active && reason] as const,
      known: (slot + late) * SLOT,
      corrected: corrected === null ? Number.POSITIVE_INFINITY : (slot + late + corrected) * SLOT,
    })),
  );

const anyOpen = fc.constantFrom(
  DAYTIME,
  ALWAYS,
  span('0 06:00', '0 10:00', '1 06:00', '1 10:00', '2 23:00', '3 04:00'),
);
const anyStretch = fc.constantFrom<Intervals>(EMPTY, EMPTY, span('1 08:00', '1 12:00'), span('0 09:30', '0 20:00'));

const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('inactive_polls' as const),
    polls: fc.integer({ min: 1, max: 4 }),
    withReason: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('lost_time' as const),
    lost: fc.integer({ min: 1, max: 300 }).map((m) => m * MINUTE),
    within: fc.constant(DAY),
  }),
  fc.record({ kind: fc.constant('probability' as const), down: fc.constantFrom(0.5, 0.8, 0.95) }),
);
const anyRule: fc.Arbitrary<AlertRule> = fc.record({
  condition: anyCondition,
  recovery: fc.integer({ min: 1, max: 3 }),
  openingGrace: fc.constantFrom(0, SLOT, HOUR),
  nearClose: fc.constantFrom(0, 30 * MINUTE, 2 * HOUR),
});

/** The stretch of these intervals that has an instant, found by looking at all of them. */
function stretchWith(intervals: Intervals, instant: number): { from: number; to: number } | undefined {
  for (let i = 0; i < intervals.length; i += 2) {
    const [from, to] = [intervals[i] as number, intervals[i + 1] as number];
    if (from <= instant && instant < to) return { from, to };
  }
  return undefined;
}

/** The polls that count at an instant, oldest first. */
function counting(polls: readonly Poll[], open: Intervals, now: number): Poll[] {
  return polls
    .filter(([instant]) => instant <= now && stretchWith(open, instant) !== undefined)
    .toSorted(([a], [b]) => a - b);
}

/** The last of them, as long as their result is the same. */
function lastResults(polls: readonly Poll[]): Poll[] {
  const active = polls.at(-1)?.[1];
  return polls.slice(polls.findLastIndex((poll) => poll[1] !== active) + 1);
}

/** The instants at which something becomes known, and others. */
function instantsOf(arrivals: readonly Arrival[], ticks: readonly number[]): number[] {
  const arriving = arrivals.flatMap(({ known, corrected }) => [known, corrected]);
  return [...new Set([...arriving, ...ticks])].filter(Number.isFinite).toSorted((a, b) => a - b);
}

test('every alert is allowed by every guard, and every recovery follows an alert and its polls', () => {
  fc.assert(
    fc.property(
      ...([anyArrivals, anyOpen, anyRule, anyStretch, anyStretch] as const),
      fc.array(
        fc.integer({ min: 0, max: (DAYS + 1) * 24 * 60 }).map((minute) => minute * MINUTE),
        { maxLength: 40 },
      ),
      (arrivals, open, rule, planned, unknown, ticks) => {
        let state = NO_INCIDENT;
        for (const now of instantsOf(arrivals, ticks)) {
          const polls = arrivals.filter(({ known }) => known <= now).map((arrival) => pollOf(arrival, now));
          const view = viewOf(polls, now, { open, planned, unknown });
          const { transition, state: next } = evaluate(rule, view, state);
          const run = lastResults(counting(polls, open, now));
          const [first, last] = [run[0], run.at(-1)];
          if (transition?.kind === 'opened') {
            assert.equal(state.incident, undefined, 'an alert for what is alerted');
            const stretch = stretchWith(open, now);
            assert.ok(stretch !== undefined, 'closed');
            assert.equal(
              stretchWith(planned, now) ?? stretchWith(unknown, now),
              undefined,
              'planned, or unknown hours',
            );
            assert.ok(stretch.to - now >= rule.nearClose, 'near close');
            assert.ok(first !== undefined && last !== undefined && !last[1], 'not down by its last poll');
            assert.ok(now - last[0] < STALE_AFTER, 'stale');
            assert.ok(first[0] < stretch.from || now - stretch.from >= rule.openingGrace, 'just opened');
            assert.ok(last[0] > state.settledThrough, 'by polls that another incident ended with');
            assert.deepEqual([transition.incident.firstPoll, transition.incident.openedBy], [first[0], last[0]]);
            if (rule.condition.kind === 'inactive_polls') {
              const fresh = run.filter(([instant]) => instant > state.settledThrough);
              const { polls: count, withReason } = rule.condition;
              const enough = fresh.some(([, , reason]) => reason) ? Math.min(count, withReason) : count;
              assert.ok(fresh.length >= enough, 'too few polls');
            }
            assert.deepEqual(next, { ...state, incident: transition.incident });
          } else if (transition?.kind === 'resolved') {
            const { incident } = state;
            assert.ok(incident !== undefined, 'a recovery without an alert');
            assert.equal(transition.incident, incident);
            assert.ok(last?.[1] === true && now - last[0] < STALE_AFTER, 'not up by its last poll');
            const since = run.filter(([instant]) => instant > incident.openedBy);
            assert.ok(since.length >= rule.recovery, 'too few polls');
            assert.deepEqual(next, { incident: undefined, settledThrough: last[0] });
          } else {
            assert.equal(next, state);
          }
          // The same question again has the same answer, and nothing new to say.
          assert.deepEqual(evaluate(rule, view, next), { state: next, transition: undefined });
          state = next;
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** What is said of polls that become known one after the other, and the state after that. */
function told(
  rule: AlertRule,
  open: Intervals,
  order: readonly Poll[],
  before = NO_INCIDENT,
  known: readonly Poll[] = [],
) {
  let state = before;
  const transitions: Transition[] = [];
  const now = Math.max(...[...known, ...order].map(([instant]) => instant));
  for (let i = 1; i <= order.length; i++) {
    const step = evaluate(rule, viewOf([...known, ...order.slice(0, i)], now, { open }), state);
    state = step.state;
    if (step.transition !== undefined) transitions.push(step.transition);
  }
  return { state, transitions };
}

/** Polls within two hours, so that none is stale, in the order in which they become known. */
const anyOrder = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.boolean()), {
  selector: ([slot]) => slot,
  minLength: 1,
  maxLength: 12,
});
const FROM = at('0 10:00');
const pollAt = (slot: number, active: boolean): Poll => [FROM + slot * 5 * MINUTE, active];
const simpleRule: fc.Arbitrary<AlertRule> = fc.record({
  condition: fc
    .integer({ min: 1, max: 4 })
    .map((polls) => ({ kind: 'inactive_polls' as const, polls, withReason: polls })),
  recovery: fc.integer({ min: 1, max: 3 }),
  openingGrace: fc.constant(0),
  nearClose: fc.constant(0),
});

test('no outage is reported twice, whatever the order in which polls arrive', () => {
  fc.assert(
    fc.property(anyOrder, simpleRule, (slots, rule) => {
      const polls = slots.map(([slot, active]) => pollAt(slot, active));
      const { transitions, state } = told(rule, DAYTIME, polls);
      let [settled, open] = [Number.NEGATIVE_INFINITY, undefined as Incident | undefined];
      for (const { kind, incident } of transitions) {
        if (kind === 'opened') {
          assert.equal(open, undefined);
          assert.ok(incident.openedBy > settled, 'told again');
          open = incident;
        } else {
          assert.equal(incident, open);
          const ended = polls.filter(([instant, active]) => active && instant > incident.openedBy);
          assert.ok(ended.length >= rule.recovery, 'recovery without polls');
          settled = Math.min(...ended.map(([instant]) => instant));
          open = undefined;
        }
      }
      assert.equal(state.incident, open);
      // All of them once more, as after an import of the same file.
      assert.deepEqual(told(rule, DAYTIME, polls, state, polls), { state, transitions: [] });
    }),
    { numRuns: 500 },
  );
});

test('later polls lead to the same state, whatever the order in which earlier ones arrived', () => {
  fc.assert(
    fc.property(anyOrder, anyOrder, simpleRule, fc.boolean(), (slots, shuffle, rule, active) => {
      const polls = slots.map(([slot, isActive]) => pollAt(slot, isActive));
      const rank = new Map(shuffle.map(([slot], i) => [slot, i]));
      const other = polls.toSorted(
        ([a], [b]) => (rank.get((a - FROM) / (5 * MINUTE)) ?? 99) - (rank.get((b - FROM) / (5 * MINUTE)) ?? 99),
      );
      const next = Array.from({ length: 4 }, (_, i) => pollAt(24 + i, active));
      const ends = [polls, other, polls.toReversed(), polls.toSorted(([a], [b]) => a - b)].map((order) => {
        const { state } = told(rule, DAYTIME, order);
        return told(rule, DAYTIME, next, state, order).state.incident !== undefined;
      });
      assert.deepEqual(ends, Array(4).fill(!active));
    }),
    { numRuns: 500 },
  );
});
