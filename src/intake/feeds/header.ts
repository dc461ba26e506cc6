import { invalid, UserError } from '../../lib/errors.ts';
import { trimmed } from '../../lib/text.ts';
import type { Feed, FeedColumn } from './feed.ts';
import { FEEDS } from './registry.ts';

/** How the first line of a file ends. */
export type LineEnd = 'lf' | 'crlf' | 'cr';

/** How the rows of a CSV file are laid out. */
export interface Layout {
  readonly delimiter: string;
  readonly lineEnd: LineEnd;
  /** The number of lines before the first row: the header and blank lines above it. */
  readonly skip: number;
  /** The number of fields that each row must have. */
  readonly width: number;
  /** The position of each of the feed's columns, from 0; −1: the file lacks it. */
  readonly positions: readonly number[];
}

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * Reads the header in the first lines of a CSV file.
 *
 * @throws UserError `invalid_input` when there is none or it lacks a column
 */
export function readHeader(feed: Feed, head: string, label: string): Layout {
  const lines = head.split(/\r\n|\n|\r/);
  const above = lines.findIndex((line) => trimmed(line) !== '');
  const line = lines[above];
  if (line === undefined) throw invalid(`${label} has only blank lines; expected a header with ${columnNames(feed)}`);
  const delimiter = delimiterOf(feed, line);
  const header = headerFields(line, delimiter);
  const positions = positionsOf(feed, header);
  checkColumns(feed, header, label);
  return { delimiter, lineEnd: lineEndOf(head), skip: above + 1, width: header.length, positions };
}

function lineEndOf(head: string): LineEnd {
  const end = /\r\n|\n|\r/.exec(head)?.[0];
  if (end === '\r') return 'cr';
  return end === '\r\n' ? 'crlf' : 'lf';
}

/**
 * @param header the names of the file's columns, in lower case
 * @throws UserError `invalid_input` when one of the feed's columns is missing or duplicate
 */
export function checkColumns(feed: Feed, header: readonly string[], label: string): void {
  const missing = requiredColumns(feed).filter(({ headers }) => !header.some((name) => headers.includes(name)));
  if (missing.length > 0) {
    const lacks =
      `${label} has no column ${missing.map((column) => `"${column.headers[0]}"`).join(', ')}; ` +
      `a ${feed.title} file needs ${columnNames(feed)}`;
    throw new UserError('invalid_input', `${lacks}, its header has ${printable(header)}${hint(feed, header)}`, {
      withoutContent: lacks + hint(feed, header),
    });
  }
  const twice = feed.columns.find(({ headers }) => header.filter((name) => headers.includes(name)).length > 1);
  if (twice !== undefined) throw invalid(`${label} has the column "${twice.headers[0]}" more than once`);
}

export function columnNames(feed: Feed): string {
  return `the columns ${requiredColumns(feed)
    .map((column) => column.headers[0])
    .join(', ')}`;
}

function requiredColumns(feed: Feed): FeedColumn[] {
  return feed.columns.filter(({ optional }) => optional !== true);
}

/** The delimiter that finds the most columns of the feed. */
function delimiterOf(feed: Feed, line: string): string {
  const found = DELIMITERS.map(
    (delimiter) => positionsOf(feed, headerFields(line, delimiter)).filter((position) => position >= 0).length,
  );
  return DELIMITERS[found.indexOf(Math.max(...found))] ?? ',';
}

/** Quotes protect a delimiter within a name, and are dropped. */
function headerFields(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (const char of `${line}${delimiter}`) {
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) {
      fields.push(trimmed(field).toLowerCase());
      field = '';
    } else field += char;
  }
  return quoted ? line.split(delimiter).map((text) => trimmed(text).toLowerCase()) : fields;
}

function positionsOf(feed: Feed, header: readonly string[]): number[] {
  return feed.columns.map((column) => header.findIndex((name) => column.headers.includes(name)));
}

/** The header of a file that is not CSV may contain anything. */
function printable(header: readonly string[]): string {
  return header.slice(0, 20).join(', ').slice(0, 300).replace(/\p{C}/gu, '?');
}

/** Files are easily swapped on the command line. */
function hint(feed: Feed, header: readonly string[]): string {
  const fits = FEEDS.find(
    (other) =>
      other.name !== feed.name &&
      requiredColumns(other).every(({ headers }) => headers.some((column) => header.includes(column))),
  );
  return fits === undefined ? '' : ` (that is a ${fits.title} file: ${fits.option})`;
}
