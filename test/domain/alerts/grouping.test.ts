import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  DEFAULT_GROUPING,
  flushOf,
  type Grouping,
  type GroupMember,
  groupingFaults,
  groupKey,
  nextFlush,
  unsaid,
} from '../../../src/domain/alerts/grouping.ts';
import { HOUR, MINUTE } from '../reference.ts';

interface Named extends GroupMember {
  readonly name: string;
}

const GROUPING: Grouping = { by: [], wait: 1, interval: 10, repeat: 100 };

/** An open incident that was not said yet. */
function member(name: string, openedAt: number, change: Partial<Named> = {}): Named {
  return { name, openedAt, said: 'nothing', saidAt: undefined, resolvedAt: undefined, quiet: false, ...change };
}

/** What a group says, as text. */
function said(members: readonly Named[], now: number, sentAt?: number, grouping = GROUPING): string {
  const flush = flushOf(grouping, sentAt, members, now);
  if (flush === undefined) return '';
  const names = (list: readonly Named[]) => list.map(({ name }) => name).join(' ');
  return `${names(flush.opened)}|${names(flush.resolved)}|${names(flush.reminded)}`;
}

test('something new waits for more of its kind, and then for the interval', () => {
  const members = [member('a', 0), member('b', 0.5)];
  assert.deepEqual([said(members, 0.9), said(members, 1)], ['', 'a b||']);
  assert.deepEqual([said(members, 9, 0), said(members, 10, 0)], ['', 'a b||']);
  assert.deepEqual([nextFlush(GROUPING, undefined, members), nextFlush(GROUPING, 0, members)], [1, 10]);
});

test('what has ended is said if its beginning was', () => {
  const told = member('a', 0, { said: 'opened', saidAt: 1, resolvedAt: 20 });
  const untold = member('b', 0, { resolvedAt: 20 });
  assert.equal(said([told, untold], 21, 1), '|a|');
  assert.equal(said([untold], 50, 1), '');
  assert.deepEqual(unsaid([told, untold, member('c', 0)]), [untold]);
  assert.equal(said([{ ...told, said: 'resolved' }], 50, 1), '');
});

test('an incident that is answered while it waits is not said, unless it is open when that ends', () => {
  const answered = member('a', 0, { quiet: true });
  assert.equal(said([answered], 500, undefined), '');
  assert.equal(said([answered, member('b', 0)], 500, undefined), 'b||');
  assert.equal(nextFlush(GROUPING, undefined, [answered]), Number.POSITIVE_INFINITY);
  assert.equal(said([{ ...answered, quiet: false }], 500, undefined), 'a||');
});

test('an open incident is repeated unless it is acknowledged or snoozed', () => {
  const open = member('a', 0, { said: 'opened', saidAt: 1 });
  assert.deepEqual([said([open], 100, 1), said([open], 101, 1)], ['', '||a']);
  assert.equal(said([{ ...open, quiet: true }], 500, 1), '');
  assert.equal(said([open], 500, 1, { ...GROUPING, repeat: undefined }), '');
  assert.equal(nextFlush({ ...GROUPING, repeat: undefined }, 1, [open]), Number.POSITIVE_INFINITY);
  assert.equal(said([open, member('b', 100)], 105, 95), 'b||a');
});

test('stores with the same values are one group', () => {
  assert.equal(groupKey([], { city: 'Rome' }), groupKey([], {}));
  assert.equal(groupKey(['city'], { city: 'Rome', x: '1' }), groupKey(['city'], { city: 'Rome' }));
  assert.notEqual(groupKey(['city'], { city: '' }), groupKey(['city'], {}));
  assert.equal(groupKey(['constructor'], {}), '[null]');
});

test('times that make no sense are named', () => {
  assert.deepEqual(groupingFaults(DEFAULT_GROUPING), []);
  assert.deepEqual(groupingFaults({ by: ['a', 'a'], wait: -MINUTE, interval: 10 * MINUTE, repeat: 5 * MINUTE }), [
    { field: 'wait_minutes', message: 'wait_minutes is -1, expected 0 to 1440' },
    {
      field: 'repeat_minutes',
      message: 'repeat_minutes is 5, expected at least 5 and at least interval_minutes, which is 10',
    },
    { field: 'group_by', message: 'group_by has "a" more than once' },
  ]);
  assert.deepEqual(groupingFaults({ ...DEFAULT_GROUPING, interval: 25 * HOUR, repeat: undefined }), [
    { field: 'interval_minutes', message: 'interval_minutes is 1500, expected 0 to 1440' },
  ]);
});

test('no repeat without its interval, no message within the interval, no recovery without an alert', () => {
  const incident = fc.record({
    from: fc.integer({ min: 0, max: 300 }),
    length: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
    quietFrom: fc.integer({ min: 0, max: 600 }),
  });
  const grouping = fc.record({
    by: fc.constant([]),
    wait: fc.integer({ min: 0, max: 20 }),
    interval: fc.integer({ min: 0, max: 50 }),
    repeat: fc.option(fc.integer({ min: 50, max: 120 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(incident, { maxLength: 8 }), grouping, (incidents, rules) => {
      let sentAt: number | undefined;
      const heard = new Map<string, { said: 'opened' | 'resolved'; at: number }>();
      for (let now = 0; now < 600; now++) {
        const members = incidents.flatMap(({ from, length = Number.POSITIVE_INFINITY, quietFrom }, i) => {
          if (from > now) return [];
          const before = heard.get(String(i));
          const resolvedAt = from + length <= now ? from + length : undefined;
          const change = { said: before?.said ?? ('nothing' as const), saidAt: before?.at, resolvedAt };
          return [member(String(i), from, { ...change, quiet: now >= quietFrom })];
        });
        const flush = flushOf(rules, sentAt, members, now);
        assert.equal(flush !== undefined, nextFlush(rules, sentAt, members) <= now);
        if (flush === undefined) continue;
        assert.ok(sentAt === undefined || now - sentAt >= rules.interval, 'within the interval');
        for (const { name, quiet } of flush.opened) {
          assert.deepEqual([heard.has(name), quiet], [false, false]);
          heard.set(name, { said: 'opened', at: now });
        }
        for (const { name } of flush.resolved) {
          assert.equal(heard.get(name)?.said, 'opened');
          heard.set(name, { said: 'resolved', at: now });
        }
        for (const { name, quiet } of flush.reminded) {
          const { said: before, at = 0 } = heard.get(name) ?? {};
          assert.deepEqual([before, quiet], ['opened', false]);
          assert.ok(now - at >= (rules.repeat ?? Number.POSITIVE_INFINITY), 'repeated too early');
          heard.set(name, { said: 'opened', at: now });
        }
        sentAt = now;
      }
    }),
    { numRuns: 40 },
  );
});
