import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Measures } from '../../../src/domain/periods/sums.ts';
import { standingOf } from '../../../src/domain/periods/target.ts';
import { HOUR, MINUTE } from '../reference.ts';

/** A month of 300 open hours, some of them so far. */
function soFar(hours: {
  open?: number;
  down?: number;
  unknown?: number;
  planned?: number;
  plannedDown?: number;
}): Measures {
  const { open = 300, down = 0, unknown = 0, planned = 0, plannedDown = 0 } = hours;
  return {
    ...{ open: open * HOUR, down: down * HOUR, up: (open - down - unknown) * HOUR },
    ...{ planned: planned * HOUR, excused: 0, adjustedDown: (down - plannedDown) * HOUR },
    adjustedUp: (open - down - unknown - planned + plannedDown) * HOUR,
    ...{ covered: 0, polls: 0, outages: 0, outageTime: 0, longestOutage: 0, longestUnobserved: 0 },
  };
}

function standing(measures: Measures, low: number, high: number) {
  const found = standingOf(0.99, 300 * HOUR, measures, { low: low * HOUR, high: high * HOUR });
  const { budget, spent, left, burnRate, verdict } = found;
  return [
    Math.round(budget / MINUTE),
    spent / HOUR,
    left / HOUR,
    burnRate && Math.round(100 * burnRate) / 100,
    verdict,
  ];
}

test('300 open hours at 99 % leave three hours, and a verdict only if the interval is on one side of them', () => {
  assert.deepEqual(standing(soFar({ down: 1 }), 0.5, 2), [180, 1, 0, 0.33, 'met']);
  assert.deepEqual(standing(soFar({ down: 2.5 }), 2, 3), [180, 2.5, 0, 0.83, 'met']);
  assert.deepEqual(standing(soFar({ down: 2.5 }), 2, 3.1), [180, 2.5, 0, 0.83, 'cannot_tell']);
  assert.deepEqual(standing(soFar({ down: 3.5 }), 2.9, 4), [180, 3.5, 0, 1.17, 'cannot_tell']);
  assert.deepEqual(standing(soFar({ down: 4 }), 3.1, 5), [180, 4, 0, 1.33, 'missed']);
});

test('what is left of the period, and what is unknown, may still be down', () => {
  assert.deepEqual(standing(soFar({ open: 100, down: 0.5 }), 0.2, 1), [180, 0.5, 200, 0.5, 'cannot_tell']);
  assert.deepEqual(standing(soFar({ open: 299, down: 1 }), 0.2, 1.9), [180, 1, 1, 0.33, 'met']);
  assert.deepEqual(standing(soFar({ unknown: 2, down: 1 }), 0.5, 1.5), [180, 1, 2, 0.34, 'cannot_tell']);
  assert.deepEqual(standing(soFar({ open: 100, down: 4 }), 3.5, 5), [180, 4, 200, 4, 'missed']);
  assert.deepEqual(standing(soFar({ unknown: 300 }), 0, 0), [180, 0, 300, undefined, 'cannot_tell']);
});

test('planned downtime is not spent, and the budget is of all scheduled time', () => {
  // 290 hours count, of which two are down.
  const measures = soFar({ down: 6, planned: 10, plannedDown: 4 });
  assert.deepEqual(standing(measures, 1, 2.9), [180, 2, 0, 0.69, 'met']);
});
