import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorstStores } from '../../src/domain/worst.ts';

test('the worst stores are the offline ones by lost time, then the others by downtime, earlier ones first', () => {
  const store = fc.record({ lost: fc.option(fc.nat(5), { nil: undefined }), downDay: fc.nat(4) });
  fc.assert(
    fc.property(fc.array(store, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (drawn, limit) => {
      const worst = new WorstStores<number>(limit);
      for (const [i, { lost, downDay }] of drawn.entries()) {
        const outage = lost === undefined ? undefined : { since: 0, lost, sinceFirstPoll: false };
        worst.add(i, 0, outage, downDay);
      }
      const order = [...drawn.entries()]
        .filter(([, { lost, downDay }]) => lost !== undefined || downDay > 0)
        .sort(([i, a], [j, b]) => {
          if (a.lost !== undefined && b.lost !== undefined) return b.lost - a.lost || i - j;
          if (a.lost !== undefined || b.lost !== undefined) return a.lost === undefined ? 1 : -1;
          return b.downDay - a.downDay || i - j;
        });
      assert.deepEqual(
        worst.stores.map((found) => found.store),
        order.slice(0, limit).map(([i]) => i),
      );
    }),
  );
});
