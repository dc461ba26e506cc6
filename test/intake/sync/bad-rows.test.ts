import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadSyncConfig } from '../../../src/config/sync.ts';
import { AT, HOURS, Importer, POLLS } from '../../support/importer.ts';
import { samples } from '../../support/metrics.ts';
import { testServer } from '../../support/server.ts';
import { AT_REST, synced, syncService } from '../../support/sync.ts';

const week = Array.from({ length: 7 }, (_, day) => `a,${day},09:00,17:00\n`).join('');

test('the warning about bad rows stays while the file is unchanged, and ends when it is corrected', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('hours.csv', `${HOURS}${week}b,0,soon,late\n`);
  const service = syncService(importer.storage, importer.folder, [{ feed: 'hours', name: path }]);
  const standing = { rejected: 1, read: 8, storesKept: 0, storesUnknown: 1 };
  const found = async () =>
    (await synced(service)).map(({ status, rejected, standing }) => ({ status, rejected, standing }));
  assert.deepEqual(await found(), [{ status: 'changed', rejected: 1, standing }]);
  assert.deepEqual(await found(), [{ status: 'unchanged', rejected: 0, standing }]);
  assert.deepEqual(await found(), [{ status: 'unchanged', rejected: 0, standing }]);
  const [run] = await importer.storage.syncs.runs(1);
  assert.deepEqual(run?.results[0]?.standing, standing);
  importer.file('hours.csv', `${HOURS}${week}b,0,10:00,12:00\n`);
  assert.deepEqual(await found(), [{ status: 'changed', rejected: 0, standing: undefined }]);
});

test('the bad rows of appended polls are added to those before', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('polls.csv', `${POLLS}a,active,${AT}\na,nonsense,${AT}\n`);
  const service = syncService(importer.storage, importer.folder, [{ feed: 'polls', name: path }]);
  await synced(service);
  appendFileSync(path, 'bad\n');
  const [result] = await synced(service);
  assert.deepEqual([result?.status, result?.standing?.rejected, result?.standing?.read], ['changed', 2, 3]);
});

test('a file that is mostly bad fails in every run, and the previous content still applies', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('hours.csv', `${HOURS}${week}`);
  const service = syncService(importer.storage, importer.folder, [{ feed: 'hours', name: path }]);
  await synced(service);
  const before = await importer.contents();
  importer.file('hours.csv', `${HOURS}${week.replaceAll('09:00', 'nine')}`);
  for (let run = 0; run < 2; run++) {
    const [result] = await synced(service);
    assert.equal(result?.status, 'failed');
    assert.match(String(result?.error), /7 of 7 rows are bad \(every row is bad\), so nothing was imported/);
  }
  assert.deepEqual(await importer.contents(), before);
});

test('bad rows are in the API, readiness and metrics as long as the file has them', async (t) => {
  const importer = await Importer.open(t);
  const path = importer.file('hours.csv', `${HOURS}${week}b,0,soon,late\n`);
  const server = await testServer(t, { sync: loadSyncConfig({ SYNC_HOURS: path }), now: AT_REST });
  for (let run = 0; run < 2; run++) await server.syncs.run('request');
  const { sources } = (await server.app.inject('/api/v1/sync')).json();
  assert.deepEqual(
    [sources[0].last.status, sources[0].last.bad_rows],
    ['unchanged', { rejected: 1, read: 8, stores_kept: 0, stores_unknown: 1 }],
  );
  const { warnings } = (await server.app.inject('/readyz')).json();
  assert.deepEqual(warnings, [
    'there are no polls yet',
    'a source of business hours has 1 bad row of 8',
    '1 store has unknown business hours',
  ]);
  assert.deepEqual(await samples(server, /^(sync_runs|sync_bad|stores_unknown)/), [
    'sync_runs_total{outcome="complete"} 0',
    'sync_runs_total{outcome="partial"} 2',
    'sync_runs_total{outcome="failed"} 0',
    'stores_unknown{what="hours"} 1',
    'stores_unknown{what="zone"} 0',
    'sync_bad_rows{feed="hours"} 1',
  ]);
});
