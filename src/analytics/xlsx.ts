import { invalid } from '../lib/errors.ts';
import { workbook } from '../lib/workbook.ts';
import { tableOf } from './formats.ts';
import type { Answer } from './service.ts';

/** A workbook is built in memory. */
const MOST_CELLS = 500_000;

/**
 * An answer as an Excel workbook, with the columns of CSV: numbers are numbers, and texts are never formulas.
 *
 * @throws UserError `invalid_input` when there are too many rows
 */
export async function answerXlsx(answer: Answer): Promise<Buffer> {
  const { header, rows } = tableOf(answer);
  const all = [...rows()];
  if (all.length * header.length <= MOST_CELLS) return workbook('Analytics', header, all);
  const most = Math.floor(MOST_CELLS / header.length);
  throw invalid(
    `format is xlsx, which holds ${most} rows of these columns, and the answer has ${all.length}; use csv, or ask for a shorter period, or for fewer groups or parts`,
    'format',
  );
}
