import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBackup } from '../../src/backup/create.ts';
import { verifyBackup, writeBackup } from '../../src/backup/folder.ts';
import { openBackup, restoreToFile, restoreToStorage } from '../../src/backup/restore.ts';
import { openFile } from '../../src/compose/storages.ts';
import { ResultsFolder } from '../../src/reports/results.ts';
import { restoreFile } from '../../src/storage/duckdb/restore.ts';
import type { DatabaseContents } from '../../src/storage/ports/contents.ts';
import type { Bench } from './bench.ts';
import { NOW } from './bench.ts';
import { assertTemporary, type Scenario } from './scenarios.ts';

async function* noInput(): AsyncGenerator<Uint8Array> {}

/** The last of all, since it replaces what others have stored. */
export const restore: Scenario = {
  name: 'restore',
  slow: true,
  async begin(bench) {
    const from = await backedUp(bench);
    const open = openFile();
    const path = join(bench.folder, 'restored.duckdb');
    const put = () =>
      bench.within(async () => {
        const { storage } = bench;
        const verified = await openBackup(from, { input: noInput(), workFolder: bench.folder });
        if (storage.restoring !== undefined) {
          return restoreToStorage(verified, storage, { replace: true, workFolder: bench.folder, openFile: open });
        }
        const results = new ResultsFolder(join(bench.folder, 'restored-results'));
        return restoreToFile(verified, path, { results, replace: true, restoreFile, openFile: open });
      });
    const rows = async (): Promise<DatabaseContents['rows'] | undefined> => {
      const { storage } = bench;
      if (storage.restoring !== undefined) return (await storage.contents()).rows;
      if (!existsSync(path)) return undefined;
      const restored = await open(path, 'write');
      try {
        const broken = (await restored.invariants()).filter((invariant) => invariant.broken !== 0);
        assert.deepEqual(broken, [], 'the restored database is sound');
        return (await restored.contents()).rows;
      } finally {
        await restored.close();
      }
    };
    const addOne = () => bench.storage.appendPolls([{ ids: ['after the backup'], instants: [NOW], active: [1] }]);
    const backup = await (async () => {
      await put();
      return rows();
    })();
    if (bench.storage.restoring !== undefined) await addOne();
    const before = await rows();
    return {
      work: put,
      after: async (outcome) => {
        assertTemporary(outcome);
        const found = await rows();
        if (outcome.done) assert.deepEqual(found, backup);
        else assert.ok(isEither(found, before, backup), 'a failed restore has changed nothing, or is complete');
        await put();
        assert.deepEqual(await rows(), backup, 'the next attempt restores everything');
      },
    };
  },
};

function isEither(found: unknown, ...expected: unknown[]): boolean {
  return expected.some((one) => JSON.stringify(one) === JSON.stringify(found));
}

/** A backup of the database as it is at the first call. */
async function backedUp(bench: Bench): Promise<string> {
  const to = join(bench.folder, 'backup');
  if (!existsSync(to)) await backUp(bench, to);
  return to;
}

function backUp({ folder, storage, results }: Bench, to: string): Promise<unknown> {
  const engine = storage.restoring === undefined ? 'duckdb' : 'postgres';
  const workFolder = join(folder, 'work');
  const source = { storage, engine, results, workFolder, openFile: openFile(), now: () => NOW } as const;
  return writeBackup(createBackup(source), to);
}

export const backup: Scenario = {
  name: 'backup',
  slow: true,
  async begin(bench, run) {
    const to = join(bench.folder, `backup-${run}`);
    const work = () => bench.within(() => backUp(bench, to));
    return {
      work,
      after: async (outcome) => {
        assertTemporary(outcome);
        if (outcome.done) assert.ok(existsSync(to), 'a backup that was complete is there');
        if (!existsSync(to)) await work();
        const { rows } = await verifyBackup(to);
        assert.deepEqual(rows, (await bench.storage.contents()).rows);
        for (const folder of [to, join(bench.folder, 'work')]) rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
