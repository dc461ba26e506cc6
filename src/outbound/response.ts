import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { decoded } from './content-encoding.ts';
import { RequestFailed } from './errors.ts';

/** Bytes of a dropped body that are read so that the connection can be used again. */
const DRAIN = 16 * 1024;

/** The response to one request. Its body must be read or dropped. */
export class HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage) {
    this.status = message.statusCode ?? 0;
    this.headers = message.headers;
    this.#message = message;
    // An error may occur while nothing reads the body.
    message.on('error', () => {});
  }

  /**
   * The decoded body.
   *
   * @throws RequestFailed `TOO_LARGE` if it has more bytes than `max`, `UNREADABLE_BODY`, `TIMEOUT`, or the error
   * of the socket or of HTTP
   */
  async read(max: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.stream()) {
      bytes += chunk.length;
      if (bytes > max) throw new RequestFailed('TOO_LARGE', `more than ${max} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** The decoded body, as a stream. */
  stream(): Readable {
    return decoded(this.#message, this.headers['content-encoding']);
  }

  /** Discards the body. */
  drop(): void {
    let bytes = 0;
    this.#message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAIN) this.#message.destroy();
    });
  }

  /** Whether all of it has arrived, read or not. */
  get isComplete(): boolean {
    return this.#message.complete;
  }

  /** Fails the body, unless it is complete. */
  fail(error: Error): void {
    if (!this.isComplete) this.#message.destroy(error);
  }
}
