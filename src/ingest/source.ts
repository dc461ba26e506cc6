import { createWriteStream } from 'node:fs';
import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, gunzipSync } from 'node:zlib';
import { glob } from 'tinyglobby';
import { invalid, messageOf, UserError } from '../errors.ts';
import { FEED_NAMES, FEEDS, type Feed } from './feeds.ts';

/** A file that holds a feed, looked at but not yet read. */
export interface Source {
  readonly feed: Feed;
  /** Where it lies. */
  readonly path: string;
  /** What the user calls it. */
  readonly label: string;
  readonly bytes: number;
  readonly format: CsvFormat | ParquetFormat;
}

export interface CsvFormat {
  readonly kind: 'csv';
  readonly gzip: boolean;
  readonly delimiter: string;
  /** How many lines stand before the first row: the header and blank ones above it. */
  readonly skip: number;
  /** The number of fields that each row must have. */
  readonly width: number;
  /** Where each of the feed's columns stands, counted from 0. */
  readonly positions: readonly number[];
}

export interface ParquetFormat {
  readonly kind: 'parquet';
}

const EXPECTED = 'expected CSV, gzipped CSV or Parquet';
const PEEK_BYTES = 256 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The files that a name on the command line means: a file, the feed files of a folder, or those that match a
 * pattern; in the order of their names.
 *
 * @throws UserError `invalid_input` when there is none
 */
export async function filesOf(name: string): Promise<string[]> {
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) {
    const entries = (await readdir(name)).filter((entry) => /\.(csv|csv\.gz|parquet)$/i.test(entry)).sort();
    if (entries.length === 0) throw invalid(`the folder ${name} holds no .csv, .csv.gz or .parquet file`);
    return entries.map((entry) => join(name, entry));
  }
  if (found !== undefined) return [name];
  if (/[*?[\]{}]/.test(name)) {
    const matches = (await glob(name, { expandDirectories: false })).sort();
    if (matches.length > 0) return matches;
    throw invalid(`no file matches ${name}`);
  }
  throw invalid(`there is no file ${name}`);
}

/** Spools a stream, such as standard input, to a temporary file; `remove` takes it away again. */
export async function spool(input: Readable): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'restaurant-monitor-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'input');
  try {
    await pipeline(input, createWriteStream(path));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, remove };
}

/**
 * Looks at the head of a file: its kind, and for CSV its header.
 *
 * @throws UserError `invalid_input` when it is empty, no feed file at all, or lacks a column
 */
export async function inspect(feed: Feed, path: string, label = basename(path)): Promise<Source> {
  const { head, bytes } = await peek(path, label);
  if (bytes === 0) throw invalid(`${label} is empty; ${EXPECTED} with ${columnNames(feed)}`);
  if (startsWith(head, 'PAR1')) return { feed, path, label, bytes, format: { kind: 'parquet' } };
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const text = gzip ? gunzipHead(head, label) : head;
  const kind = foreignKind(text);
  if (kind !== undefined) throw invalid(`${label} is ${kind}; ${EXPECTED}`);
  return { feed, path, label, bytes, format: { kind: 'csv', gzip, ...readHeader(feed, text, label) } };
}

async function peek(path: string, label: string): Promise<{ head: Buffer; bytes: number }> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
      return { head: buffer.subarray(0, bytesRead), bytes: size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UserError('invalid_input', `${label} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function startsWith(bytes: Buffer, magic: string): boolean {
  return bytes.subarray(0, magic.length).toString('latin1') === magic;
}

function gunzipHead(head: Buffer, label: string): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw invalid(`${label} is no sound gzip file: ${messageOf(error)}`);
  }
}

function foreignKind(text: Buffer): string | undefined {
  if (text.length === 0) return 'an empty file, compressed';
  if (startsWith(text, 'PK\x03\x04')) return 'a ZIP archive or a spreadsheet';
  if (startsWith(text, '\xff\xfe') || startsWith(text, '\xfe\xff')) return 'UTF-16 text, not UTF-8';
  if (startsWith(text, 'PAR1')) return 'a compressed Parquet file';
  if (text.includes(0)) return 'a binary file';
  return undefined;
}

function readHeader(feed: Feed, head: Buffer, label: string): Omit<CsvFormat, 'kind' | 'gzip'> {
  const lines = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/);
  const above = lines.findIndex((line) => line.trim() !== '');
  if (above < 0) throw invalid(`${label} holds blank lines only; expected a header with ${columnNames(feed)}`);
  const line = lines[above] as string;
  const delimiter = DELIMITERS.find((candidate) => positionsOf(feed, headerFields(line, candidate)).includes(0)) ?? ',';
  const header = headerFields(line, delimiter);
  const positions = positionsOf(feed, header);
  const missing = feed.columns.filter((_, i) => (positions[i] as number) < 0);
  if (missing.length > 0) {
    throw invalid(
      `${label} has no column ${missing.map((column) => `"${column.headers[0]}"`).join(', ')}; ` +
        `a ${feed.title} file needs ${columnNames(feed)}, its header has ${header.slice(0, 20).join(', ').slice(0, 300)}` +
        hint(feed, header),
    );
  }
  const twice = feed.columns.find((column) => header.filter((name) => column.headers.includes(name)).length > 1);
  if (twice !== undefined) throw invalid(`${label} has the column "${twice.headers[0]}" more than once`);
  return { delimiter, skip: above + 1, width: header.length, positions };
}

function headerFields(line: string, delimiter: string): string[] {
  return line.split(delimiter).map((field) =>
    field
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );
}

function positionsOf(feed: Feed, header: readonly string[]): number[] {
  return feed.columns.map((column) => header.findIndex((name) => column.headers.includes(name)));
}

function columnNames(feed: Feed): string {
  return `the columns ${feed.columns.map((column) => column.headers[0]).join(', ')}`;
}

/** Files are easily swapped on the command line. */
function hint(feed: Feed, header: readonly string[]): string {
  const fits = FEED_NAMES.find((name) => name !== feed.name && !positionsOf(FEEDS[name], header).includes(-1));
  return fits === undefined ? '' : ` (that is a ${FEEDS[fits].title} file: --${fits === 'zones' ? 'timezones' : fits})`;
}
