import { totalmem } from 'node:os';
import { type Budgets, DEFAULT_BUDGETS } from '../lib/budgets.ts';

/** Memory and disk limits of a DuckDB, and its other settings. */
export interface DuckdbLimits {
  /** Memory, bytes. Data beyond it goes to temporary files. */
  readonly memory: number;
  /** Temporary files, bytes. */
  readonly temporary: number;
  /**
   * The folders that its statements may read and write, besides its own; `undefined`: any file, for a database whose
   * statements use only files chosen by the operator.
   */
  readonly folders?: readonly string[] | undefined;
  /** Further settings of DuckDB, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * On a small machine DuckDB uses less by default. An import takes about 400 MB beside it, for a feed of any size:
 * together a gigabyte, or a quarter of the machine.
 */
const SHARE_OF_MACHINE = 0.15;

export function duckdbLimits({ duckdbMemory, duckdbTemporary }: Budgets): DuckdbLimits {
  const most = duckdbMemory === DEFAULT_BUDGETS.duckdbMemory ? Math.floor(totalmem() * SHARE_OF_MACHINE) : duckdbMemory;
  return { memory: Math.min(duckdbMemory, most), temporary: duckdbTemporary };
}

export const DEFAULT_DUCKDB_LIMITS = duckdbLimits(DEFAULT_BUDGETS);
