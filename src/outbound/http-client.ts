import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestOver,
} from 'node:http';
import type { Socket } from 'node:net';
import { Duplex, pipeline } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { VERSION } from '../lib/version.ts';
import { elapsed } from '../lib/world/clocks.ts';
import { connect } from './connect.ts';
import { codeOf, RequestFailed } from './errors.ts';
import { RepairedHead } from './repaired-head.ts';
import type { GuardedResolver } from './resolver.ts';
import { HttpResponse } from './response.ts';

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the request, including the response body. */
  readonly timeout: number;
}

export interface PostOptions extends GetOptions {
  readonly body: string | Buffer;
}

/** What is sent. */
interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly headers: Headers;
  readonly body?: string | Buffer;
}

/** Milliseconds after which an unused connection is closed. Most hosts get one request an hour. */
const IDLE_TIMEOUT = 5_000;

/** The longest response head in bytes, which is that of curl. */
const MAX_HEAD = 300 * 1024;

/** How many origins with heads to repair are remembered. */
const REMEMBERED = 1_000;

/** The errors of Node's parser for heads that `RepairedHead` can repair. */
const REPAIRABLE = new Set([
  ...['HPE_UNEXPECTED_CONTENT_LENGTH', 'HPE_INVALID_CONTENT_LENGTH', 'HPE_INVALID_TRANSFER_ENCODING'],
  ...['HPE_INVALID_HEADER_TOKEN', 'HPE_CR_EXPECTED', 'HPE_LF_EXPECTED'],
]);

type Headers = GetOptions['headers'];

/**
 * An HTTP client with a connection pool that connects only to checked addresses. It reads responses that browsers and
 * curl read: Node's parser is set to be lenient, and if it still rejects a head, the request is sent again and the head
 * is repaired.
 */
export class HttpClient {
  readonly #connect: Connect;
  readonly #pool: Pool;
  /** The origins whose heads have to be repaired. */
  readonly #repairable = new LRUCache<string, true>({ max: REMEMBERED });

  /** @param trusted the certificate authorities to trust instead of the default ones, in PEM */
  constructor(resolver: GuardedResolver, trusted?: readonly string[]) {
    this.#connect = (url, end) => connect(url, { resolver, within: leftUntil(end), trusted });
    this.#pool = new Pool(this.#connect);
  }

  close(): void {
    this.#pool.destroy();
  }

  /**
   * Sends a GET request. Redirects are not followed.
   *
   * @throws AddressRefused, RequestFailed, or the error of the resolver, the socket, TLS or HTTP
   */
  async get(url: URL, { headers, timeout }: GetOptions): Promise<HttpResponse> {
    const end = elapsed() + timeout;
    if (this.#repairable.has(url.origin)) return this.#getRepaired(url, headers, end);
    try {
      return await this.#pooled(url, { method: 'GET', headers }, end, true);
    } catch (error) {
      if (!REPAIRABLE.has(codeOf(error) ?? '')) throw error;
      const response = await this.#getRepaired(url, headers, end);
      this.#repairable.set(url.origin, true);
      return response;
    }
  }

  /**
   * Sends a POST request. Redirects are not followed. It may arrive twice, so it has to name itself to the host.
   *
   * @throws as `get`
   */
  post(url: URL, { headers, timeout, body }: PostOptions): Promise<HttpResponse> {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing: Outgoing = { method: 'POST', headers: { ...headers, ...length }, body };
    return this.#pooled(url, outgoing, elapsed() + timeout, true);
  }

  async #pooled(url: URL, outgoing: Outgoing, end: number, mayRetry: boolean): Promise<HttpResponse> {
    const request = requestOver({ ...requestOptions(url, outgoing), agent: this.#pool, ...{ url, end } });
    try {
      return await responseTo(request, end, outgoing.body);
    } catch (error) {
      // The host may close an idle connection just as it is used again.
      if (!mayRetry || !request.reusedSocket || codeOf(error) !== 'ECONNRESET') throw error;
      return this.#pooled(url, outgoing, end, false);
    }
  }

  async #getRepaired(url: URL, headers: Headers, end: number): Promise<HttpResponse> {
    const socket = await this.#connect(url, end);
    const readable = pipeline(socket, new RepairedHead(), () => {});
    const connection = Duplex.from({ readable, writable: socket });
    const options = requestOptions(url, { method: 'GET', headers });
    return responseTo(requestOver({ ...options, createConnection: () => connection }), end);
  }
}

type Connect = (url: URL, end: number) => Promise<Socket>;

/** Idle connections by origin, with and without TLS. */
class Pool extends Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: true, maxFreeSockets: 4, timeout: IDLE_TIMEOUT, scheduling: 'lifo' });
    this.#connect = connect;
  }

  override createConnection(
    options: RequestOptions & Partial<Destination>,
    connected?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const { url, end } = options as Destination;
    this.#connect(url, end).then(
      (socket) => connected?.(null, socket),
      (error) => (connected as ((error: Error) => void) | undefined)?.(error),
    );
  }

  /** After unexpected data on an idle connection, responses would no longer match requests, so it is closed. */
  override keepSocketAlive(socket: Duplex): boolean {
    socket.on('data', destroyed);
    // Node expects a boolean, which the type does not include.
    return super.keepSocketAlive(socket) as unknown as boolean;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroyed);
    super.reuseSocket(socket, request);
  }

  override getName(options?: RequestOptions & Partial<Destination>): string {
    return options?.url?.origin ?? '';
  }
}

function destroyed(this: Duplex): void {
  this.destroy();
}

/** What the pool needs besides Node's own options. */
interface Destination {
  readonly url: URL;
  readonly end: number;
}

/** `identity`, so that byte ranges are those of the file. */
const DEFAULT_HEADERS = { 'accept-encoding': 'identity', 'user-agent': `restaurant-monitor/${VERSION}` };

function requestOptions(url: URL, { method, headers }: Outgoing): RequestOptions {
  return {
    ...{
      method,
      host: url.hostname,
      path: url.pathname + url.search,
      headers: { host: url.host, ...DEFAULT_HEADERS, ...headers },
    },
    ...{ insecureHTTPParser: true, maxHeaderSize: MAX_HEAD },
  };
}

function responseTo(request: ClientRequest, end: number, body?: string | Buffer): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let response: HttpResponse | undefined;
    const fail = (error: Error) => {
      clearTimeout(timer);
      response?.fail(error);
      reject(error);
    };
    const timer = setTimeout(() => {
      // Only its reader is late. Destroying the request would drop the rest of the body, which would end too early.
      if (response?.isComplete) return;
      const error = new RequestFailed('TIMEOUT', 'no response in time');
      fail(error);
      request.destroy(error);
    }, leftUntil(end));
    request.on('close', () => clearTimeout(timer));
    request.on('error', fail);
    const refuse = ({ statusCode = 0 }: IncomingMessage) => {
      fail(new RequestFailed('NOT_HTTP', `the final response has status ${statusCode}`));
      request.destroy();
    };
    // Without this, an unrequested response of 101 would never settle the promise.
    request.on('upgrade', refuse);
    request.on('response', (message) => {
      // A status below 200 is interim, and one below 100 is invalid.
      if ((message.statusCode ?? 0) < 200) return refuse(message);
      response = new HttpResponse(message);
      resolve(response);
    });
    request.end(body);
  });
}

function leftUntil(end: number): number {
  return Math.max(1, Math.ceil(end - elapsed()));
}
