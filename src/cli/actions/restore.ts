import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { openBackup, restoreToFile, restoreToStorage } from '../../backup/restore.ts';
import { openFile, restoreFile } from '../../compose/storages.ts';
import { ResultsFolder } from '../../reports/results.ts';
import { configOf } from '../database.ts';
import { formatCounted } from '../format.ts';
import { createFolderOf, openDatabase } from '../local-database.ts';
import { printResult, progressBar, say } from '../output.ts';
import { misuse } from '../usage.ts';

export interface RestoreFlags {
  readonly from: string;
  readonly database?: string;
  readonly resultsDir?: string;
  readonly replace?: boolean;
}

export async function restore(flags: RestoreFlags): Promise<void> {
  const config = configOf(flags);
  const { database, budgets } = config;
  const replace = flags.replace ?? false;
  const open = openFile(budgets);
  if (database.engine === 'duckdb' && database.path === undefined)
    throw misuse('cannot restore a backup into an in-memory database');
  const workFolder = database.engine === 'duckdb' ? dirname(resolve(database.path ?? '')) : tmpdir();
  await createFolderOf(database);
  const backup = await openBackup(flags.from, { input: process.stdin, workFolder });
  const progress = progressBar();
  try {
    const { rows, created_at, files } = backup.manifest;
    if (database.engine === 'duckdb') {
      const results = new ResultsFolder(config.resultsDir);
      if (files.length > 1) await results.prepare();
      await restoreToFile(backup, database.path ?? '', { results, replace, restoreFile, openFile: open });
    } else {
      const storage = await openDatabase(database, budgets, 'replace');
      try {
        const onProgress = (done: number) => progress.update('restoring polls', done);
        await restoreToStorage(backup, storage, { replace, workFolder, openFile: open, onProgress });
      } finally {
        await storage.close();
      }
    }
    progress.end();
    const { stores = 0, polls = 0 } = rows;
    const results = files.length - 1;
    printResult({ created_at, stores, polls, results }, () =>
      say(
        `restored the backup of ${created_at}: ${formatCounted(stores, 'store')}, ` +
          `${formatCounted(polls, 'poll')}, ${formatCounted(results, 'result')}`,
      ),
    );
  } finally {
    progress.end();
    await backup.remove();
  }
}
