import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ExchangeFailed } from './faults.ts';

/** As browsers do, what is cut off is read as far as it goes. */
const AS_FAR = { finishFlush: constants.Z_SYNC_FLUSH };

/** Makes what unpacks a body, given its first bytes. */
type Unpacker = (first: Buffer) => Transform;

const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map<string, Unpacker>([
  ['gzip', () => createGunzip(AS_FAR)],
  ['x-gzip', () => createGunzip(AS_FAR)],
  // It is meant to be in the zlib format; some servers leave that out.
  ['deflate', (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate(AS_FAR) : createInflateRaw(AS_FAR))],
  ['br', () => createBrotliDecompress()],
]);

/** More encodings of one body than that serve only to exhaust the reader. */
const MOST_ENCODINGS = 2;

/**
 * The body without its `Content-Encoding`. Servers send one though `identity` was asked for. As browsers do, a body
 * with an encoding that is not known (`utf-8`, `aws-chunked`) is read as it is. What cannot be unpacked ends in
 * ExchangeFailed `UNREADABLE_BODY`.
 */
export function unpacked(body: Readable, contentEncoding: string | undefined): Readable {
  const encodings = encodingsOf(contentEncoding);
  if (!isPacked(contentEncoding)) return body;
  if (encodings.length > MOST_ENCODINGS) {
    return body.destroy(new ExchangeFailed('UNREADABLE_BODY', 'the body has too many content encodings'));
  }
  const unpackers = encodings.reverse().flatMap((encoding) => UNPACKERS.get(encoding) ?? []);
  return Readable.from(unpackers.reduce<AsyncIterable<Buffer>>(unpackedBy, body), { objectMode: false });
}

/** Whether a body has content encodings, all of which are known. */
export function isPacked(contentEncoding: string | undefined): boolean {
  const encodings = encodingsOf(contentEncoding);
  return encodings.length > 0 && encodings.every((encoding) => UNPACKERS.has(encoding));
}

/** The content encodings of a header, in the order in which they were applied. */
function encodingsOf(contentEncoding: string | undefined): string[] {
  return (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
}

async function* unpackedBy(source: AsyncIterable<Buffer>, create: Unpacker): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  let ofSource: unknown;
  const input = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    try {
      yield* { [Symbol.asyncIterator]: () => chunks };
    } catch (error) {
      ofSource = error;
      throw error;
    }
  };
  const unpacker = create(first.value);
  pipeline(Readable.from(input()), unpacker, () => {});
  try {
    yield* unpacker;
  } catch (error) {
    throw ofSource ?? new ExchangeFailed('UNREADABLE_BODY', 'the body cannot be unpacked', { cause: error });
  }
}
