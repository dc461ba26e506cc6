import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { restoreFile } from '../../src/storage/duckdb/restore.ts';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const sound = async () => {};

async function made(path: string, ...ids: string[]): Promise<void> {
  const storage = await DuckdbStorage.open(path);
  await merge(storage, { polls: ids.map((id) => [id, T, true] as const) });
  await storage.close();
}

async function storesIn(path: string, access: 'read' | 'write' = 'write'): Promise<string[]> {
  const storage = await DuckdbStorage.open(path, { access });
  try {
    return (await storage.snapshot((s) => s.storeRecords('', 10))).map(({ id }) => id);
  } finally {
    await storage.close();
  }
}

/** A database with the store `old`, and another one with the store `new`. */
async function two(t: TestContext): Promise<{ folder: string; path: string; source: string }> {
  const folder = temporaryFolder(t);
  const [path, source] = [join(folder, 'monitor.duckdb'), join(folder, 'source.duckdb')];
  await made(path, 'old');
  await made(source, 'new');
  return { folder, path, source };
}

function generationOf(path: string): string {
  return readFileSync(`${path}.generation`, 'utf8').slice(0, 36);
}

test('a restored file has a generation of its own, and no log of what was there before', async (t) => {
  const { folder, path, source } = await two(t);
  const before = generationOf(path);
  writeFileSync(`${path}.wal`, 'what a killed server left');
  await assert.rejects(restoreFile(source, path, { replace: false, prepare: sound }), {
    code: 'conflict',
    message: /the database .*monitor\.duckdb already exists; use --replace/,
  });
  await restoreFile(source, path, { replace: true, prepare: sound });
  assert.equal(existsSync(`${path}.wal`), false);
  assert.equal(new Set([before, generationOf(path), generationOf(source)]).size, 3);
  assert.deepEqual(await storesIn(path), ['new']);
  assert.deepEqual(readdirSync(folder).sort(), [
    'monitor.duckdb',
    'monitor.duckdb.generation',
    'source.duckdb',
    'source.duckdb.generation',
  ]);
});

test('a log alone is a database that is not replaced without a word', async (t) => {
  const { folder, source } = await two(t);
  const path = join(folder, 'gone.duckdb');
  writeFileSync(`${path}.wal`, 'what a killed server left');
  await assert.rejects(restoreFile(source, path, { replace: false, prepare: sound }), { code: 'conflict' });
  assert.equal(existsSync(`${path}.wal`), true);
});

test('a backup that turns out to be bad changes nothing', async (t) => {
  const { folder, path, source } = await two(t);
  const files = readdirSync(folder).sort();
  const bad = async () => {
    throw new Error('it is bad');
  };
  await assert.rejects(restoreFile(source, path, { replace: true, prepare: bad }), /it is bad/);
  assert.deepEqual(readdirSync(folder).sort(), files);
  assert.deepEqual(await storesIn(path), ['old']);
});

test('a restore that is cut off before it is decided leaves the database as it was', async (t) => {
  const { path, source } = await two(t);
  copyFileSync(source, `${path}.restoring`);
  writeFileSync(`${path}.restored.partial`, `${'0'.repeat(8)}`);
  assert.deepEqual(await storesIn(path), ['old']);
  await restoreFile(source, path, { replace: true, prepare: sound });
  assert.deepEqual(await storesIn(path), ['new']);
});

test('a restore that is cut off after it was decided is finished by whoever opens the database next', async (t) => {
  const id = '5daa12e9-f8fb-470b-90af-abb32079cfe1';
  const steps: ((path: string) => void)[] = [
    () => {},
    // The new file is in place, and the decision is still there.
    (path) => renameSync(`${path}.restoring`, path),
  ];
  for (const access of ['read', 'write'] as const) {
    for (const step of steps) {
      const { path, source } = await two(t);
      copyFileSync(source, `${path}.restoring`);
      writeFileSync(`${path}.restored`, `${id} 0\n`);
      if (step === steps[0]) writeFileSync(`${path}.wal`, 'what a killed server left');
      step(path);
      assert.deepEqual(await storesIn(path, access), ['new']);
      assert.deepEqual(
        [`${path}.wal`, `${path}.restoring`, `${path}.restored`].filter((file) => existsSync(file)),
        [],
      );
    }
  }
});
