import { basename, dirname, isAbsolute, join } from 'node:path';
import { glob } from 'tinyglobby';
import { invalid, systemReason, UserError } from '../../lib/errors.ts';
import { open, readdir, stat } from '../../lib/world/files.ts';
import { gunzipHead } from './gzip.ts';
import { columnNames, type Layout, readHeader } from './header.ts';
import type { KnownFeed } from './registry.ts';

/** A file of a feed whose head was inspected. */
export interface Source {
  readonly feed: KnownFeed;
  /** Its path. */
  readonly path: string;
  /** Its name in messages. */
  readonly label: string;
  readonly bytes: number;
  readonly format: CsvFormat | ParquetFormat;
}

export interface CsvFormat extends Layout {
  readonly kind: 'csv';
  readonly gzip: boolean;
}

export interface ParquetFormat {
  readonly kind: 'parquet';
}

const EXPECTED = 'expected CSV, gzipped CSV or Parquet';
const PEEK_BYTES = 256 * 1024;

/** Other kinds of files that people pass by mistake, by their first bytes. */
const FOREIGN: readonly (readonly [magic: string, kind: string])[] = [
  ['PK\x03\x04', 'a ZIP archive or a spreadsheet'],
  ['\xff\xfe', 'UTF-16 text, not UTF-8'],
  ['\xfe\xff', 'UTF-16 text, not UTF-8'],
  ['PAR1', 'a compressed Parquet file'],
  ['\x28\xb5\x2f\xfd', 'compressed with Zstandard'],
  ['BZh', 'compressed with bzip2'],
  ['\xfd7zXZ', 'compressed with xz'],
];

/**
 * The files that an argument of the command line names: a file, the feed files of a folder, or the matches of a pattern;
 * sorted by name.
 *
 * @throws UserError `invalid_input` when there is none
 */
export async function filesOf(name: string): Promise<string[]> {
  let missing: unknown;
  const found = await stat(name).catch((error: unknown) => {
    missing = error;
  });
  if (found) return found.isDirectory() ? filesIn(name) : [name];
  if (/[*?[\]{}]/.test(name)) {
    const matches = (await glob(name, { expandDirectories: false, absolute: isAbsolute(name) })).sort();
    if (matches.length > 0) return matches;
    throw new UserError('invalid_input', `no file matches ${name}`, { cause: missing });
  }
  throw new UserError('invalid_input', `there is no file ${name}`, { cause: missing });
}

/** The folder of all files that an argument names: the folder itself, that of the file, or a pattern's fixed part. */
export async function rootOf(name: string): Promise<string> {
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return name;
  const fixed = found === undefined ? name.replace(/[^/\\]*[*?[\]{}].*$/s, '_') : name;
  return dirname(fixed);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw unreadable(folder, error);
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.(csv|csv\.gz|parquet)$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  if (files.length === 0) throw invalid(`the folder ${folder} has no .csv, .csv.gz or .parquet file`);
  return files.map((file) => join(folder, file));
}

/**
 * Inspects the head of a file: its format, and the header of a CSV file.
 *
 * @throws UserError `invalid_input` when it is empty, not a feed file, or lacks a column
 */
export async function inspect(feed: KnownFeed, path: string, label = basename(path)): Promise<Source> {
  const { head, bytes } = await peek(path, label);
  if (bytes === 0) throw invalid(`${label} is empty; ${EXPECTED} with ${columnNames(feed)}`);
  if (startsWith(head, 'PAR1')) return { feed, path, label, bytes, format: { kind: 'parquet' } };
  const gzip = startsWith(head, '\x1f\x8b');
  const text = gzip ? gunzipHead(head, bytes, label) : head;
  if (text.length === 0) throw invalid(`${label} is an empty file, compressed; ${EXPECTED}`);
  const foreign = FOREIGN.find(([magic]) => startsWith(text, magic))?.[1];
  if (foreign !== undefined) throw invalid(`${label} is ${foreign}; ${EXPECTED}`);
  return { feed, path, label, bytes, format: { kind: 'csv', gzip, ...layoutOf(feed, text, label) } };
}

/** A null character in a row makes it a bad row; in a file without a header, it means that the file is not text. */
function layoutOf(feed: KnownFeed, text: Buffer, label: string): Layout {
  try {
    return readHeader(feed, text.toString('utf8'), label);
  } catch (error) {
    throw text.includes(0) ? invalid(`${label} is a binary file; ${EXPECTED}`) : error;
  }
}

async function peek(path: string, label: string): Promise<{ head: Buffer; bytes: number }> {
  try {
    const found = await stat(path);
    // It is read twice, which a named pipe does not allow.
    if (!found.isFile()) throw invalid(`${label} is not a regular file; - reads standard input`);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
      return { head: buffer.subarray(0, bytesRead), bytes: found.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(label, error);
  }
}

/** Latin-1, so that each character of `magic` is one byte. */
function startsWith(bytes: Buffer, magic: string): boolean {
  return bytes.subarray(0, magic.length).toString('latin1') === magic;
}

function unreadable(name: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError('invalid_input', `${name} cannot be read: ${systemReason(error)}`, { cause: error });
}
