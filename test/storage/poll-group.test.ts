import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PollGroup, UNKNOWN } from '../../src/storage/poll-group.ts';
import type { MergeCounts, PollBatch } from '../../src/storage/ports.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** Few stores and instants, so that polls often meet; among them instants whose low bits are alike. */
const poll = fc.record({
  id: fc.constantFrom('1', '2', '3', '2000000000'),
  instant: fc.constantFrom(T, T + 1, T + 2 ** 32, T + 2 ** 33, -1, 0, -(2 ** 32)),
  active: fc.constantFrom(0, 1),
});
const batches = fc.array(fc.array(poll, { maxLength: 30 }), { maxLength: 5 });
const known = fc.array(poll, { maxLength: 10 });

function batchOf(polls: readonly { id: string; instant: number; active: number }[]): PollBatch {
  return {
    ids: polls.map(({ id }) => id),
    instants: polls.map(({ instant }) => instant),
    active: polls.map(({ active }) => active),
  };
}

test('a group says of each batch what a plain map says, one batch after the other', () => {
  fc.assert(
    fc.property(batches, known, (all, before) => {
      const database = new Map(before.map(({ id, instant, active }) => [`${Number(id)} ${instant}`, active]));
      const group = new PollGroup(all.map(batchOf), Number);
      const there = Uint8Array.from(
        group.keys,
        (key, place) => database.get(`${key} ${group.instants[place]}`) ?? UNKNOWN,
      );
      const counted = group.counts(there);
      const expected = all.map((polls): MergeCounts => {
        const counts = { added: 0, replaced: 0, alreadyThere: 0, repeated: 0 };
        const said = new Map(polls.map(({ id, instant, active }) => [`${Number(id)} ${instant}`, active]));
        counts.repeated = polls.length - said.size;
        for (const [poll, active] of said) {
          const found = database.get(poll);
          if (found === undefined) counts.added++;
          else if (found === active) counts.alreadyThere++;
          else counts.replaced++;
          database.set(poll, active);
        }
        return counts;
      });
      assert.deepEqual(counted, expected);
      const last = Array.from(group.keys, (key, place) => [`${key} ${group.instants[place]}`, group.active[place]]);
      assert.equal(new Set(last.map(([poll]) => poll)).size, group.length);
      for (const [poll, active] of last) assert.equal(database.get(String(poll)), active);
    }),
  );
});
