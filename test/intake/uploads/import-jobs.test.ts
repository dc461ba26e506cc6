import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImportJobs } from '../../../src/intake/uploads/import-jobs.ts';
import { UploadsFolder } from '../../../src/intake/uploads/uploads.ts';
import { DEFAULT_BUDGETS } from '../../../src/lib/budgets.ts';
import { DuckdbStorage } from '../../../src/storage/duckdb/storage.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const T = Date.parse('2026-11-23T12:00:00Z');

test('no import begins while the clock is not trusted, and each begins at an instant of a trusted clock', async (t) => {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  let [now, trusted] = [T - 3_600_000, false];
  const jobs = new ImportJobs({
    ...{ storage, budgets: DEFAULT_BUDGETS, uploads: new UploadsFolder(temporaryFolder(t)), maxBadShare: 0.1 },
    reader: { read: () => assert.fail('nothing is read') },
    ...{ now: () => now, trusted: () => trusted, onChanged: () => {}, onPolls: () => {} },
  });
  jobs.server = 'here';
  await storage.imports.add({
    ...{ id: 'i', feed: 'polls', fileName: 'polls.csv', strict: false, maxBadShare: undefined, dryRun: false },
    ...{ effectiveFrom: undefined, bytes: 1, server: 'here', requestedBy: undefined, requestedAt: T },
  });
  assert.equal(await jobs.claim(), undefined);
  assert.equal((await storage.imports.find('i'))?.status, 'queued');
  [now, trusted] = [T, true];
  assert.equal((await jobs.claim())?.startedAt, T);
});
