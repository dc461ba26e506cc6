import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DuckdbStorage } from '../../src/storage/duckdb/storage.ts';
import { merge } from '../support/staging.ts';
import { temporaryFolder } from '../support/temporary.ts';

const T = Date.parse('2023-01-22T12:00:00Z');
const REFUSED = { code: 'unavailable', message: /monitor\.duckdb\.wal belongs to another state of the database/ };

function database(folder: string): string {
  return join(folder, 'monitor.duckdb');
}

/** Stores a poll of the store `id`, in an opening of its own. */
async function add(folder: string, id: string): Promise<void> {
  const storage = await DuckdbStorage.open(database(folder));
  await merge(storage, { polls: [[id, T, true]] });
  await storage.close();
}

/** The same, and leaves in `folder` what a process that is killed leaves. */
async function addAndDie(t: TestContext, folder: string, id: string): Promise<void> {
  const other = join(temporaryFolder(t), 'running');
  cpSync(folder, other, { recursive: true });
  const storage = await DuckdbStorage.open(database(other));
  await merge(storage, { polls: [[id, T, true]] });
  cpSync(other, folder, { recursive: true });
  await storage.close();
  assert.ok(existsSync(`${database(folder)}.wal`), 'the killed process has left its log');
}

/** A copy of everything in `folder`. */
function copied(t: TestContext, folder: string): string {
  const copy = join(temporaryFolder(t), 'copy');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

async function storesIn(folder: string): Promise<string[]> {
  const storage = await DuckdbStorage.open(database(folder));
  try {
    return (await storage.snapshot((s) => s.storeRecords('', 10))).map(({ id }) => id);
  } finally {
    await storage.close();
  }
}

async function folderWith(t: TestContext, ...ids: string[]): Promise<string> {
  const folder = join(temporaryFolder(t), 'data');
  mkdirSync(folder);
  for (const id of ids) await add(folder, id);
  return folder;
}

test('a copy of the whole folder that is put back beside the log of a killed process is refused', async (t) => {
  for (const between of [[], ['second'], ['second', 'third']]) {
    const folder = await folderWith(t, 'first');
    const cold = copied(t, folder);
    for (const id of between) await add(folder, id);
    await addAndDie(t, folder, 'last');
    cpSync(cold, folder, { recursive: true });
    const before = readFileSync(database(folder));
    await assert.rejects(DuckdbStorage.open(database(folder)), REFUSED, `${between.length} openings between`);
    await assert.rejects(DuckdbStorage.open(database(folder), { access: 'read' }), REFUSED);
    assert.ok(readFileSync(database(folder)).equals(before), 'no byte has changed');
    const inspected = await DuckdbStorage.open(database(folder), { access: 'inspect' });
    const [log] = await inspected.invariants();
    await inspected.close();
    assert.deepEqual(log, {
      name: `${database(folder)}.wal: it belongs to the database file`,
      broken: 1,
    });
  }
});

test('the log of one of two copies that were opened apart does not belong to the other', async (t) => {
  const folder = await folderWith(t, 'first');
  const other = copied(t, folder);
  await add(other, 'other');
  await addAndDie(t, folder, 'second');
  cpSync(other, folder, { recursive: true });
  await assert.rejects(DuckdbStorage.open(database(folder)), REFUSED);
});

test('what a killed process left works elsewhere, again and again', async (t) => {
  const folder = await folderWith(t, 'first');
  await addAndDie(t, folder, 'second');
  await addAndDie(t, folder, 'third');
  const copy = copied(t, folder);
  assert.deepEqual(await storesIn(copy), ['first', 'second', 'third']);
  await add(folder, 'last');
  cpSync(copied(t, copy), folder, { recursive: true });
  assert.deepEqual(await storesIn(folder), ['first', 'second', 'third']);
});

test('the note about the log exists while there may be a log', async (t) => {
  const folder = await folderWith(t, 'first');
  assert.equal(existsSync(`${database(folder)}.wal.generation`), false);
  await addAndDie(t, folder, 'second');
  assert.match(readFileSync(`${database(folder)}.wal.generation`, 'utf8'), /^[0-9a-f-]{36} \d+\n$/);
});

test('a process that was killed while it noted an opening has left a log that belongs to the file', async (t) => {
  const folder = await folderWith(t, 'first');
  await addAndDie(t, folder, 'second');
  const note = `${database(folder)}.wal.generation`;
  const [id, opening] = readFileSync(note, 'utf8').trim().split(' ');
  for (const other of [Number(opening) - 1, Number(opening) + 1]) {
    const copy = copied(t, folder);
    writeFileSync(`${database(copy)}.wal.generation`, `${id} ${opening}\n${id} ${other}\n`);
    assert.deepEqual(await storesIn(copy), ['first', 'second']);
  }
  writeFileSync(note, `${id} ${opening}\n${id}`);
  await assert.rejects(DuckdbStorage.open(database(folder)), {
    code: 'unavailable',
    message: /monitor\.duckdb\.wal\.generation is damaged, expected a generation and a number in each line/,
  });
});
