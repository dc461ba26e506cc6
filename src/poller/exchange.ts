import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { GuardedResolver } from './resolver.ts';

/** One answer to one request. */
export interface Answer {
  readonly status: number;
  /** The header of that name, of a redirect. */
  readonly location: string | undefined;
  /** Empty when it was not asked for. */
  readonly body: Buffer;
}

export interface ExchangeOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** More than so many bytes of body are an error; `undefined`: the body is not wanted. */
  readonly maxBytes: number | undefined;
}

/** Why an exchange came to nothing; beside these there are the errors of sockets, names and TLS, as they are. */
export class ExchangeFailed extends Error {
  readonly code: 'TIMEOUT' | 'TOO_LARGE';

  constructor(code: 'TIMEOUT' | 'TOO_LARGE', message: string) {
    super(message);
    this.name = 'ExchangeFailed';
    this.code = code;
  }
}

/** So much of a body that nobody wants is read, so that the connection can be used again. */
const DRAIN = 16 * 1024;

/** Milliseconds after which a connection that nobody uses is closed: most hosts are asked once an hour. */
const IDLE = 5_000;

/** HTTP over connections that reach checked addresses only, and are used again. */
export class Exchanger {
  readonly #resolver: GuardedResolver;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(resolver: GuardedResolver, perHost: number) {
    this.#resolver = resolver;
    const pool = {
      keepAlive: true,
      maxSockets: perHost,
      maxFreeSockets: 4,
      timeout: IDLE,
      scheduling: 'lifo',
    } as const;
    this.#http = new HttpAgent(pool);
    this.#https = new HttpsAgent(pool);
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /**
   * Asks with GET and gives the answer; redirects are answers.
   *
   * @throws AddressRefused, ExchangeFailed, or what went wrong with the name, the socket, TLS or HTTP
   */
  async get(url: URL, options: ExchangeOptions): Promise<Answer> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A socket looks up names only.
    if (isIP(host) !== 0) await this.#resolver.addresses(host);
    return this.#once(url, options, true);
  }

  #once(url: URL, options: ExchangeOptions, mayRepeat: boolean): Promise<Answer> {
    const secure = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, {
        agent: secure ? this.#https : this.#http,
        lookup: this.#resolver.lookup,
        headers: options.headers,
      });
      const timer = setTimeout(() => {
        request.destroy(new ExchangeFailed('TIMEOUT', 'no answer in time'));
      }, options.timeout);
      request.on('close', () => clearTimeout(timer));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A host may close an idle connection at the very moment in which it is used again.
        if (mayRepeat && request.reusedSocket && error.code === 'ECONNRESET') {
          resolve(this.#once(url, options, false));
        } else reject(error);
      });
      request.on('response', (response) => {
        bodyOf(response, options.maxBytes).then(
          (body) => resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
          (error) => {
            request.destroy();
            reject(error);
          },
        );
      });
      request.end();
    });
  }
}

function bodyOf(response: IncomingMessage, maxBytes: number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (maxBytes !== undefined) chunks.push(chunk);
      if (bytes <= (maxBytes ?? DRAIN)) return;
      if (maxBytes !== undefined) reject(new ExchangeFailed('TOO_LARGE', `more than ${maxBytes} bytes`));
      response.destroy();
    });
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks)));
    if (maxBytes === undefined) resolve(Buffer.alloc(0));
  });
}
