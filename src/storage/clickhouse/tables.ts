import type { View } from './ledger.ts';
import type { NativeColumn } from './native.ts';

/** The table of polls. */
export const POLLS = 'polls_local';

/**
 * The columns of a row. A poll has a row for each time that it was written or deleted; the one with the highest revision
 * counts. `change` says by how many a row changed the number of polls: 1 added one, 0 replaced one, −1 deleted one.
 */
export const POLL_COLUMNS = [
  { name: 'k', type: 'Int32' },
  { name: 't', type: 'Int64' },
  { name: 'active', type: 'UInt8' },
  { name: 'reason', type: 'String' },
  { name: 'change', type: 'Int8' },
  { name: 'rev', type: 'UInt64' },
] as const satisfies readonly NativeColumn[];

/** A condition for the rows that a view has. */
export function visible({ after, upTo, without }: View): string {
  const withdrawn = without.length === 0 ? '' : ` and rev not in (${without.join(', ')})`;
  return `rev > ${after} and rev <= ${upTo}${withdrawn}`;
}

const WEEK = 604_800_000;
/** The Monday with which the partitions begin to count, milliseconds before 1970. */
const PARTITION_ZERO = 120_960_259_200_000;

/** The partition of an instant, as the table names it. */
export function partitionOf(instant: number): number {
  return Math.floor((instant + PARTITION_ZERO) / WEEK);
}
