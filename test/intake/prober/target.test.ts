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

test('a slot is taken once, and the next one is free', () => {
  const { target, start } = assigned();
  assert.equal(target.isOverdue(start), true);
  assert.equal(target.beginSlot(start), target.slotAt(start));
  assert.deepEqual([target.beginSlot(start + HOUR - 1), target.isOverdue(start + HOUR - 1)], [undefined, false]);
  assert.equal(target.beginSlot(start + HOUR), target.slotAt(start) + 1);
  assert.deepEqual([target.isPast(target.slotAt(start)), target.isPast(target.slotAt(start + HOUR))], [true, false]);
});

test('a target that is not assigned takes no slot', () => {
  const { target, start } = assigned();
  target.unassign();
  assert.equal(target.beginSlot(start), undefined);
  target.assign();
  assert.equal(target.beginSlot(start), target.slotAt(start));
});

test('a response that arrives in the next slot is the poll of that slot', () => {
  const { target, start } = assigned();
  const slot = Number(target.beginSlot(start));
  assert.equal(target.recordPoll(slot, start + HOUR, true), true);
  assert.equal(target.beginSlot(start + HOUR + 1), undefined);
});

test('a response that arrives after a probe of the next slot has begun is not recorded, but its state is kept', () => {
  const { target, start } = assigned();
  const slot = Number(target.beginSlot(start));
  target.beginSlot(start + HOUR);
  assert.equal(target.recordPoll(slot, start + HOUR + 1, false), false);
  assert.deepEqual([target.isDown, target.isFailing], [true, true]);
  assert.equal(target.recordPoll(slot + 1, start + HOUR + 2, true), true);
  assert.deepEqual([target.isDown, target.isFailing], [false, false]);
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
