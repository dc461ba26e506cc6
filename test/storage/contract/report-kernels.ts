import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComputeOptions, computeReport } from '../../../src/reports/compute.ts';
import { encodeFigures } from '../../../src/reports/figures.ts';
import { FleetCache } from '../../../src/reports/fleet-cache.ts';
import { renderFigures } from '../../../src/reports/formats.ts';
import { type Kernel, LocalKernel } from '../../../src/reports/kernel.ts';
import { ThreadKernel } from '../../../src/reports/threads/kernel.ts';
import type { Storage } from '../../../src/storage/ports/storage.ts';
import { merge, type StagedFeeds, type StagedPoll } from '../../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const HOUR = 3_600_000;
const STORES = 1_200;

/** What a report is made of must not show in it: the engine, and what computes it. */
export function reportKernelsContract(engine: string, open: () => Promise<Storage>): void {
  test(`${engine}: reports have the same bytes in this thread and with 1, 2 and 4 other threads`, async (t) => {
    const storage = await open();
    t.after(() => storage.close());
    await merge(storage, fleet());
    const kernels: Kernel[] = [1, 2, 4].map((threads) => new ThreadKernel({ threads, smallest: 0 }));
    t.after(() => Promise.all(kernels.map((kernel) => kernel.close())));
    // Far apart, so that each is a batch.
    const few = Array.from({ length: 6 }, (_, i) => idOf(200 * i));
    for (const options of [
      {},
      { pollInterval: HOUR },
      { detailed: true, pollInterval: HOUR },
      { estimator: 'markov', pollInterval: HOUR },
      { estimator: 'markov', stores: few },
    ] as const) {
      const expected = await bytesOf(storage, { ...options, kernel: new LocalKernel() });
      for (const [i, kernel] of kernels.entries()) {
        const found = await bytesOf(storage, { ...options, kernel });
        assert.ok(found.equals(expected), `${JSON.stringify(options)} with kernel ${i}`);
      }
    }
  });
}

/** What a cache keeps must not show either, when stores change and when they do not. */
export function reportCacheContract(engine: string, open: () => Promise<Storage>): void {
  test(`${engine}: reports have the same bytes with stores kept from the report before`, async (t) => {
    const storage = await open();
    t.after(() => storage.close());
    await merge(storage, fleet());
    const kernel = new ThreadKernel({ threads: 1, smallest: 0 });
    t.after(() => kernel.close());
    const cache = new FleetCache();
    const expectSame = async (asOf: number, options: ComputeOptions = {}) => {
      const [found, expected] = [
        await bytesOf(storage, { ...options, cache, kernel }, asOf),
        await bytesOf(storage, options, asOf),
      ];
      assert.ok(found.equals(expected), `${new Date(asOf).toISOString()} ${JSON.stringify(options)}`);
    };
    for (const asOf of [T, T, T + HOUR, T + 30 * HOUR, T - 200 * HOUR]) await expectSame(asOf);
    await expectSame(T, { detailed: true, pollInterval: HOUR });
    const changes: StagedFeeds[] = [
      { polls: [[idOf(7), T - HOUR, false]] },
      { hours: [[idOf(3), 6, 0, 24 * HOUR]] },
      { zones: [[idOf(8), 'Europe/Rome']] },
      { specialHours: [[idOf(9), '2023-01-21', 0, HOUR]] },
      { polls: [['a new store', T - HOUR, true]] },
    ];
    for (const feeds of changes) {
      await merge(storage, feeds, T - 50 * HOUR);
      await expectSame(T);
      await expectSame(T);
    }
  });
}

function bytesOf(storage: Storage, options: ComputeOptions, asOf = T): Promise<Buffer> {
  return storage.snapshot(async (snapshot) => {
    const figures = await computeReport(snapshot, asOf, options);
    return Buffer.concat([
      ...encodeFigures(figures),
      ...[...renderFigures(figures, 'csv')].map((text) => Buffer.from(text)),
    ]);
  });
}

function idOf(store: number): string {
  return `store ${String((store * 7) % STORES).padStart(5, '0')}`;
}

/** Stores with and without polls, hours, special hours and zones, some of which have changed. */
function fleet() {
  const stores = Array.from({ length: STORES }, (_, i) => i);
  const polls = Array.from({ length: 12 * STORES }, (_, i): StagedPoll => {
    const store = i % (STORES - 5);
    return [idOf(store), T - ((i * 7_919) % 190) * HOUR - store * 1_000, (i * 31 + store) % 5 > 0];
  });
  return {
    stores: stores.map((i) => ({ id: idOf(i) })),
    polls,
    hours: stores
      .filter((i) => i % 3 > 0)
      .flatMap((i) => [0, 1, 3, 5].map((day) => [idOf(i), day, (i % 20) * HOUR, (22 + (i % 2)) * HOUR] as const)),
    zones: stores
      .filter((i) => i % 2 === 0)
      .map((i) => [idOf(i), ['Asia/Tokyo', 'America/Denver', 'Etc/Unknown'][i % 3] ?? ''] as const),
    specialHours: stores.filter((i) => i % 50 === 0).map((i) => [idOf(i), '2023-01-20', 10 * HOUR, 12 * HOUR] as const),
  };
}
