import { join } from 'node:path';
import { pino } from 'pino';
import { DEFAULT_BAD_SHARE } from '../../src/intake/feeds/bad-share.ts';
import { type SyncDependencies, SyncService } from '../../src/intake/sync/service.ts';
import type { SyncSource } from '../../src/intake/sync/sources.ts';
import { DEFAULT_BUDGETS } from '../../src/lib/budgets.ts';
import type { Storage } from '../../src/storage/ports/storage.ts';
import type { SyncResult } from '../../src/storage/ports/sync-log.ts';

/** The clock of syncs in tests: long after the last change of every file, so that all files are idle. */
export const AT_REST = () => Date.now() + 120_000;

/** A sync service that does not wait before retries. */
export function syncService(
  storage: Storage,
  folder: string,
  sources: readonly SyncSource[],
  parts: Partial<SyncDependencies> = {},
): SyncService {
  return new SyncService({
    ...{ storage, sources, rejectsDir: join(folder, 'rejects'), server: 'here' },
    ...{
      schedule: (after) => after + 3_600_000,
      downloads: { timeout: 60_000, maxBytes: 10_000_000, allowPrivate: [] },
    },
    budgets: DEFAULT_BUDGETS,
    onChanged: () => {},
    ...{ log: pino({ level: 'silent' }), now: AT_REST, wait: async () => {}, maxBadShare: DEFAULT_BAD_SHARE },
    ...parts,
  });
}

/** Runs a sync and returns the results of its sources. */
export async function synced(service: SyncService): Promise<readonly SyncResult[]> {
  return (await service.run('request')).results;
}
