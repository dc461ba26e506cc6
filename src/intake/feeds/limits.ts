import type { Budgets } from '../../lib/budgets.ts';
import { invalid } from '../../lib/errors.ts';

/** Limits on reading a feed file. `Infinity`: no limit. */
export interface FeedLimits {
  /** Rows of one file. */
  readonly rows: number;
  /** Bytes of the text in a compressed file … */
  readonly unpackedBytes: number;
  /** … and for each byte of the file. */
  readonly unpackedPerByte: number;
  /** Different time zones of one file. */
  readonly zones: number;
  /** Bad rows that are listed with their reasons; the others are only counted. */
  readonly rejects: number;
  /** Bytes of text of bad rows and reasons, likewise. */
  readonly rejectBytes: number;
}

/** For files named on the command line: the operator chose them. */
export const NO_LIMITS: FeedLimits = {
  rows: Number.POSITIVE_INFINITY,
  unpackedBytes: Number.POSITIVE_INFINITY,
  unpackedPerByte: Number.POSITIVE_INFINITY,
  zones: Number.POSITIVE_INFINITY,
  rejects: Number.POSITIVE_INFINITY,
  rejectBytes: Number.POSITIVE_INFINITY,
};

/** Feeds compress to about a tenth of their size; small ones may compress much better. */
const UNPACKED_PER_BYTE = 20;
/** Text of this size is cheap to read, however it is compressed. */
const SMALL_TEXT = 16 * 1024 ** 2;
/** IANA has about 600 names; the rest is for other spellings of them. */
const DIFFERENT_ZONES = 5_000;
const REJECT_BYTES = 32 * 1024 ** 2;

/** For uploads and synced sources. */
export function limitsWithin({ importRows, unpackedBytes, rejects }: Budgets): FeedLimits {
  return {
    ...{ rows: importRows, unpackedBytes, unpackedPerByte: UNPACKED_PER_BYTE },
    ...{ zones: DIFFERENT_ZONES, rejects, rejectBytes: REJECT_BYTES },
  };
}

/**
 * Every row of a feed names a store, so the ids alone take more space than this, even if most of them are equal;
 * without this limit, a Parquet file of two kilobytes can contain a hundred million rows.
 */
const PARQUET_ROWS_PER_BYTE = 100;
/** Files with at most this many rows are cheap to read. */
const FEW_ROWS = 100_000;

/** @throws UserError `invalid_input` when a file has more rows than the limit */
export function checkRows(label: string, rows: number, { rows: limit }: FeedLimits): void {
  if (rows > limit) throw invalid(`${label} has ${rows} rows, more than the limit of ${limit}; split it`);
}

/** @throws UserError `invalid_input` when a Parquet file claims more rows than its size allows */
export function checkParquetRows(label: string, rows: number, bytes: number, limits: FeedLimits): void {
  checkRows(label, rows, limits);
  if (limits.rows === Number.POSITIVE_INFINITY || rows <= Math.max(FEW_ROWS, bytes * PARQUET_ROWS_PER_BYTE)) return;
  throw invalid(
    `${label} claims ${rows} rows in ${bytes} bytes, more than the limit of ${PARQUET_ROWS_PER_BYTE} rows per byte`,
  );
}

/**
 * @param packed the size of the file, bytes
 * @throws UserError `invalid_input` when the text of a compressed file exceeds the limit
 */
export function checkUnpacked(label: string, packed: number, bytes: number, limits: FeedLimits): void {
  const limit = Math.min(limits.unpackedBytes, Math.max(SMALL_TEXT, packed * limits.unpackedPerByte));
  if (bytes > limit) throw invalid(`${label} unpacks to more than the limit of ${limit} bytes; split it`);
}

/** @throws UserError `invalid_input` when a file has more different time zones than the limit */
export function checkZones(label: string, zones: number, { zones: limit }: FeedLimits): void {
  if (zones > limit) throw invalid(`${label} has more than ${limit} different time zones; IANA has about 600`);
}
