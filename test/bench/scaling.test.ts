import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ASSUMPTIONS } from '../../bench/scaling/assumptions.ts';
import { knownFrom, renderScaling } from '../../bench/scaling/render.ts';
import { needsOf } from '../../bench/scaling/sizing.ts';
import { type Split, wallTime } from '../../bench/scaling/split.ts';

const SPLIT: Split = {
  ...{ pieces: 8, workers: 1, shards: 1, readers: 8, read: 16, compute: 8 },
  ...{ claim: 0, slowness: 1, lease: 5 },
};

function takes(changes: Partial<Split>, expected: number): void {
  const found = wallTime({ ...SPLIT, ...changes });
  assert.ok(Math.abs(found - expected) < 1e-6, `${JSON.stringify(changes)}: ${found}, expected ${expected}`);
}

test('split work takes all of it on one worker, and its share on each of several', () => {
  takes({}, 24);
  takes({ workers: 8 }, 3);
  takes({ workers: 16 }, 3);
  takes({ workers: 3 }, 9);
  takes({ claim: 0.5 }, 28);
});

test('pieces that read the same shard share its cores', () => {
  takes({ workers: 8, readers: 4 }, 5);
  takes({ workers: 8, readers: 4, shards: 2 }, 3);
});

test('work waits for the last piece of a slow worker, and for the lease of a dead one', () => {
  takes({ workers: 8, slowness: 4 }, 12);
  takes({ workers: 2, slowness: 4 }, 24);
  takes({ workers: 2, slowness: 2 }, 18);
  takes({ workers: 2, slowness: Number.POSITIVE_INFINITY, lease: 100 }, 2 + 100 + 3);
  takes({ workers: 2, slowness: Number.POSITIVE_INFINITY, lease: 1 }, 24);
});

test('what a fleet needs grows with it, and the page of scaling is written from figures of the other pages', async () => {
  const measured = { bytes: 4, served: 100, computed: 50, append: 1_000, appended: 10_000 };
  const small = needsOf(1_000_000, measured, ASSUMPTIONS);
  const large = needsOf(100_000_000, measured, ASSUMPTIONS);
  assert.equal(large.disk, 100 * small.disk);
  assert.deepEqual([small.appends, large.appends], [true, false]);
  assert.deepEqual([small.machines % ASSUMPTIONS.replicas, small.machines <= large.machines], [0, true]);
  const [performance, operations] = await Promise.all(
    ['performance', 'operations'].map((name) => readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')),
  );
  const known = knownFrom(performance as string, operations as string);
  const engine = {
    ...{
      name: 'an engine',
      polls: 1,
      bare: 1,
      report: 1,
      reportRatio: 1,
      bareInsert: 1,
      append: 1_000,
      appendShare: 1,
    },
    ...{ bytes: 4, codecs: true, processor: { bare: 100, report: 150, append: 1_000, merge: 100 }, served: undefined },
  };
  const run = { date: '2026-11-01', machine: 'a machine', data: 'some', known };
  const page = renderScaling({ ...run, engines: [engine] });
  assert.doesNotMatch(page, /NaN|Infinity|undefined/);
  assert.throws(() => renderScaling({ ...run, engines: [] }), /a current ClickHouse/);
});
