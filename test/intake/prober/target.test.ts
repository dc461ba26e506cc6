import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Target } from '../../../src/intake/prober/target.ts';

const HOUR = 3_600_000;
const LOCATION = { host: 'store.test', site: 'store.test' };
const NOON = Date.UTC(2026, 10, 23, 12);

function assigned(): { target: Target; start: number } {
  const target = new Target('1', HOUR, undefined, LOCATION);
  target.assign();
  const start = Math.floor(NOON / HOUR) * HOUR + target.offset;
  return { target, start };
}

test('a slot is taken once, and the next one is free when the task has ended', () => {
  const { target, start } = assigned();
  assert.equal(target.isOverdue(start), true);
  assert.equal(target.beginSlot(start), true);
  assert.equal(target.endTask(start + 1), 0);
  assert.deepEqual([target.beginSlot(start + HOUR - 1), target.isOverdue(start + HOUR - 1)], [false, false]);
  assert.equal(target.beginSlot(start + HOUR), true);
});

test('a target that is not assigned takes no slot', () => {
  const { target, start } = assigned();
  target.unassign();
  assert.equal(target.beginSlot(start), false);
  target.assign();
  assert.equal(target.beginSlot(start), true);
});

test('a response that arrives in the next slot is the poll of that slot, and the one before is missed', () => {
  const { target, start } = assigned();
  target.beginSlot(start);
  assert.equal(target.endTask(start + HOUR), 1);
  assert.equal(target.beginSlot(start + HOUR + 1), false);
});

test('a task that has not ended when the next slots begin moves on, and no second one begins', () => {
  const { target, start } = assigned();
  target.beginSlot(start);
  assert.deepEqual([target.moveTask(start + 3 * HOUR), target.beginSlot(start + 3 * HOUR)], [3, false]);
  assert.deepEqual([target.moveTask(start + 3 * HOUR), target.endTask(start + 3 * HOUR + 1)], [0, 0]);
  assert.deepEqual([target.moveTask(start + 4 * HOUR), target.beginSlot(start + 4 * HOUR)], [0, true]);
});

test('a task is made again only in its slot', () => {
  const { target, start } = assigned();
  target.beginSlot(start);
  const slot = target.dropTask();
  assert.deepEqual([target.retrySlot(slot, start + HOUR), target.retrySlot(slot, start + 1)], [false, true]);
  assert.equal(target.retrySlot(slot, start + 1), false);
});

test('a stored poll takes its slot, and an older one does not give it back', () => {
  const { target, start } = assigned();
  target.restorePoll(start, false);
  target.restorePoll(start - HOUR, true);
  assert.deepEqual([target.isOverdue(start), target.isDown], [false, false]);
});

test('a failure during a self-outage marks the target as failing, not as down', () => {
  const { target } = assigned();
  target.markFailing();
  assert.deepEqual([target.isFailing, target.isDown], [true, false]);
});

test('a target keeps its state when it moves to another host', () => {
  const { target, start } = assigned();
  target.beginSlot(start);
  target.moveTo('http://other.test/', { host: 'other.test', site: 'other.test' });
  assert.deepEqual([target.url, target.host, target.site], ['http://other.test/', 'other.test', 'other.test']);
  assert.equal(target.isOverdue(start), false);
});
