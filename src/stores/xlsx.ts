import { invalid } from '../lib/errors.ts';
import { workbook } from '../lib/workbook.ts';
import type { StoreEntry } from './directory.ts';
import type { StoreTable } from './export.ts';

/** A workbook is built in memory. */
const MOST_STORES = 100_000;

/**
 * The table as an Excel workbook. Every cell is text, so that long ids keep their digits and nothing is a formula.
 *
 * @throws UserError `invalid_input` when there are too many stores
 */
export async function storesXlsx({ header, row }: StoreTable, stores: readonly StoreEntry[]): Promise<Buffer> {
  if (stores.length > MOST_STORES) {
    throw invalid(
      `format is xlsx, which holds ${MOST_STORES} stores, and ${stores.length} match; use csv, or filter them`,
      'format',
    );
  }
  return workbook('Stores', header, stores.map(row));
}
