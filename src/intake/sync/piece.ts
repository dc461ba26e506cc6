import { Readable, Transform, type TransformCallback } from 'node:stream';
import { createReadStream, open } from '../../lib/world/files.ts';
import { FEEDS, type FeedName } from '../feeds/feeds.ts';
import { inspect, type Source } from '../feeds/source.ts';
import { spool } from '../feeds/spool.ts';
import type { Mark, ReadSoFar } from './mark.ts';
import { type Extract, lastLineEnd, printsOf } from './prints.ts';

/** What is to be imported of a source this time. */
export interface Piece {
  readonly source: Source;
  /** Bytes that are read. */
  readonly bytes: number;
  /** To be added to the lines of rejects, which count from the piece's beginning. */
  readonly linesBefore: number;
  /** It was added to what was read before. */
  readonly isAddition: boolean;
  /** How far the source is read then; `undefined`: it is to be read whole every time. */
  readonly read: ReadSoFar | undefined;
  remove(): Promise<void>;
}

export interface PieceOptions {
  readonly feed: FeedName;
  /** What the user calls the source. */
  readonly label: string;
  readonly mark: Mark | undefined;
  /** Nobody writes it any more, as it seems: a last line without an end is whole. */
  readonly atRest: boolean;
}

/** Other text before the header, and the header, are within so many bytes. */
const HEAD = 256 * 1024;
const CHUNK = 1024 * 1024;
const LF = 10;

/** The source was changed while it was read; the next attempt will see it at rest. */
export class ChangedMeanwhile extends Error {
  constructor(label: string) {
    super(`${label} was changed while it was read`);
    this.name = 'ChangedMeanwhile';
  }
}

/** What a look at a source found. */
export interface Found {
  /** `undefined`: there is nothing new. */
  readonly piece: Piece | undefined;
  /** A last line is still being written, as it seems. */
  readonly unended: boolean;
}

const NOTHING: Found = { piece: undefined, unended: false };

/**
 * What is new in a source. Of polls in plain CSV that is what was added to the lines that were read before, if these
 * are still what they were; a last line that is still being written waits. Every other source is read whole: weeks and
 * zones replace one another store by store, and what is compressed has no lines.
 *
 * @throws UserError `invalid_input` when it is not what it claims to be
 */
export async function findNew(extract: Extract, options: PieceOptions): Promise<Found> {
  const { feed, label, mark, atRest } = options;
  const before = feed === 'polls' ? await stillThere(extract, mark?.read) : undefined;
  if (before !== undefined) return findAdded(extract, options, before);
  // A file that was emptied just now, or a header that is still being written.
  if (extract.size === 0) return NOTHING;
  if (feed === 'polls' && !atRest && !(await headOf(extract.path)).includes('\n')) return { ...NOTHING, unended: true };
  const source = await inspect(FEEDS[feed], extract.path, label);
  if (feed !== 'polls' || source.format.kind !== 'csv' || source.format.gzip || source.format.lineEnd === 'cr') {
    const whole = {
      source,
      bytes: extract.size,
      linesBefore: 0,
      isAddition: false,
      read: undefined,
      remove: async () => {},
    };
    return { piece: whole, unended: false };
  }
  const header = await firstLines(extract.path, source.format.skip);
  return findAdded(extract, options, { bytes: 0, lines: 0, header, prints: { head: '', tail: '' } });
}

/** What was read before, if a source still begins with it. */
export async function stillThere(extract: Extract, before: ReadSoFar | undefined): Promise<ReadSoFar | undefined> {
  if (before === undefined || before.bytes > extract.size) return undefined;
  const head = extract.start > 0 ? before.prints.head : undefined;
  const { head: headNow, tail } = await printsOf(extract, before.bytes, head);
  return headNow === before.prints.head && tail === before.prints.tail ? before : undefined;
}

async function findAdded(extract: Extract, options: PieceOptions, before: ReadSoFar): Promise<Found> {
  const ended = await lastLineEnd(extract, before.bytes, extract.size);
  const end = options.atRest ? extract.size : ended;
  const unended = end < extract.size;
  if (end === before.bytes) return { piece: undefined, unended };
  return { piece: await addedPiece(extract, options, before, { ended, end }), unended };
}

/** @param to up to where the piece goes (`end`), and where its last whole line ends (`ended`) */
async function addedPiece(
  extract: Extract,
  { feed, label }: PieceOptions,
  before: ReadSoFar,
  { ended, end }: { readonly ended: number; readonly end: number },
): Promise<Piece> {
  const first = before.bytes === 0;
  const head = extract.start > 0 ? before.prints.head : undefined;
  const prints = await printsOf(extract, ended, head);
  const lines = new LineCounter();
  const copy = await spool(Readable.from(contents(extract, before, end)), lines);
  try {
    const again = await printsOf(extract, ended, head);
    const bytes = end - before.bytes + (first ? 0 : Buffer.byteLength(before.header));
    if (lines.bytes !== bytes || again.head !== prints.head || again.tail !== prints.tail) {
      throw new ChangedMeanwhile(label);
    }
    const inHeader = first ? 0 : before.header.split('\n').length - 1;
    return {
      source: await inspect(FEEDS[feed], copy.path, label),
      bytes: end - before.bytes,
      linesBefore: before.lines - inHeader,
      isAddition: !first,
      read: { bytes: ended, lines: before.lines + lines.ends - inHeader, header: before.header, prints },
      remove: copy.remove,
    };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/** Counts what passes through. */
class LineCounter extends Transform {
  bytes = 0;
  ends = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    for (let i = chunk.indexOf(LF); i >= 0; i = chunk.indexOf(LF, i + 1)) this.ends++;
    done(null, chunk);
  }
}

/** The header, where the piece does not begin with it, and the bytes from what was read before up to `end`. */
async function* contents({ path, start }: Extract, before: ReadSoFar, end: number): AsyncGenerator<Buffer> {
  if (before.bytes > 0) yield Buffer.from(before.header);
  yield* createReadStream(path, { start: before.bytes - start, end: end - start - 1, highWaterMark: CHUNK });
}

async function firstLines(path: string, count: number): Promise<string> {
  const head = (await headOf(path)).toString('utf8');
  let end = 0;
  for (let i = 0; i < count; i++) end = head.indexOf('\n', end) + 1;
  return end > 0 ? head.slice(0, end) : `${head}\n`;
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
