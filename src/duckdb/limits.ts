import { totalmem } from 'node:os';
import { type Budgets, DEFAULT_BUDGETS } from '../lib/budgets.ts';

/** What one DuckDB may take of the machine. */
export interface DuckdbLimits {
  /** Memory, bytes. What does not fit goes to temporary files. */
  readonly memory: number;
  /** Temporary files, bytes. */
  readonly temporary: number;
  /**
   * The folders whose files its statements may read and write, beside the database's own; `undefined`: any file, for
   * a database whose statements name only files that the operator named.
   */
  readonly folders?: readonly string[] | undefined;
}

/**
 * Of a small machine DuckDB takes less, unless the operator says how much. While a feed is imported, a process takes
 * some 400 MB beside it, however large the feed: together a gigabyte, or a quarter of the machine.
 */
const SHARE_OF_MACHINE = 0.15;

export function duckdbLimits({ duckdbMemory, duckdbTemporary }: Budgets): DuckdbLimits {
  const most = duckdbMemory === DEFAULT_BUDGETS.duckdbMemory ? Math.floor(totalmem() * SHARE_OF_MACHINE) : duckdbMemory;
  return { memory: Math.min(duckdbMemory, most), temporary: duckdbTemporary };
}

export const DEFAULT_DUCKDB_LIMITS = duckdbLimits(DEFAULT_BUDGETS);
