import { invalid, UserError } from '../../lib/errors.ts';
import { LABEL_KEY_LENGTH, labelKeyFlaw, MAX_LABELS } from '../../lib/store-fields.ts';
import { alternatives, trimmed } from '../../lib/text.ts';
import type { Feed, FeedColumn } from './feed.ts';
import { FEEDS, type KnownFeed } from './registry.ts';

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
  /** The columns of labels, in a feed that takes them. */
  readonly labels: readonly LabelColumn[];
}

/** A column `label:city`. */
export interface LabelColumn {
  /** The key of the label. */
  readonly key: string;
  /** The position of the column, from 0. */
  readonly position: number;
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
  checkColumns(feed, header, label);
  const positions = positionsOf(feed, header);
  const labels = labelColumns(feed, header, label);
  return { delimiter, lineEnd: lineEndOf(head), skip: above + 1, width: header.length, positions, labels };
}

function lineEndOf(head: string): LineEnd {
  const end = /\r\n|\n|\r/.exec(head)?.[0];
  if (end === '\r') return 'cr';
  return end === '\r\n' ? 'crlf' : 'lf';
}

/**
 * @param header the names of the file's columns
 * @throws UserError `invalid_input` when one of the feed's columns is missing or duplicate
 */
export function checkColumns(feed: Feed, header: readonly string[], label: string): void {
  const missing = missingColumns(feed, header);
  if (missing !== undefined) {
    const lacks = `${label} has no ${missing}; a ${feed.title} file needs ${columnNames(feed)}`;
    throw new UserError('invalid_input', `${lacks}, its header has ${printable(header)}${hint(feed, header)}`, {
      withoutContent: lacks + hint(feed, header),
    });
  }
  const twice = feed.columns.find((column) => header.filter((name) => isNamed(column, name)).length > 1);
  if (twice !== undefined) throw invalid(`${label} has the column "${twice.headers[0]}" more than once`);
  const given = eitherNames(feed).filter((name) => header.some((text) => text.toLowerCase() === name));
  if (given.length > 1) throw invalid(`${label} has the columns ${given.join(' and ')}, expected one of them`);
}

/**
 * The columns of labels, in a feed that takes them.
 *
 * @throws UserError `invalid_input` when one has an invalid key or is duplicate, or when there are too many
 */
export function labelColumns(feed: Feed, header: readonly string[], label: string): LabelColumn[] {
  if (feed.takesLabels !== true) return [];
  const columns = header.flatMap((name, position) =>
    isLabel(name) ? [{ key: trimmed(name.slice(LABEL_PREFIX.length)), position }] : [],
  );
  if (columns.length > MAX_LABELS) {
    throw invalid(`${label} has ${columns.length} columns of labels; a store has at most ${MAX_LABELS} labels`);
  }
  const seen = new Set<string>();
  for (const { key } of columns) {
    const flaw = labelKeyFlaw(key);
    if (flaw !== undefined) {
      const column = `${LABEL_PREFIX}${key.slice(0, LABEL_KEY_LENGTH)}`;
      throw invalid(`${label} has the column "${printable([column])}", whose label ${flaw}`);
    }
    // SQL compares the names of columns without case.
    if (seen.has(key.toLowerCase())) throw invalid(`${label} has the column "${LABEL_PREFIX}${key}" more than once`);
    seen.add(key.toLowerCase());
  }
  return columns;
}

export function columnNames(feed: Feed): string {
  const required = requiredColumns(feed).map(({ headers }) => headers[0]);
  if (feed.either !== undefined) return `the columns ${required.join(', ')}, and ${alternatives(eitherNames(feed))}`;
  if (feed.needsOptional !== true) return `the columns ${required.join(', ')}`;
  return `the column ${required.join(', ')} and one of ${optionalNames(feed).join(', ')}`;
}

function optionalNames({ columns, takesLabels }: Feed): string[] {
  const names = columns.filter(({ optional }) => optional === true).map(({ headers }) => String(headers[0]));
  return takesLabels === true ? [...names, `${LABEL_PREFIX}…`] : names;
}

/** The names in headers of the columns of which a file has one. */
function eitherNames({ either = [] }: Feed): readonly string[] {
  return either;
}

/** The columns that a header lacks, in words; `undefined`: none. */
function missingColumns(feed: Feed, header: readonly string[]): string | undefined {
  const missing = requiredColumns(feed).filter((column) => !header.some((name) => isNamed(column, name)));
  if (missing.length > 0) {
    const names = missing.map(({ headers }) => `"${headers[0]}"`);
    return `${names.length > 1 ? 'columns' : 'column'} ${names.join(', ')}`;
  }
  const either = eitherNames(feed);
  if (either.length > 0 && !header.some((name) => either.includes(name.toLowerCase()))) {
    return `column ${alternatives(either.map((name) => `"${name}"`))}`;
  }
  if (feed.needsOptional !== true || foundColumns(feed, header) > requiredColumns(feed).length) return undefined;
  return `column ${alternatives(optionalNames(feed).map((name) => `"${name}"`))}`;
}

function requiredColumns({ columns }: Feed): FeedColumn[] {
  return columns.filter(({ optional }) => optional !== true);
}

/** How many columns of a header belong to the feed. */
function foundColumns(feed: Feed, header: readonly string[]): number {
  const labels = feed.takesLabels === true ? header.filter(isLabel).length : 0;
  return positionsOf(feed, header).filter((position) => position >= 0).length + labels;
}

const LABEL_PREFIX = 'label:';

function isLabel(name: string): boolean {
  return name.slice(0, LABEL_PREFIX.length).toLowerCase() === LABEL_PREFIX;
}

function isNamed({ headers }: FeedColumn, name: string): boolean {
  return headers.includes(name.toLowerCase());
}

/** The delimiter that finds the most columns of the feed. */
function delimiterOf(feed: Feed, line: string): string {
  const found = DELIMITERS.map((delimiter) => foundColumns(feed, headerFields(line, delimiter)));
  return DELIMITERS[found.indexOf(Math.max(...found))] ?? ',';
}

/** Quotes protect a delimiter within a name, and are dropped; within quotes, two of them are one. */
function headerFields(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  const text = `${line}${delimiter}`;
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quoted && char === '"' && text[i + 1] === '"') {
      field += char;
      i++;
    } else if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) {
      fields.push(trimmed(field));
      field = '';
    } else field += char;
  }
  return quoted ? line.split(delimiter).map(trimmed) : fields;
}

function positionsOf(feed: Feed, header: readonly string[]): number[] {
  return feed.columns.map((column) => header.findIndex((name) => isNamed(column, name)));
}

/** The header of a file that is not CSV may contain anything. */
function printable(header: readonly string[]): string {
  return header.slice(0, 20).join(', ').slice(0, 300).replace(/\p{C}/gu, '?');
}

/** Files are easily swapped on the command line. Of the feeds that a header fits, the one with the most columns in it. */
function hint(feed: Feed, header: readonly string[]): string {
  let fits: KnownFeed | undefined;
  for (const other of FEEDS as readonly KnownFeed[]) {
    if (other.name === feed.name || missingColumns(other, header) !== undefined) continue;
    const [found, most] = [foundColumns(other, header), fits === undefined ? 0 : foundColumns(fits, header)];
    if (found > most || (found === most && other.needsOptional !== true)) fits = other;
  }
  return fits === undefined ? '' : ` (that is a ${fits.title} file)`;
}
