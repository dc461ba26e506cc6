import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replay } from '../../../src/domain/alerts/replay.ts';
import { type AlertRule, DEFAULT_RULE } from '../../../src/domain/alerts/rule.ts';
import { DAY, HOUR, MINUTE } from '../../../src/domain/hours.ts';
import { ALWAYS, EMPTY, type Intervals } from '../../../src/domain/interval.ts';

const NOON = Date.parse('2025-06-04T12:00Z');

/** A store with polls `[minutes after noon, active]`. */
function storeWith(polls: readonly (readonly [number, 0 | 1])[], open: Intervals = ALWAYS) {
  const length = polls.length;
  return {
    ...{ open, unknown: EMPTY, planned: EMPTY, reasons: new Set<number>(), staleAfter: 2 * HOUR },
    ...{ first: 0, last: length },
    polls: {
      ...{ length, store: new Int32Array(length), instant: Float64Array.from(polls, ([at]) => NOON + at * MINUTE) },
      active: Uint8Array.from(polls, ([, active]) => active),
    },
  };
}

function replayed(rule: AlertRule, store: ReturnType<typeof storeWith>) {
  return replay(rule, store, NOON - DAY, NOON + DAY).map(({ openedAt, resolvedAt }) => [
    (openedAt - NOON) / MINUTE,
    resolvedAt && (resolvedAt - NOON) / MINUTE,
  ]);
}

test('a replay opens and resolves at the polls that decide', () => {
  const store = storeWith([
    [-60, 1],
    [0, 0],
    [60, 0],
    [120, 1],
    [180, 0],
    [240, 0],
  ]);
  assert.deepEqual(replayed(DEFAULT_RULE, store), [
    [60, 120],
    [240, undefined],
  ]);
});

test('a replay knows at each instant only the polls up to then', () => {
  const rule: AlertRule = { ...DEFAULT_RULE, condition: { kind: 'lost_time', lost: 40 * MINUTE, within: 4 * HOUR } };
  // With the poll at 70, which comes later, the first 35 minutes after noon count as lost at noon already.
  assert.deepEqual(
    replayed(
      rule,
      storeWith([
        [-60, 1],
        [0, 0],
        [70, 1],
        [71, 0],
        [72, 1],
      ]),
    ),
    [[71, 72]],
  );
  assert.deepEqual(
    replayed(
      rule,
      storeWith([
        [-60, 1],
        [0, 0],
        [15, 0],
      ]),
    ),
    [[15, undefined]],
  );
});

test('a replay evaluates when the opening grace ends', () => {
  const open = [NOON, NOON + 6 * HOUR];
  assert.deepEqual(
    replayed(
      DEFAULT_RULE,
      storeWith(
        [
          [2, 0],
          [4, 0],
        ],
        open,
      ),
    ),
    [[15, undefined]],
  );
});
