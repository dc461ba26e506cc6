import { UserError } from '../../../src/lib/errors.ts';
import { newId } from '../../../src/lib/world/random.ts';
import type { DatabaseContents } from '../../../src/storage/ports/contents.ts';
import { RECORD_TABLES } from '../../../src/storage/ports/records.ts';
import { migrationsOf } from '../../../src/storage/shared/migrations.ts';
import { ONLY, only, type Store, type View } from './data.ts';
import type { Transaction } from './transaction.ts';

/** The tables that a restore replaces. */
const TABLES = ['stores', 'store_keys', 'polls', 'sales', 'report_results', ...RECORD_TABLES] as const;

/** Counts the rows that an engine with SQL has in each table. */
export function contentsOf(view: View): DatabaseContents {
  const stores = [...view.table('stores').values()];
  const sum = (rowsOf: (store: Store) => readonly unknown[]) =>
    stores.reduce((total, store) => total + rowsOf(store).length, 0);
  return {
    schemaVersion: migrationsOf('duckdb').length,
    generation: only(view, 'generation'),
    rows: {
      stores: stores.length,
      business_hours: sum(({ hours }) => hours),
      special_hours: sum(({ specialHours }) => specialHours),
      zone_changes: sum(({ zoneChanges }) => zoneChanges),
      polls: [...view.table('polls').values()].reduce((total, polls) => total + polls.length, 0),
      sales: [...view.table('sales').values()].reduce((total, sales) => total + sales.length, 0),
      ...Object.fromEntries(RECORD_TABLES.map((table) => [table, view.table(table).size])),
    },
  };
}

/**
 * Empties the database within the transaction, and makes it another generation.
 *
 * @throws UserError `conflict` when there is data and it is not to be replaced
 */
export function emptyFor(transaction: Transaction, replace: boolean): void {
  for (const table of TABLES) {
    // A server that has started once leaves a secret behind.
    if (!replace && table !== 'server_secrets' && transaction.table(table).size > 0) {
      throw new UserError('conflict', `the database already has ${table}; use --replace to overwrite everything`);
    }
    transaction.deleteWhere(table, () => true);
  }
  // Their responses refer to deleted data.
  transaction.deleteWhere('idempotency_keys', () => true);
  transaction.set('revision', ONLY, { ...only(transaction, 'revision'), latestPoll: undefined });
  transaction.set('generation', ONLY, newId());
  for (const table of ['account_revision', 'alert_revision'] as const) {
    transaction.set(table, ONLY, only(transaction, table) + 1);
  }
}
