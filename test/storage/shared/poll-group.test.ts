import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MergeCounts } from '../../../src/storage/ports/import-session.ts';
import type { PollBatch } from '../../../src/storage/ports/storage.ts';
import { NOT_STORED, PollGroup } from '../../../src/storage/shared/poll-group.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** Few stores and instants, so that polls often collide; some instants have equal low bits. */
const poll = fc.record({
  id: fc.constantFrom('1', '2', '3', '2000000000'),
  instant: fc.constantFrom(T, T + 1, T + 2 ** 32, T + 2 ** 33, -1, 0, -(2 ** 32)),
  active: fc.constantFrom(0, 1),
  reason: fc.constantFrom(undefined, undefined, 'timeout', 'dns'),
});
const batches = fc.array(fc.array(poll, { maxLength: 30 }), { maxLength: 5 });
const before = fc.array(poll, { maxLength: 10 });

interface Said {
  readonly id: string;
  readonly instant: number;
  readonly active: number;
  readonly reason: string | undefined;
}

function batchOf(polls: readonly Said[]): PollBatch {
  return {
    ids: polls.map(({ id }) => id),
    instants: polls.map(({ instant }) => instant),
    active: polls.map(({ active }) => active),
    reasons: new Map(polls.flatMap(({ reason }, i) => (reason === undefined ? [] : [[i, reason] as const]))),
  };
}

/** Active polls have no reason. */
function known({ active, reason }: Said): { active: number; reason: string | undefined } {
  return { active, reason: active === 0 ? reason : undefined };
}

test('a group counts each batch like a plain map', () => {
  fc.assert(
    fc.property(batches, before, (all, polls) => {
      const database = new Map(polls.map((poll) => [`${Number(poll.id)} ${poll.instant}`, known(poll)]));
      const group = new PollGroup(all.map(batchOf), Number);
      const names = Array.from(group.keys, (key, place) => `${key} ${group.instants[place]}`);
      const active = Uint8Array.from(names, (name) => database.get(name)?.active ?? NOT_STORED);
      const reasons = new Map<number, string>();
      for (const [place, name] of names.entries()) {
        const reason = database.get(name)?.reason;
        if (reason !== undefined) reasons.set(place, reason);
      }
      const merged = group.merge({ active, reasons });
      const expected = all.map((polls): MergeCounts => {
        const counts = { added: 0, replaced: 0, alreadyThere: 0, repeated: 0 };
        const said = new Map(polls.map((poll) => [`${Number(poll.id)} ${poll.instant}`, known(poll)]));
        counts.repeated = polls.length - said.size;
        for (const [name, poll] of said) {
          const found = database.get(name);
          const same = found?.active === poll.active && (poll.reason ?? found.reason) === found.reason;
          if (found === undefined) counts.added++;
          else if (same) counts.alreadyThere++;
          else counts.replaced++;
          if (!same) database.set(name, poll);
        }
        return counts;
      });
      assert.deepEqual(merged.counts, expected);
      assert.equal(new Set(names).size, group.length);
      for (const [place, name] of names.entries()) {
        assert.deepEqual({ active: group.active[place], reason: merged.reasons.get(place) }, database.get(name));
      }
    }),
  );
});
