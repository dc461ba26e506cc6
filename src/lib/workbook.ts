import type { Cell } from 'write-excel-file/node';

/** A value of a cell; an empty text is an empty cell. */
export type Value = string | number | boolean;

/** Characters. */
const [NARROWEST, WIDEST] = [10, 50];

/** An Excel workbook with one sheet, whose first row stays in view. Texts stay texts, so that nothing is a formula. */
export async function workbook(
  sheet: string,
  header: readonly string[],
  rows: readonly (readonly Value[])[],
): Promise<Buffer> {
  const columns = header.map((name, i) => {
    const longest = rows.reduce((most, values) => Math.max(most, String(values[i] ?? '').length), name.length);
    return { width: Math.min(WIDEST, Math.max(NARROWEST, longest + 2)) };
  });
  const heads = header.map((value): Cell => ({ type: String, value, fontWeight: 'bold' }));
  const cells = rows.map((values) => values.map(cellOf));
  // Loaded for the first workbook: few servers ever write one.
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  return writeXlsxFile([heads, ...cells], { sheet, columns, stickyRowsCount: 1 }).toBuffer();
}

function cellOf(value: Value): Cell {
  if (value === '') return null;
  if (typeof value === 'number') return { type: Number, value };
  return typeof value === 'boolean' ? { type: Boolean, value } : { type: String, value };
}
