import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Health } from '../../src/health/health.ts';
import { WriteChecks, writeSmallFile } from '../../src/health/write-checks.ts';
import { UserError } from '../../src/lib/errors.ts';
import { REAL_WORLD } from '../../src/lib/world/real.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { FaultDisk } from '../support/fault-files.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('a small file is written into a folder that may be missing, and nothing stays, also when the disk is full', async (t) => {
  const folder = join(temporaryFolder(t), 'a', 'b');
  const disk = new FaultDisk();
  await inWorld(disk.world, async () => {
    await writeSmallFile(folder);
    assert.deepEqual(readdirSync(folder), []);
    disk.fault = 'ENOSPC';
    await assert.rejects(writeSmallFile(folder), { code: 'unwritable', message: 'the disk fails' });
    assert.deepEqual([existsSync(folder), readdirSync(folder)], [true, []]);
  });
});

test('a write that hangs counts as failed until it ends, none begins beside it, and it holds up no stop', async () => {
  const health = new Health(REAL_WORLD);
  let [begun, end] = [0, () => {}];
  const hanging = new Promise<void>((resolve) => {
    end = resolve;
  });
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  await inWorld({ ...REAL_WORLD, ...hasty() }, async () => {
    const writes = new Map([
      [
        'database' as const,
        () => {
          begun++;
          return hanging;
        },
      ],
    ]);
    const checks = new WriteChecks({ health, writes, log: { warn: note, info: note } });
    checks.start();
    while (health.faults().length === 0) await sleep(5);
    assert.match(String(health.faults()), /a small write has not ended within 20 seconds/);
    assert.equal(begun, 1);
    await checks.stop();
    end();
    while (health.faults().length > 0) await sleep(5);
  });
});

test('that the database is busy is no outcome, and each change is logged once', async () => {
  const health = new Health(REAL_WORLD);
  const errors = [new UserError('busy', 'busy'), ...Array(3).fill(new UserError('unavailable', 'away')), undefined];
  const lines: string[] = [];
  const note = (fields: { what?: string; reason?: string }, message: string) =>
    void lines.push(`${fields.what} ${message}${fields.reason === undefined ? '' : `: ${fields.reason}`}`);
  await inWorld({ ...REAL_WORLD, ...hasty() }, async () => {
    const write = async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
    };
    const writes = new Map([['database' as const, write]]);
    const checks = new WriteChecks({ health, writes, log: { warn: note, info: note } });
    checks.start();
    while (lines.length < 2) await sleep(5);
    await checks.stop();
  });
  assert.deepEqual(lines, ['database write check failed: away', 'database write check succeeded again']);
  assert.deepEqual(health.faults(), []);
});

/** A thousand seconds a second. */
function hasty() {
  const begin = REAL_WORLD.elapsed();
  return {
    elapsed: () => begin + (REAL_WORLD.elapsed() - begin) * 1_000,
    after: (milliseconds: number, work: () => void) => REAL_WORLD.after(milliseconds / 1_000, work),
    every: (milliseconds: number, work: () => void) => REAL_WORLD.every(milliseconds / 1_000, work),
  };
}
