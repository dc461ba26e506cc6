import type { EstimatorName } from '../domain/markov/estimator.ts';
import { WINDOWS } from '../domain/window.ts';
import { UserError } from '../lib/errors.ts';
import type { Report } from './compute.ts';

/** The windows as column names have them, in the order of `WINDOWS`. */
export const WINDOW_NAMES = ['hour', 'day', 'week'] as const;
export type WindowName = (typeof WINDOW_NAMES)[number];
export type FigureKind = 'up' | 'down' | 'open';
/** How sure a result is, where that was computed: the ends of the range, the longest time without a poll, polls. */
export type DetailKind = 'low' | 'high' | 'unpolled' | 'polls';

/** All that a result holds, exact: columns of one length with names, a row for each store. */
export interface ReportFigures {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  /** Sorted by UTF-16 code unit. */
  readonly ids: readonly string[];
  /**
   * `up_hour` … `open_week` in milliseconds (halves occur); `polls_counted`; `first_poll`, an instant, where that lies in
   * the longest window, else NaN (results of earlier versions have none); with details also `low_hour` …
   * `unpolled_week` in milliseconds and `polls_hour` …; readers ignore names they do not know.
   */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** The figures of a report, column by column. */
export function figuresOf(
  { asOf, ids, positions, figures, firstPolls, details }: Report,
  estimator: EstimatorName,
): ReportFigures {
  const columns = new Map<string, Float64Array>();
  const fill = (name: string, value: (position: number) => number) => {
    // Some 20 columns of a whole fleet: a loop takes a tenth of the time of `Float64Array.from`.
    const column = new Float64Array(positions.length);
    for (let i = 0; i < column.length; i++) column[i] = value(positions[i] as number);
    columns.set(name, column);
  };
  for (let w = 0; w < WINDOWS.length; w++) {
    fill(`up_${WINDOW_NAMES[w]}`, (at) => figures.up(at, w));
    fill(`down_${WINDOW_NAMES[w]}`, (at) => figures.down(at, w));
    fill(`open_${WINDOW_NAMES[w]}`, (at) => figures.open(at, w));
  }
  fill('polls_counted', (at) => figures.counted[at] as number);
  const weekBegan = asOf - Math.max(...WINDOWS);
  fill('first_poll', (at) => {
    const instant = firstPolls[at] as number;
    return instant >= weekBegan && instant <= asOf ? instant : Number.NaN;
  });
  if (details !== undefined) {
    for (let w = 0; w < WINDOWS.length; w++) {
      fill(`low_${WINDOW_NAMES[w]}`, (at) => details.low(at, w));
      fill(`high_${WINDOW_NAMES[w]}`, (at) => details.high(at, w));
      fill(`unpolled_${WINDOW_NAMES[w]}`, (at) => details.longestGap(at, w));
      fill(`polls_${WINDOW_NAMES[w]}`, (at) => details.polls(at, w));
    }
  }
  return { asOf, estimator, ids, columns };
}

export function columnOf({ columns }: ReportFigures, kind: FigureKind, window: WindowName): Float64Array {
  return columns.get(`${kind}_${window}`) as Float64Array;
}

/** `undefined`: it was not computed. */
export function detailOf({ columns }: ReportFigures, kind: DetailKind, window: WindowName): Float64Array | undefined {
  return columns.get(`${kind}_${window}`);
}

export function pollsCounted({ columns }: ReportFigures): Float64Array {
  return columns.get('polls_counted') as Float64Array;
}

/**
 * The instant of the first poll ever of the store at a place, where that lies in the longest window: what the result
 * says of the time before was not seen. `undefined`: it was polled before, or never.
 */
export function firstPollIn({ columns }: ReportFigures): (place: number) => number | undefined {
  const instants = columns.get('first_poll');
  return (place) => {
    const instant = instants?.[place] ?? Number.NaN;
    return Number.isNaN(instant) ? undefined : instant;
  };
}

const MAGIC = 'RMFIG001';
/** The magic, then the lengths of the two texts that follow: a header and the ids, both JSON. */
const PREFIX = 16;
const REQUIRED = [
  ...WINDOW_NAMES.flatMap((window) => ['up', 'down', 'open'].map((kind) => `${kind}_${window}`)),
  'polls_counted',
];

interface Header {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  readonly columns: readonly string[];
}

/**
 * The figures as a file: magic, two lengths (32 bits, little-endian as all numbers), a JSON header, the ids as a JSON
 * array, blanks up to a multiple of eight, then one column of doubles after the other.
 */
export function* encodeFigures({ asOf, estimator, ids, columns }: ReportFigures): Generator<Uint8Array> {
  const header: Header = { asOf, estimator, columns: [...columns.keys()] };
  const head = Buffer.from(JSON.stringify(header));
  const names = Buffer.from(JSON.stringify(ids));
  const prefix = Buffer.alloc(PREFIX);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32LE(head.length, 8);
  prefix.writeUInt32LE(names.length, 12);
  const blanks = Buffer.alloc(-(PREFIX + head.length + names.length) & 7, ' ');
  yield Buffer.concat([prefix, head, names, blanks]);
  for (const column of columns.values()) yield new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/**
 * Reads what `encodeFigures` wrote. The columns are views of `bytes` where they can be.
 *
 * @throws UserError `gone` when it is damaged, or of another version of the program
 */
export function decodeFigures(bytes: Uint8Array): ReportFigures {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREFIX || buffer.toString('latin1', 0, 8) !== MAGIC) throw unreadable();
  const headEnd = PREFIX + buffer.readUInt32LE(8);
  const namesEnd = headEnd + buffer.readUInt32LE(12);
  const start = Math.ceil(namesEnd / 8) * 8;
  if (start > buffer.length) throw unreadable();
  const { asOf, estimator, columns: names } = parse(buffer.toString('utf8', PREFIX, headEnd)) as Header;
  const ids = parse(buffer.toString('utf8', headEnd, namesEnd)) as string[];
  const width = ids.length * 8;
  if (buffer.length !== start + names.length * width) throw unreadable();
  const whole = (bytes.byteOffset + start) % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const columns = new Map(
    names.map((name, i) => [name, new Float64Array(whole.buffer, whole.byteOffset + start + i * width, ids.length)]),
  );
  if (!REQUIRED.every((name) => columns.has(name))) throw unreadable();
  return { asOf, estimator, ids, columns };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): UserError {
  return new UserError('gone', 'the figures of the report cannot be read any more: trigger a new one');
}
