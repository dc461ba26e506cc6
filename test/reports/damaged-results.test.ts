import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { OPEN } from '../../src/accounts/access.ts';
import type { Format } from '../../src/reports/formats.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { reportService } from '../support/report-service.ts';
import { resultFile } from '../support/results.ts';
import { merge } from '../support/staging.ts';

const T = Date.parse('2023-01-22T12:00:00Z');

/** A complete report on two stores, and its files. */
async function completeReport(t: TestContext) {
  const storage = await DuckdbStorage.open(undefined);
  t.after(() => storage.close());
  await merge(storage, { polls: ['a', 'b'].map((id) => [id, T, id === 'a']) });
  const reports = await reportService(t, storage, { now: T });
  const id = await reports.made();
  const read = async (format: Format, reader = reports.service.reader) =>
    text((await reader.read(await reports.service.find(OPEN, id), format)).content);
  const [csv, figures] = [resultFile(reports.folder, id, 'csv'), resultFile(reports.folder, id, 'figures')];
  return { ...reports, storage, id, read, csv, figures };
}

/** Flips one bit in the middle of a file. */
function flip(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  writeFileSync(file, bytes);
  // The file system may count time in steps larger than this test takes.
  utimesSync(file, T / 1_000, T / 1_000);
}

const DAMAGES: readonly (readonly [name: string, damage: (file: string) => void])[] = [
  ['empty', (file) => truncateSync(file)],
  ['truncated', (file) => truncateSync(file, 100)],
  ['deleted', (file) => rmSync(file)],
  ['changed in one bit', flip],
];

for (const [name, damage] of DAMAGES) {
  test(`a CSV that is ${name} is rendered again from the figures`, async (t) => {
    const { read, csv } = await completeReport(t);
    const before = await read('csv');
    assert.match(before, /^a,60\.00/m);
    damage(csv);
    assert.equal(await read('csv'), before);
    assert.equal(await read('csv'), before);
  });

  test(`without sound figures, a CSV that is ${name} is gone`, async (t) => {
    const { read, csv, figures } = await completeReport(t);
    damage(csv);
    rmSync(figures);
    await assert.rejects(read('csv'), {
      code: 'gone',
      message: /^the result of report .* is damaged or no longer in the results folder; trigger a new one with "as_of"/,
    });
  });

  test(`figures that are ${name} are gone, and the CSV stays`, async (t) => {
    const { read, service, id, csv, figures } = await completeReport(t);
    const before = readFileSync(csv, 'utf8');
    damage(figures);
    for (const format of ['json', 'full', 'exact', 'parquet'] as const) {
      await assert.rejects(read(format), { code: 'gone', message: /^the figures of report .* are damaged/ }, format);
    }
    await assert.rejects(service.reader.figures(await service.find(OPEN, id)), { code: 'gone' });
    assert.equal(await read('csv'), before);
  });
}

test('results of earlier versions, whose digests are not recorded, stay readable', async (t) => {
  const { storage, folder, read, csv, figures, service } = await completeReport(t);
  const [before, json] = [await read('csv'), await read('json')];
  const old = '5f0c2b1e-0000-4000-8000-000000000000';
  // Otherwise, it may claim the report before this test does.
  await service.stop();
  await storage.reports.add({ id: old, asOf: T, requestedAt: T });
  await storage.reports.claim('a worker', T);
  await storage.reports.complete(old, 'a worker', 2, T);
  renameSync(csv, join(folder, `${old}.csv`));
  renameSync(figures, join(folder, `${old}.figures`));
  const oldReport = await service.find(OPEN, old);
  const readOld = async (format: Format) => text((await service.reader.read(oldReport, format)).content);
  assert.deepEqual([await readOld('csv'), await readOld('json')], [before, json]);
  for (const damaged of ['', 'RMFIG', 'RMFIG001', `RMFIG001${'\0'.repeat(8)}{}[]`, `RMFIG001${'\xff'.repeat(40)}`]) {
    writeFileSync(join(folder, `${old}.figures`), damaged, 'latin1');
    await assert.rejects(readOld('json'), { code: 'gone' }, damaged);
  }
  await service.remove(OPEN, old);
  assert.deepEqual(readdirSync(folder), []);
});

test('files of attempts that completed nothing are removed at start; those of unknown reports stay', async (t) => {
  const { storage, folder, csv, figures, id } = await completeReport(t);
  const other = '5f0c2b1e-0000-4000-8000-000000000000';
  for (const name of [`${id}.${other}.csv`, `${id}.${other}.figures.partial`, `${other}.${other}.csv`]) {
    writeFileSync(join(folder, name), 'x');
  }
  await reportService(t, storage, { now: T }, undefined, new ResultsFolder(folder));
  assert.deepEqual(
    readdirSync(folder).sort(),
    [...[csv, figures].map((file) => file.slice(folder.length + 1)), `${other}.${other}.csv`].sort(),
  );
});
