import type { Cell } from 'write-excel-file/node';
import { invalid } from '../lib/errors.ts';
import type { StoreEntry } from './directory.ts';
import type { StoreTable } from './export.ts';

/** A workbook is built in memory. */
const MOST_STORES = 100_000;
/** Characters. */
const [NARROWEST, WIDEST] = [10, 50];

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
  const rows = stores.map(row);
  const columns = header.map((name, i) => {
    const longest = rows.reduce((most, cells) => Math.max(most, cells[i]?.length ?? 0), name.length);
    return { width: Math.min(WIDEST, Math.max(NARROWEST, longest + 2)) };
  });
  const heads = header.map((value): Cell => ({ type: String, value, fontWeight: 'bold' }));
  const cells = rows.map((texts) => texts.map((value): Cell => (value === '' ? null : { type: String, value })));
  // Loaded for the first workbook: few servers ever write one.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const file = writeXlsxFile([heads, ...cells], { sheet: 'Stores', columns, stickyRowsCount: 1 });
  return file.toBuffer();
}
