import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  arrangePolls,
  ColumnMemory,
  newPollColumns,
  PackedMemory,
  type PollColumns,
  packingBase,
  unpackPolls,
} from '../../src/domain/polls.ts';
import { packPolls, pollColumns } from '../support/fleet.ts';

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

/** A packed poll is at most so late. */
const LATEST = 2 ** 31 - 1;

test('packed polls are arranged like others', () => {
  const from = Date.parse('2023-01-22T12:00:00Z');
  const instants = fc.oneof(fc.nat(12), fc.integer({ min: LATEST - 12, max: LATEST }));
  const row = fc.record({ store: fc.nat(4), instant: instants, active: fc.boolean() }, { noNullPrototype: true });
  // Mostly ascending, as a database reads them by several threads, and in any order.
  const runs = fc
    .array(fc.array(row, { maxLength: 12 }), { maxLength: 5 })
    .map((some) => some.flatMap((run) => run.sort((a, b) => a.store - b.store || a.instant - b.instant)));
  fc.assert(
    fc.property(fc.oneof(runs, fc.array(row, { maxLength: 100 })), (drawn) => {
      const polls = pollColumns(drawn.map((poll) => ({ ...poll, instant: from + poll.instant })));
      const expected = arrangePolls(polls, 5);
      const found = unpackPolls(packPolls(polls, from), 5, newPollColumns(polls.length));
      assert.deepEqual(valuesOf(found), valuesOf(expected));
    }),
  );
});

test('packed polls count from a whole millisecond, and are refused for a range that is too long', () => {
  assert.equal(packingBase(1_000.5, 2_000), 1_000);
  assert.equal(packingBase(5, 4 + LATEST), 5);
  assert.throws(() => packingBase(5, 5 + LATEST), RangeError);
});

test('memory that had the polls of another batch makes no difference to the next ones, and is used again', () => {
  const [packed, arranged] = [new PackedMemory(), new ColumnMemory()];
  const buffers = [60, 9, 0, 33, 60].flatMap((length) => {
    const polls = pollColumns(
      Array.from({ length }, (_, i) => ({ store: (i * 7) % 5, instant: i % 11, active: i % 3 > 0 })),
    );
    const words = packed.of(length);
    words.set(packPolls(polls, 0).words);
    const found = unpackPolls({ length, from: 0, words }, 5, arranged.of(length));
    assert.deepEqual(valuesOf(found), valuesOf(arrangePolls(polls, 5)));
    return [words.buffer, found.instant.buffer];
  });
  assert.equal(new Set(buffers).size, 2);
  for (const buffer of buffers) assert.ok(buffer instanceof SharedArrayBuffer, 'threads can share it');
});

function valuesOf({ length, store, instant, active }: PollColumns): number[][] {
  return [store, instant, active].map((column) => Array.from(column.subarray(0, length)));
}
