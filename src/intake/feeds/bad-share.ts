import { invalid, type UserError } from '../../lib/errors.ts';
import { counted } from '../../lib/text.ts';
import type { Reject } from './list-rejects.ts';

/** The default share of bad rows up to which a file is imported. */
export const DEFAULT_BAD_SHARE = 0.1;

/** Fewer bad rows than this are too many only if all rows are bad. */
const LEAST = 10;
const COMMONEST = 3;
/** How many different reasons are counted; even a large file has only a few dozen. */
const DIFFERENT = 1_000;

interface RowCounts {
  readonly read: number;
  readonly rejected: number;
}

interface ListedRowCounts extends RowCounts {
  /** How many of the rejected rows had their reasons counted. */
  readonly listed: number;
}

/** Counts the bad rows of a file by reason, ignoring the values in the reasons. */
export class BadRows {
  readonly #counts = new Map<string, number>();

  add({ reason }: Pick<Reject, 'reason'>): void {
    const kind = kindOf(reason);
    if (!this.#counts.has(kind) && this.#counts.size >= DIFFERENT) return;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** The three most common reasons, most common first. */
  mostCommon(): string[] {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return sorted.slice(0, COMMONEST).map(([reason, rows]) => `${reason} (${counted(rows, 'row')})`);
  }
}

/**
 * Whether a file has too many bad rows: at least ten and more than a share of all, or every row.
 *
 * @param share 0 to 1; 1: no file has too many
 * @param isAddition the rows were appended to a file that was read before, so even if all of them are bad, the file is not
 */
export function isTooBad({ read, rejected }: RowCounts, share: number, isAddition = false): boolean {
  if (rejected === 0 || share >= 1) return false;
  return (rejected === read && !isAddition) || (rejected >= LEAST && rejected > share * read);
}

/** `1 of 5 rows is bad` */
export function badOf({ read, rejected }: RowCounts): string {
  return `${rejected} of ${counted(read, 'row')} ${rejected === 1 ? 'is' : 'are'} bad`;
}

/** The error for a file with too many bad rows. */
export function tooBad(label: string, rows: ListedRowCounts, share: number, reasons: readonly string[]): UserError {
  const { read, rejected, listed } = rows;
  const allowed = `${Number((100 * share).toPrecision(6))} %`;
  const limit = rejected === read ? 'every row is bad' : `more than ${allowed} are bad`;
  return invalid(
    `${label}: ${badOf(rows)} (${limit}), so nothing was imported. The most common reasons${listed < rejected ? ` among the first ${listed}` : ''}: ` +
      `${reasons.join('; ')}. To import it anyway, allow a larger share of bad rows: --max-bad-share, MAX_BAD_SHARE or max_bad_share`,
  );
}

/** A reason without its value, so that equal faults are counted together. */
function kindOf(reason: string): string {
  return reason
    .replace(/^(\w+) ".*?"(?= (?:is|has|contains|was|must|looks|cannot|comes)\b)/su, '$1 "…"')
    .replace(/^(\w+) is ".*?"/su, '$1 is "…"')
    .replace(/^has \d+ fields?(?=,)/, 'has another number of fields');
}
