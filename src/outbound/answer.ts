import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ExchangeFailed } from './faults.ts';
import { unpacked } from './unpack.ts';

/** So much of a body that is dropped is read, so that the connection can be used again. */
const DRAIN = 16 * 1024;

/** One answer to one request. Its body must be read or dropped. */
export class Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #response: IncomingMessage;

  constructor(response: IncomingMessage) {
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.#response = response;
    // It may fail before, or after, anyone reads it.
    response.on('error', () => {});
  }

  /**
   * The body, unpacked.
   *
   * @throws ExchangeFailed `TOO_LARGE` when it has more bytes than `most`, `UNREADABLE_BODY`, `TIMEOUT`, or the error
   * of the socket or of HTTP
   */
  async read(most: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.stream()) {
      bytes += chunk.length;
      if (bytes > most) throw new ExchangeFailed('TOO_LARGE', `more than ${most} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** The body, unpacked, as it comes. */
  stream(): Readable {
    return unpacked(this.#response, this.headers['content-encoding']);
  }

  /** Ends the exchange without the body. */
  drop(): void {
    let bytes = 0;
    this.#response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAIN) this.#response.destroy();
    });
  }

  /** The exchange failed: so does the body, unless it is complete. */
  fail(error: Error): void {
    if (!this.#response.complete) this.#response.destroy(error);
  }
}
