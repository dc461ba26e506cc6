import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { elapsed, now } from '../../../src/lib/world/clocks.ts';
import {
  makeFolder,
  open,
  readdir,
  readFile,
  rename,
  syncFolder,
  writeFile,
  writeWhole,
} from '../../../src/lib/world/files.ts';
import { newId, random } from '../../../src/lib/world/random.ts';
import { REAL_WORLD } from '../../../src/lib/world/real.ts';
import { after, every, sleep, yieldTurn } from '../../../src/lib/world/timers.ts';
import { inWorld } from '../../../src/lib/world/world.ts';
import { FaultDisk } from '../../support/fault-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('code lives in the real world unless it was put into another one', async () => {
  const other = { ...REAL_WORLD, now: () => 7, elapsed: () => 8, random: () => 0.5, uuid: () => 'an id' };
  const seen = () => [now(), elapsed(), random(), newId()];
  const later = inWorld(other, async () => {
    const atOnce = seen();
    await sleep(1);
    return [atOnce, seen()];
  });
  assert.deepEqual(await later, [
    [7, 8, 0.5, 'an id'],
    [7, 8, 0.5, 'an id'],
  ]);
  assert.notEqual(now(), 7);
  assert.match(newId(), /^[0-9a-f-]{36}$/);
});

test('two worlds beside one another do not mix', async () => {
  const living = (name: number) =>
    inWorld({ ...REAL_WORLD, now: () => name }, async () => {
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) {
        await yieldTurn();
        await new Promise<void>((resolve) => after(1, resolve));
        seen.push(now());
      }
      return seen;
    });
  assert.deepEqual(await Promise.all([living(1), living(2)]), [
    [1, 1, 1, 1, 1],
    [2, 2, 2, 2, 2],
  ]);
});

test('timers fire, repeat and stop', async () => {
  let beats = 0;
  const stopped = after(0, () => assert.fail('a stopped timer fired'));
  stopped.stop();
  await new Promise<void>((resolve) => {
    const timer = every(1, () => {
      if (++beats < 3) return;
      timer.stop();
      resolve();
    });
  });
  await sleep(5);
  assert.equal(beats, 3);
});

test('a sleep ends early with the reason of its signal', async () => {
  const stopping = new AbortController();
  const sleeping = sleep(60_000, stopping.signal);
  stopping.abort(new Error('enough'));
  await assert.rejects(sleeping, /enough/);
  await assert.rejects(sleep(60_000, stopping.signal), /enough/);
});

test('files of the real world are those of the disk', async (t) => {
  const folder = temporaryFolder(t);
  const file = await open(join(folder, 'a'), 'w');
  await file.appendFile('one ');
  await file.appendFile('two');
  await file.sync();
  await file.close();
  await rename(join(folder, 'a'), join(folder, 'b'));
  await writeFile(join(folder, 'c'), 'three', { flush: true });
  assert.deepEqual((await readdir(folder)).sort(), ['b', 'c']);
  assert.equal(await readFile(join(folder, 'b'), 'utf8'), 'one two');
});

test('a folder is on the disk with those above it, and a small file whole under its name', async (t) => {
  const folder = temporaryFolder(t);
  const disk = new FaultDisk();
  await inWorld(disk.world, async () => {
    const path = join(folder, 'outer', 'inner');
    await makeFolder(path);
    assert.deepEqual(disk.calls.splice(0), ['sync outer', `sync ${basename(folder)}`]);
    await makeFolder(path);
    assert.deepEqual(disk.calls.splice(0), ['sync outer'], 'another caller may have created it just now');
    await writeWhole(join(path, 'id'), 'one');
    await writeWhole(join(path, 'id'), 'two');
    assert.deepEqual(disk.calls, ['sync inner', 'sync inner']);
    assert.deepEqual(await readdir(path), ['id']);
    assert.equal(await readFile(join(path, 'id'), 'utf8'), 'two');
  });
});

test('a folder that the system cannot sync is no failure, and one that fails is', async () => {
  const failing = (code: string) => ({
    ...REAL_WORLD,
    files: { ...REAL_WORLD.files, open: () => Promise.reject(Object.assign(new Error(code), { code })) },
  });
  await inWorld(failing('EINVAL'), () => syncFolder('/anywhere'));
  await assert.rejects(
    inWorld(failing('EIO'), () => syncFolder('/anywhere')),
    { code: 'EIO' },
  );
});
