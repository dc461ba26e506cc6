import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { RequestFailed } from './errors.ts';

/** As in browsers, a truncated body is decoded as far as possible. */
const TRUNCATED = { finishFlush: constants.Z_SYNC_FLUSH };

/** Creates a decoder for a body with these first bytes. */
type DecoderFactory = (first: Buffer) => Transform;

const DECODERS: ReadonlyMap<string, DecoderFactory> = new Map<string, DecoderFactory>([
  ['gzip', () => createGunzip(TRUNCATED)],
  ['x-gzip', () => createGunzip(TRUNCATED)],
  // The standard requires the zlib format, but some servers send raw deflate.
  ['deflate', (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate(TRUNCATED) : createInflateRaw(TRUNCATED))],
  ['br', () => createBrotliDecompress()],
]);

/** More encodings of one body would only serve to exhaust memory. */
const MAX_ENCODINGS = 2;

/**
 * Decodes a body with a `Content-Encoding`, which some servers use even though `identity` was requested. As in browsers,
 * a body with an unknown encoding (`utf-8`, `aws-chunked`) is read as it is. A body that cannot be decoded ends with
 * RequestFailed `UNREADABLE_BODY`.
 */
export function decoded(body: Readable, contentEncoding: string | undefined): Readable {
  const encodings = encodingsOf(contentEncoding);
  if (!isEncoded(contentEncoding)) return body;
  if (encodings.length > MAX_ENCODINGS) {
    return body.destroy(new RequestFailed('UNREADABLE_BODY', 'the body has too many content encodings'));
  }
  const decoders = encodings.reverse().flatMap((encoding) => DECODERS.get(encoding) ?? []);
  return Readable.from(decoders.reduce<AsyncIterable<Buffer>>(decodedBy, body), { objectMode: false });
}

/** Whether a body has content encodings that are all known. */
export function isEncoded(contentEncoding: string | undefined): boolean {
  const encodings = encodingsOf(contentEncoding);
  return encodings.length > 0 && encodings.every((encoding) => DECODERS.has(encoding));
}

/** The content encodings in a header, in the order in which they were applied. */
function encodingsOf(contentEncoding: string | undefined): string[] {
  return (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
}

async function* decodedBy(source: AsyncIterable<Buffer>, create: DecoderFactory): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  let sourceError: unknown;
  const input = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    try {
      yield* { [Symbol.asyncIterator]: () => chunks };
    } catch (error) {
      sourceError = error;
      throw error;
    }
  };
  const decoder = create(first.value);
  pipeline(Readable.from(input()), decoder, () => {});
  try {
    yield* decoder;
  } catch (error) {
    throw sourceError ?? new RequestFailed('UNREADABLE_BODY', 'the body cannot be decoded', { cause: error });
  }
}
