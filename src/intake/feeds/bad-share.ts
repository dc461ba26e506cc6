import { invalid, type UserError } from '../../lib/errors.ts';
import type { Reject } from './list-rejects.ts';

/** Up to this share of bad rows a file is imported, when nothing else is set. */
export const DEFAULT_BAD_SHARE = 0.1;

/** Fewer bad rows than this are too many only when all rows are bad. */
const LEAST = 10;
const COMMONEST = 3;
/** Reasons that are told apart; a file of any size has a few dozen. */
const DIFFERENT = 1_000;

interface RowCounts {
  readonly read: number;
  readonly rejected: number;
}

interface ListedRowCounts extends RowCounts {
  /** Of the rejected rows, those whose reasons were counted. */
  readonly listed: number;
}

/** Counts the bad rows of one file by their reason, without the values in them. */
export class BadRows {
  readonly #counts = new Map<string, number>();

  add({ reason }: Pick<Reject, 'reason'>): void {
    const kind = kindOf(reason);
    if (!this.#counts.has(kind) && this.#counts.size >= DIFFERENT) return;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  /** The three commonest reasons, the commonest first. */
  commonest(): string[] {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return sorted
      .slice(0, COMMONEST)
      .map(([reason, rows]) => `${reason} (${rows} rows)`.replace('(1 rows)', '(1 row)'));
  }
}

/**
 * Whether a file is too bad to be imported: at least ten rows and more than a share of all are bad, or every row is.
 *
 * @param share 0 to 1; 1: none is
 * @param isAddition the rows were added to a file that was read before, so a few bad ones are not all of it
 */
export function isTooBad({ read, rejected }: RowCounts, share: number, isAddition = false): boolean {
  if (rejected === 0 || share >= 1) return false;
  return (rejected === read && !isAddition) || (rejected >= LEAST && rejected > share * read);
}

/** What is said of a file that is too bad. */
export function tooBad(
  label: string,
  { read, rejected, listed }: ListedRowCounts,
  share: number,
  reasons: readonly string[],
): UserError {
  const allowed = `${Number((100 * share).toPrecision(6))} %`;
  const limit = rejected === read ? 'every row is bad' : `more than ${allowed} are bad`;
  return invalid(
    `${label}: ${rejected} of ${read} rows are bad (${limit}), so nothing was imported. The commonest reasons${listed < rejected ? ` among the first ${listed}` : ''}: ` +
      `${reasons.join('; ')}. To import it anyway, allow a larger share of bad rows: --max-bad-share, MAX_BAD_SHARE or max_bad_share`,
  );
}

/** A reason without the value in it, so that equal faults count together. */
function kindOf(reason: string): string {
  return reason
    .replace(/^(\w+) ".*?"(?= (?:is|lies|has|holds|was|must|looks|cannot|comes)\b)/su, '$1 "…"')
    .replace(/^has \d+ fields?(?=,)/, 'has another number of fields');
}
