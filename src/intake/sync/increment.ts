import { Readable, Transform, type TransformCallback } from 'node:stream';
import { createReadStream, open } from '../../lib/world/files.ts';
import { type FeedName, feedNamed } from '../feeds/registry.ts';
import { inspect, type Source } from '../feeds/source.ts';
import { spool } from '../feeds/spool.ts';
import type { Checkpoint, ReadSoFar } from './checkpoint.ts';
import { fingerprintsOf, type LocalContent, lastLineEnd } from './fingerprints.ts';

/** The part of a file or URL to import. */
export interface Increment {
  readonly source: Source;
  readonly bytes: number;
  /** To be added to the line numbers of rejects, which count from the start of the increment. */
  readonly linesBefore: number;
  /** `false`: it is the whole content. */
  readonly isAddition: boolean;
  /** How far the source is read after this increment; `undefined`: the next sync reads the whole file. */
  readonly read: ReadSoFar | undefined;
  remove(): Promise<void>;
}

export interface IncrementOptions {
  readonly feed: FeedName;
  /** The name of the source in messages. */
  readonly label: string;
  readonly checkpoint: Checkpoint | undefined;
  /** Whether the file seems complete, so that a last line without a line end is complete too. */
  readonly isIdle: boolean;
}

/** What precedes the header, and the header itself, must be within this many bytes. */
const HEAD = 256 * 1024;
const CHUNK = 1024 * 1024;
const LF = 10;

/** The source changed while it was read. A later attempt succeeds when it is no longer written. */
export class ChangedWhileRead extends Error {
  constructor(label: string) {
    super(`${label} was changed while it was read`);
    this.name = 'ChangedWhileRead';
  }
}

export interface FoundIncrement {
  /** `undefined`: there is nothing new. */
  readonly increment: Increment | undefined;
  /** Whether the last line seems incomplete, so that it was left out. */
  readonly hasPartialLine: boolean;
}

const NOTHING: FoundIncrement = { increment: undefined, hasPartialLine: false };

/**
 * Finds what is new in a source. For an appendable feed in plain CSV, that is what was appended, if the part that
 * was read before is unchanged. Every other source is read whole: schedules replace one another store by store, and
 * compressed files have no lines.
 *
 * @throws UserError `invalid_input` if it is not a file of this feed
 */
export async function findIncrement(content: LocalContent, options: IncrementOptions): Promise<FoundIncrement> {
  const { label, checkpoint, isIdle } = options;
  const feed = feedNamed(options.feed);
  const { appendable = false } = feed;
  const before = appendable ? await stillMatching(content, checkpoint?.read) : undefined;
  if (before !== undefined) return findAppended(content, options, before);
  // The file was just emptied, or its header is still being written.
  if (content.size === 0) return NOTHING;
  if (appendable && !isIdle && !(await headOf(content.path)).includes('\n')) {
    return { ...NOTHING, hasPartialLine: true };
  }
  const source = await inspect(feed, content.path, label);
  if (!appendable || source.format.kind !== 'csv' || source.format.gzip || source.format.lineEnd === 'cr') {
    const whole = {
      source,
      bytes: content.size,
      linesBefore: 0,
      isAddition: false,
      read: undefined,
      remove: async () => {},
    };
    return { increment: whole, hasPartialLine: false };
  }
  const header = await firstLines(content.path, source.format.skip);
  return findAppended(content, options, { bytes: 0, lines: 0, header, fingerprints: { head: '', tail: '' } });
}

/** Returns `before` if the source still begins with what was read before. */
export async function stillMatching(
  content: LocalContent,
  before: ReadSoFar | undefined,
): Promise<ReadSoFar | undefined> {
  if (before === undefined || before.bytes > content.size) return undefined;
  const { fingerprints } = before;
  const { head, tail } = await fingerprintsOf(content, before.bytes, knownHead(content, before));
  return head === fingerprints.head && tail === fingerprints.tail ? before : undefined;
}

/** The fingerprint of the beginning, if the local file does not contain it. */
function knownHead({ start }: LocalContent, { fingerprints }: ReadSoFar): string | undefined {
  return start > 0 ? fingerprints.head : undefined;
}

async function findAppended(
  content: LocalContent,
  options: IncrementOptions,
  before: ReadSoFar,
): Promise<FoundIncrement> {
  const lineEnd = await lastLineEnd(content, before.bytes, content.size);
  const end = options.isIdle ? content.size : lineEnd;
  const hasPartialLine = end < content.size;
  if (end === before.bytes) return { increment: undefined, hasPartialLine };
  return { increment: await appended(content, options, before, { lineEnd, end }), hasPartialLine };
}

/** @param to where the increment ends (`end`), and where its last complete line ends (`lineEnd`) */
async function appended(
  content: LocalContent,
  { feed, label }: IncrementOptions,
  before: ReadSoFar,
  { lineEnd, end }: { readonly lineEnd: number; readonly end: number },
): Promise<Increment> {
  const isFirst = before.bytes === 0;
  const head = knownHead(content, before);
  const fingerprints = await fingerprintsOf(content, lineEnd, head);
  const lines = new LineCounter();
  const copy = await spool(Readable.from(bytesAfter(content, before, end)), lines);
  try {
    const again = await fingerprintsOf(content, lineEnd, head);
    const bytes = end - before.bytes + (isFirst ? 0 : Buffer.byteLength(before.header));
    if (lines.bytes !== bytes || again.head !== fingerprints.head || again.tail !== fingerprints.tail) {
      throw new ChangedWhileRead(label);
    }
    const headerLines = isFirst ? 0 : before.header.split('\n').length - 1;
    return {
      source: await inspect(feedNamed(feed), copy.path, label),
      bytes: end - before.bytes,
      linesBefore: before.lines - headerLines,
      isAddition: !isFirst,
      read: { bytes: lineEnd, lines: before.lines + lines.ends - headerLines, header: before.header, fingerprints },
      remove: copy.remove,
    };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/** Counts the bytes and line ends of a stream. */
class LineCounter extends Transform {
  bytes = 0;
  ends = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    for (let i = chunk.indexOf(LF); i >= 0; i = chunk.indexOf(LF, i + 1)) this.ends++;
    done(null, chunk);
  }
}

/** The bytes after those read before, up to `end`, with the header in front. */
async function* bytesAfter({ path, start }: LocalContent, before: ReadSoFar, end: number): AsyncGenerator<Buffer> {
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
