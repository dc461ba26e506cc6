import type { ImportSession } from '../storage/ports/import-session.ts';
import { RECORD_TABLES } from '../storage/ports/records.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';

/**
 * Copies users, keys, the audit log, reports, imports, coverage gaps, adjustments, saved questions with their subscriptions,
 * uptime targets, sales rates, checkpoints of day files and syncs.
 */
export async function copyRecords(source: Snapshot, target: ImportSession): Promise<void> {
  for (const table of RECORD_TABLES) await target.stageRecords(table, source.records(table));
  await target.takeRecords();
}
