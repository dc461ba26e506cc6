import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { RequestPayload } from 'fastify';
import { invalid, messageOf, UserError } from '../../lib/errors.ts';
import type { App } from '../types.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a file, which is kept as it is sent, compressed or not. */
    fileBody?: boolean;
  }
}

/**
 * Decompresses bodies with `Content-Encoding: gzip`, up to the size that the route allows. Other encodings are refused,
 * with the accepted one in `Accept-Encoding` (RFC 9110, section 12.5.3).
 */
export function decompressBodies(app: App): void {
  app.addHook('preParsing', async ({ headers, routeOptions }, reply, payload) => {
    const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
    if (encoding === '' || encoding === 'identity' || routeOptions.config.fileBody) return payload;
    if (encoding === 'gzip' || encoding === 'x-gzip') return inflated(payload, routeOptions.bodyLimit ?? Infinity);
    reply.header('accept-encoding', 'gzip');
    throw new UserError('unsupported_media_type', `Content-Encoding is "${encoding.slice(0, 100)}", expected gzip`);
  });
}

/**
 * @param limit the most bytes
 * @returns a stream that fails with a UserError `invalid_input` or `too_large`
 */
function inflated(payload: RequestPayload, limit: number): RequestPayload {
  async function* parts(): AsyncGenerator<Buffer> {
    const gunzip = createGunzip();
    payload.on('data', (chunk: Buffer) => {
      stream.receivedEncodedLength = (stream.receivedEncodedLength ?? 0) + chunk.length;
    });
    // It ends `gunzip` when the client goes away; the error comes out of `gunzip` as well.
    pipeline(payload, gunzip, () => {});
    let bytes = 0;
    try {
      for await (const part of gunzip as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > limit) {
          throw new UserError('too_large', `the body is larger than ${limit} bytes when decompressed`);
        }
        yield part;
      }
    } catch (error) {
      throw error instanceof UserError ? error : invalid(`the body is not valid gzip: ${messageOf(error)}`);
    }
  }
  const stream: RequestPayload = Readable.from(parts(), { objectMode: false });
  return stream;
}
