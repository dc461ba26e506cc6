import type { FigureKind } from '../domain/figures.ts';
import type { EstimatorName } from '../domain/markov/estimator.ts';
import { WINDOW_NAMES, type WindowName } from '../domain/window.ts';

/** Everything that a result holds: the figures of a report as named columns, with a row for each store. */
export interface ReportFigures {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  /** Sorted by UTF-16 code unit. */
  readonly ids: readonly string[];
  /**
   * By the names of `FigureColumns`. `first_poll` is NaN unless it lies in the longest window. It and the covered times are
   * missing in results of earlier versions. Readers ignore unknown names.
   */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

export function columnOf({ columns }: ReportFigures, kind: FigureKind, window: WindowName): Float64Array {
  return columns.get(`${kind}_${window}`) as Float64Array;
}

/** The covered time of each row; `undefined`: an earlier version computed the result. */
export function coveredIn({ columns }: ReportFigures, window: WindowName): Float64Array | undefined {
  return columns.get(`covered_${window}`);
}

export function pollsCounted({ columns }: ReportFigures): Float64Array {
  return columns.get('polls_counted') as Float64Array;
}

/**
 * The instant of the first poll ever of the store in a row, if that lies in the longest window; `undefined`: it was
 * polled before, or never.
 */
export function firstPollIn({ columns }: ReportFigures): (row: number) => number | undefined {
  const instants = columns.get('first_poll');
  return (row) => {
    const instant = instants?.[row] ?? Number.NaN;
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
 * Encodes the figures as a file: magic, two lengths (32 bits, little-endian as all numbers), a JSON header, the ids as a
 * JSON array, blanks up to a multiple of eight, then the columns as doubles, one after the other.
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
 * Decodes a file of `encodeFigures`. The columns are views of `bytes` if alignment allows.
 *
 * Returns `undefined` if the file is damaged, or of an incompatible version.
 */
export function decodeFigures(bytes: Uint8Array): ReportFigures | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREFIX || buffer.toString('latin1', 0, 8) !== MAGIC) return undefined;
  const headEnd = PREFIX + buffer.readUInt32LE(8);
  const namesEnd = headEnd + buffer.readUInt32LE(12);
  const start = Math.ceil(namesEnd / 8) * 8;
  if (start > buffer.length) return undefined;
  const header = parse(buffer.toString('utf8', PREFIX, headEnd)) as Header | undefined | null;
  const ids = parse(buffer.toString('utf8', headEnd, namesEnd));
  if (!Array.isArray(header?.columns) || !Array.isArray(ids)) return undefined;
  const { asOf, estimator, columns: names } = header;
  if (buffer.length !== start + names.length * ids.length * 8) return undefined;
  const whole = (bytes.byteOffset + start) % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const columns = new Map(
    names.map((name, i) => [
      name,
      new Float64Array(whole.buffer, whole.byteOffset + start + i * ids.length * 8, ids.length),
    ]),
  );
  if (!REQUIRED.every((name) => columns.has(name))) return undefined;
  return { asOf, estimator, ids, columns };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
