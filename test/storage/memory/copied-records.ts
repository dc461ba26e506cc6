import { UserError } from '../../../src/lib/errors.ts';
import { RECORD_TABLES, type RecordRows, type RecordTable } from '../../../src/storage/ports/records.ts';
import { ONLY, only, type Rows, type Table } from './data.ts';
import { rowKey, rowOf, textsOf } from './record-tables.ts';
import type { Transaction } from './transaction.ts';

/** What the target of a copy must not have of its own: it is not merged. */
const NOT_MERGED = ['users', 'reports', 'imports'] as const;

/** The rows of record tables of another database. */
export class CopiedRecords {
  readonly #staged = new Map<RecordTable, Table<RecordTable>>();

  async stage(table: RecordTable, rows: AsyncIterable<RecordRows>): Promise<void> {
    const staged = new Map<string, Rows[RecordTable]>();
    for await (const block of rows) {
      for (const texts of block) {
        const row = rowOf(table, texts);
        staged.set(rowKey(table, row), row as Rows[RecordTable]);
      }
    }
    this.#staged.set(table, staged);
  }

  /**
   * Makes all record tables equal to the staged ones.
   *
   * @throws UserError `conflict` when there are users, reports or imports here that are not staged
   */
  take(transaction: Transaction): void {
    for (const table of NOT_MERGED) this.#refuseOwn(transaction, table);
    let changed = false;
    for (const table of RECORD_TABLES) {
      const staged = this.#staged.get(table) ?? new Map();
      for (const key of transaction.table(table).keys()) {
        if (!staged.has(key)) changed = transaction.delete(table, key) || changed;
      }
      for (const [key, row] of staged) {
        const before = transaction.get(table, key);
        if (before !== undefined && JSON.stringify(textsOf(before)) === JSON.stringify(textsOf(row))) continue;
        transaction.set(table, key, row);
        changed = true;
      }
    }
    if (!changed) return;
    for (const table of ['account_revision', 'alert_revision'] as const) {
      transaction.set(table, ONLY, only(transaction, table) + 1);
    }
  }

  #refuseOwn(transaction: Transaction, table: (typeof NOT_MERGED)[number]): void {
    const own = [...transaction.table(table).keys()].filter((key) => !this.#staged.get(table)?.has(key)).sort();
    if (own.length === 0) return;
    throw new UserError(
      'conflict',
      `the target has ${own.length} ${table} that the source does not have, such as ${own[0]}. A copy brings all ` +
        `${table} and merges none: choose an empty database`,
    );
  }
}
