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
import { Answer } from './answer.ts';
import { connect } from './connect.ts';
import { codeOf, ExchangeFailed } from './faults.ts';
import { MendedHead } from './mended-head.ts';
import type { GuardedResolver } from './resolver.ts';

export interface ExchangeOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for all of it, up to the end of the body. */
  readonly timeout: number;
}

/** Milliseconds after which a connection that is not used is closed: most hosts are asked once an hour. */
const IDLE = 5_000;

/** Bytes of a response head. curl reads 300 kB. */
const MAX_HEAD = 300 * 1024;

/** The origins that are remembered for heads that have to be mended. */
const REMEMBERED = 1_000;

/** What Node's parser says of heads that `MendedHead` can make readable. */
const MENDABLE = new Set([
  ...['HPE_UNEXPECTED_CONTENT_LENGTH', 'HPE_INVALID_CONTENT_LENGTH', 'HPE_INVALID_TRANSFER_ENCODING'],
  ...['HPE_INVALID_HEADER_TOKEN', 'HPE_CR_EXPECTED', 'HPE_LF_EXPECTED'],
]);

type Headers = ExchangeOptions['headers'];

/**
 * HTTP over connections that reach checked addresses only, and are used again. Reads what browsers and curl read:
 * Node's parser is told to be lenient, and a head that it refuses all the same is asked for once more and mended.
 */
export class Exchanger {
  readonly #connect: Connect;
  readonly #pool: Pool;
  /** The origins whose heads have to be mended. */
  readonly #mendable = new LRUCache<string, true>({ max: REMEMBERED });

  /** @param trusted the certificate authorities that are trusted instead of the runtime's, in PEM */
  constructor(resolver: GuardedResolver, trusted?: readonly string[]) {
    this.#connect = (url, end) => connect(url, { resolver, within: leftUntil(end), trusted });
    this.#pool = new Pool(this.#connect);
  }

  close(): void {
    this.#pool.destroy();
  }

  /**
   * Asks with GET; a redirect is an answer.
   *
   * @throws AddressRefused, ExchangeFailed, or what went wrong with the name, the socket, TLS or HTTP
   */
  async get(url: URL, { headers, timeout }: ExchangeOptions): Promise<Answer> {
    const end = elapsed() + timeout;
    if (this.#mendable.has(url.origin)) return this.#getMended(url, headers, end);
    try {
      return await this.#getPooled(url, headers, end, true);
    } catch (error) {
      if (!MENDABLE.has(codeOf(error) ?? '')) throw error;
      const answer = await this.#getMended(url, headers, end);
      this.#mendable.set(url.origin, true);
      return answer;
    }
  }

  async #getPooled(url: URL, headers: Headers, end: number, mayRepeat: boolean): Promise<Answer> {
    const request = requestOver({ ...requestOptions(url, headers), agent: this.#pool, ...{ url, end } });
    try {
      return await answerTo(request, end);
    } catch (error) {
      // A host may close an idle connection at the very moment in which it is used again.
      if (!mayRepeat || !request.reusedSocket || codeOf(error) !== 'ECONNRESET') throw error;
      return this.#getPooled(url, headers, end, false);
    }
  }

  async #getMended(url: URL, headers: Headers, end: number): Promise<Answer> {
    const socket = await this.#connect(url, end);
    const readable = pipeline(socket, new MendedHead(), () => {});
    const connection = Duplex.from({ readable, writable: socket });
    return answerTo(requestOver({ ...requestOptions(url, headers), createConnection: () => connection }), end);
  }
}

type Connect = (url: URL, end: number) => Promise<Socket>;

/** Connections that wait to be used again, by origin, with and without TLS. */
class Pool extends Agent {
  readonly #connect: Connect;

  constructor(connect: Connect) {
    super({ keepAlive: true, maxFreeSockets: 4, timeout: IDLE, scheduling: 'lifo' });
    this.#connect = connect;
  }

  override createConnection(
    options: RequestOptions & Partial<Reached>,
    connected?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const { url, end } = options as Reached;
    this.#connect(url, end).then(
      (socket) => connected?.(null, socket),
      (error) => (connected as ((error: Error) => void) | undefined)?.(error),
    );
  }

  /** What comes on a connection that waits answers no request; what follows may be out of step with the requests. */
  override keepSocketAlive(socket: Duplex): boolean {
    socket.on('data', destroyed);
    // Node expects to be told whether to keep it; the type does not know.
    return super.keepSocketAlive(socket) as unknown as boolean;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroyed);
    super.reuseSocket(socket, request);
  }

  override getName(options?: RequestOptions & Partial<Reached>): string {
    return options?.url?.origin ?? '';
  }
}

function destroyed(this: Duplex): void {
  this.destroy();
}

/** What a request tells the pool, beside Node's own options. */
interface Reached {
  readonly url: URL;
  readonly end: number;
}

/** The body as it is: ranges of bytes are those of the file, and nothing has to be unpacked. */
const ALWAYS = { 'accept-encoding': 'identity', 'user-agent': `restaurant-monitor/${VERSION}` };

function requestOptions(url: URL, headers: Headers): RequestOptions {
  return {
    ...{ host: url.hostname, path: url.pathname + url.search, headers: { host: url.host, ...ALWAYS, ...headers } },
    ...{ insecureHTTPParser: true, maxHeaderSize: MAX_HEAD },
  };
}

function answerTo(request: ClientRequest, end: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    const fail = (error: Error) => {
      clearTimeout(timer);
      answer?.fail(error);
      reject(error);
    };
    const timer = setTimeout(() => {
      const error = new ExchangeFailed('TIMEOUT', 'no answer in time');
      fail(error);
      request.destroy(error);
    }, leftUntil(end));
    request.on('close', () => clearTimeout(timer));
    request.on('error', fail);
    const refuse = ({ statusCode = 0 }: IncomingMessage) => {
      fail(new ExchangeFailed('NOT_HTTP', `the answer ends with status ${statusCode}`));
      request.destroy();
    };
    // Without this, an answer of 101, which nobody asked for, would never settle the promise.
    request.on('upgrade', refuse);
    request.on('response', (response) => {
      // An interim status is no answer, and a status below 100 is none at all.
      if ((response.statusCode ?? 0) < 200) return refuse(response);
      answer = new Answer(response);
      resolve(answer);
    });
    request.end();
  });
}

function leftUntil(end: number): number {
  return Math.max(1, Math.ceil(end - elapsed()));
}
