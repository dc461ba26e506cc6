import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrangePolls, PollMemory } from '../../src/domain/polls.ts';
import { pollColumns } from '../support/fleet.ts';

const rows = fc.array(
  fc.record(
    { store: fc.nat(4), instant: fc.integer({ min: 0, max: 12 }), active: fc.boolean() },
    { noNullPrototype: true },
  ),
  {
    maxLength: 60,
  },
);

test('polls are ordered by store and instant, and of repeated ones the last wins', () => {
  fc.assert(
    fc.property(rows, (drawn) => {
      const last = new Map(drawn.map((row) => [`${row.store} ${row.instant}`, row]));
      const expected = [...last.values()].sort((a, b) => a.store - b.store || a.instant - b.instant);
      const { length, store, instant, active } = arrangePolls(pollColumns(drawn), 5);
      const found = Array.from({ length }, (_, i) => ({
        store: store[i],
        instant: instant[i],
        active: active[i] === 1,
      }));
      assert.deepEqual(found, expected);
    }),
  );
});

test('polls in order are returned as they are', () => {
  const polls = pollColumns([
    { store: 0, instant: 5, active: true },
    { store: 1, instant: 1, active: false },
    { store: 1, instant: 2, active: true },
  ]);
  assert.equal(arrangePolls(polls, 2), polls);
});

test('memory that had the polls of another batch makes no difference to the next ones, and is used again', () => {
  const memory = new PollMemory();
  const unordered = (length: number) =>
    pollColumns(Array.from({ length }, (_, i) => ({ store: (i * 7) % 5, instant: i % 11, active: i % 3 > 0 })));
  const instants = [60, 9, 0, 33, 60].map((length) => {
    const polls = unordered(length);
    const [found, expected] = [arrangePolls(polls, 5, memory), arrangePolls(polls, 5)];
    for (const column of ['store', 'instant', 'active'] as const) {
      assert.deepEqual(found[column].slice(0, found.length), expected[column].slice(0, expected.length));
    }
    return found.instant;
  });
  assert.equal(new Set(instants.filter(({ length }) => length > 0)).size, 1);
  assert.ok(instants[0]?.buffer instanceof SharedArrayBuffer, 'threads can share it');
});
