import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { clearTemporaryFolders, temporaryFolder } from '../../src/lib/temporary-folder.ts';
import { temporaryFolder as folderOf } from '../support/temporary.ts';
import { kill, temporaryHolder } from '../support/temporary-holder.ts';

test('the temporary folders of killed processes are cleared, those of running and of stopped ones stay', async (t) => {
  const parent = folderOf(t);
  const [killed, running, stopped] = await Promise.all([
    temporaryHolder(t, parent),
    temporaryHolder(t, parent),
    temporaryHolder(t, parent),
  ]);
  const own = await temporaryFolder(parent);
  stopped.child.kill('SIGSTOP');
  await kill(killed.child);
  assert.ok(existsSync(join(killed.path, 'content')), 'a kill leaves the folder behind');

  assert.equal(await clearTemporaryFolders(parent), 1);
  const kept = [running.path, stopped.path, own.path].flatMap((path) => [
    basename(path),
    `${basename(path).slice(0, -'-XXXXXX'.length)}.lock`,
  ]);
  assert.deepEqual(readdirSync(parent).sort(), kept.sort());
  assert.equal(await clearTemporaryFolders(parent), 0);

  await own.remove();
  assert.equal(readdirSync(parent).includes(basename(own.path)), false);
});

test('a folder of another host stays, although nothing here holds it', async (t) => {
  const parent = folderOf(t);
  const { child, path } = await temporaryHolder(t, parent);
  await kill(child);
  const lock = readdirSync(parent).find((name) => name.endsWith('.lock')) ?? '';
  const elsewhere = 'restaurant-monitor-00000000-11111111';
  mkdirSync(join(parent, `${elsewhere}-abcdef`));
  writeFileSync(join(parent, `${elsewhere}.lock`), '');
  writeFileSync(join(parent, 'other'), 'of another program');
  assert.equal(await clearTemporaryFolders(parent), 1);
  assert.deepEqual(
    [existsSync(path), existsSync(join(parent, lock)), readdirSync(parent).sort()],
    [false, false, ['other', `${elsewhere}-abcdef`, `${elsewhere}.lock`].sort()],
  );
});

test('the exit of a process removes its folders', async (t) => {
  const parent = folderOf(t);
  const code = `
    const { temporaryFolder } = await import(${JSON.stringify(new URL('../../src/lib/temporary-folder.ts', import.meta.url).href)});
    for (let i = 0; i < 20; i++) await temporaryFolder(process.argv[1]);
    process.exit(3);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code, parent], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [exit] = await once(child, 'close');
  assert.deepEqual([exit, errors, readdirSync(parent)], [3, '', []]);
});

test('where a path is too long to be locked, the folder works and is left to its process', async (t) => {
  const parent = join(folderOf(t), 'a'.repeat(100));
  const { path, remove } = await temporaryFolder(parent);
  writeFileSync(join(path, 'content'), '');
  assert.equal(await clearTemporaryFolders(parent), 0);
  assert.equal(existsSync(path), true);
  await remove();
  assert.deepEqual(readdirSync(parent), []);
});
