import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Escalating,
  type EscalationStep,
  nextStepAt,
  stepFaults,
  stepsDue,
} from '../../../src/domain/alerts/escalation.ts';
import { MINUTE } from '../reference.ts';

const STEPS: readonly EscalationStep[] = [0, 10, 30].map((after) => ({ after, contactPoints: ['x'], owners: false }));

const told: Escalating = {
  openedAt: 100,
  resolvedAt: undefined,
  acknowledgedAt: undefined,
  snoozedUntil: undefined,
  step: 1,
};

test('each step comes after its time', () => {
  assert.deepEqual(
    [109, 110, 129, 130, 500].map((now) => stepsDue(STEPS, told, now)),
    [1, 2, 2, 3, 3],
  );
  assert.deepEqual([nextStepAt(STEPS, told), nextStepAt(STEPS, { ...told, step: 3 })], [110, Number.POSITIVE_INFINITY]);
});

test('nobody is told of an incident that is acknowledged, over, or not told yet', () => {
  for (const change of [{ acknowledgedAt: 105 }, { resolvedAt: 105 }, { step: 0 }]) {
    assert.equal(stepsDue(STEPS, { ...told, ...change }, 500), change.step ?? 1);
  }
});

test('a snoozed incident goes on when its snooze ends', () => {
  const snoozed = { ...told, snoozedUntil: 200 };
  assert.deepEqual([stepsDue(STEPS, snoozed, 199), stepsDue(STEPS, snoozed, 200)], [1, 3]);
});

test('steps that tell nobody or are out of order are named', () => {
  assert.deepEqual(stepFaults(STEPS), []);
  const message = 'steps is empty, expected at least one step: nobody would be notified';
  assert.deepEqual(stepFaults([]), [{ field: 'steps', message }]);
  assert.deepEqual(
    stepFaults([
      { after: MINUTE, contactPoints: [], owners: true },
      { after: MINUTE, contactPoints: [], owners: false },
    ]),
    [
      {
        field: 'steps.0.after_minutes',
        message: 'steps.0.after_minutes is 1, expected 0: the first step is notified when an incident opens',
      },
      {
        field: 'steps.1.after_minutes',
        message: 'steps.1.after_minutes is 1, expected more than the 1 before it',
      },
      {
        field: 'steps.1.contact_points',
        message:
          'steps.1.contact_points is empty and owners is false, expected one of them: the step would notify nobody',
      },
    ],
  );
});
