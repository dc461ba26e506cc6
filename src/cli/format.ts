import { formatInstant } from '../calendar/instant.ts';
import type { MergeCounts } from '../storage/ports/import-session.ts';

const number = new Intl.NumberFormat('en-US');

export function formatCount(count: number): string {
  return number.format(count);
}

/** A number and what it counts: `1 store`, `2,000 stores`. */
export function formatCounted(count: number, one: string): string {
  return `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;
}

export function instantOr(instant: number | undefined, otherwise: string): string {
  return instant === undefined ? otherwise : formatInstant(instant);
}

type Rows = MergeCounts & { readonly read: number; readonly rejected: number; readonly setAside: number };

/** A summary of rows, such as `1,822,080 read, 1,822,079 added, 1 rejected`. */
export function tally(rows: Rows): string {
  const counts: [number, string][] = [
    [rows.added, 'added'],
    [rows.replaced, 'replaced'],
    [rows.alreadyThere, 'already there'],
    [rows.repeated, 'repeated in the file'],
    [rows.setAside, 'set aside'],
    [rows.rejected, 'rejected'],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `, ${formatCount(count)} ${what}`);
  return `${formatCount(rows.read)} read${parts.join('')}`;
}

/** The same counts under their names in the API. */
export function countsOf({ read, added, replaced, alreadyThere, repeated, setAside, rejected }: Rows) {
  return { read, added, replaced, already_there: alreadyThere, repeated, set_aside: setAside, rejected };
}
