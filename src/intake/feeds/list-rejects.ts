import type { Session } from '../../duckdb/session.ts';
import { ROW_LIMIT, type UnreadLine } from './csv-rows.ts';
import type { FeedLimits } from './limits.ts';
import type { Source } from './source.ts';

/** A bad row. */
export interface Reject {
  readonly file: string;
  /** The line in the file, or the row of a Parquet file, from 1. */
  readonly line: number;
  readonly reason: string;
  readonly row: string;
}

/** A reason contains the value, which may be as long as a line. */
const REASON_LIMIT = 500;

/**
 * Lists the bad rows in order, up to the limits; returns their number. Lines that are not valid text (`unread`) are not
 * in the table, so they shift the numbers of the lines after them.
 */
export async function listRejects(
  session: Session,
  table: string,
  unread: readonly UnreadLine[],
  { label: file, format }: Source,
  { rejects, rejectBytes }: FeedLimits,
  onReject: (reject: Reject) => Promise<void>,
): Promise<number> {
  let listed = 0;
  let bytes = 0;
  for await (const reject of inOrder(badRows(session, table, format), unread)) {
    bytes += reject.reason.length + reject.row.length;
    if (listed >= rejects || bytes > rejectBytes) break;
    await onReject({ file, ...reject });
    listed++;
  }
  return listed;
}

type BadRow = Omit<Reject, 'file'>;

/** The bad rows of a staged table. Their line numbers count only rows of the table. */
async function* badRows(session: Session, table: string, format: Source['format']): AsyncGenerator<BadRow> {
  const firstLine = format.kind === 'csv' ? format.skip + 1 : 1;
  // Within a transaction, rowids start at a number that is too large for a double.
  const sql = `
    select (rowid - (select min(rowid) from ${table}))::double as position, reason[1:${REASON_LIMIT}] as reason,
      coalesce(line, '')[1:${ROW_LIMIT}] as row
    from ${table} where reason is not null order by rowid`;
  for await (const chunk of session.chunks(sql)) {
    const [positions, reasons, rows] = [0, 1, 2].map((column) => chunk.getColumnValues(column));
    for (let i = 0; i < chunk.rowCount; i++) {
      yield { line: Number(positions?.[i]) + firstLine, reason: String(reasons?.[i]), row: String(rows?.[i]) };
    }
  }
}

/** Merges the unread lines into the bad rows of the table. */
async function* inOrder(rows: AsyncIterable<BadRow>, unread: readonly UnreadLine[]): AsyncGenerator<BadRow> {
  let next = 0;
  for await (const row of rows) {
    let line = row.line + next;
    for (let lost = unread[next]; lost !== undefined && lost.line <= line; lost = unread[next]) {
      yield lost;
      next++;
      line++;
    }
    yield { ...row, line };
  }
  yield* unread.slice(next);
}
