import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../types.ts';
import { addVary } from './headers.ts';

/** Headers of responses that pages of other origins can read. */
const EXPOSED = [
  ...['content-disposition', 'etag', 'idempotent-replayed', 'location', 'retry-after'],
  ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  ...['x-report-as-of', 'x-report-status', 'x-report-tz-version', 'x-report-warning'],
].join(', ');

/** Headers of requests that pages of other origins can send. Cookies are never among them. */
const SENT = 'authorization, content-encoding, content-type, idempotency-key, if-match, if-none-match';

/** Seconds for which a browser remembers the response to a preflight. */
const REMEMBERED = 600;

/** The origins whose pages may use the API from a browser, with an API key and without cookies. */
export class CorsOrigins {
  readonly #origins: ReadonlySet<string>;

  /** @param origins such as `https://app.example.com`, exactly as browsers send them; none: no page of another origin */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Whether the request comes from a page of such an origin. */
  sent({ headers: { origin } }: FastifyRequest): boolean {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** Lets pages of these origins read responses. */
  shareResponses(app: App): void {
    if (this.#origins.size === 0) return;
    app.addHook('onRequest', async (request, reply) => {
      addVary(reply, 'Origin');
      if (!this.sent(request)) return;
      reply.header('access-control-allow-origin', request.headers.origin);
      reply.header('access-control-expose-headers', EXPOSED);
    });
  }

  /**
   * Answers a browser that asks whether a page may send a request; `undefined`: it is no such question.
   *
   * @param methods those of the path
   */
  answerPreflight(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): FastifyReply | undefined {
    const { method, headers } = request;
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined;
    if (!this.sent(request)) return undefined;
    return reply
      .header('access-control-allow-methods', methods.join(', '))
      .header('access-control-allow-headers', SENT)
      .header('access-control-max-age', REMEMBERED)
      .code(204)
      .send();
  }
}
