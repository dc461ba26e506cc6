import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { isWithin, networks } from '../../lib/networks.ts';
import type { App } from '../types.ts';

/** The standard ones, their common variations, and those of content delivery networks. */
const FORWARDING =
  /^((x-)?(original-)?forwarded(-.+)?|via|cdn-loop|x-real-(ip|port)|x-original-(host|url)|x-(host|rewrite-url)|((true|fastly|x|x-cluster)-)?client-ip|cf-(connecting-ip(v6)?|ray|visitor)|x-envoy-external-address)$/;

/** The first header that proxies add to requests; `undefined`: the request came directly. */
export function forwardingHeader(headers: IncomingHttpHeaders): string | undefined {
  return Object.keys(headers).find((name) => FORWARDING.test(name));
}

/** The proxies that are trusted to forward a client's address, scheme and host. */
export class TrustedProxies {
  readonly #networks: ReturnType<typeof networks>;

  /** @param cidrs networks such as `10.1.0.0/16`; none: no proxy is trusted */
  constructor(cidrs: readonly string[]) {
    this.#networks = networks(cidrs);
  }

  /** Whether an address is that of a trusted proxy; `undefined`: the connection is already closed. */
  trusts(address: string | undefined): boolean {
    return address !== undefined && isWithin(this.#networks, address);
  }

  /** Whether the last proxy of a request is trusted. */
  vouchFor({ socket }: FastifyRequest): boolean {
    return this.trusts(socket.remoteAddress);
  }

  /**
   * Logs once that a proxy is in use that is not trusted: all of its clients have the proxy's address, and none of their
   * requests counts as sent over TLS.
   */
  warnOfOthers(app: App): void {
    let warned = false;
    app.addHook('onRequest', async (request) => {
      if (warned) return;
      const header = forwardingHeader(request.headers);
      if (header === undefined || this.vouchFor(request)) return;
      warned = true;
      const proxy = request.socket.remoteAddress;
      request.log.warn({ proxy, header }, 'request from a proxy that is not in TRUSTED_PROXIES');
    });
  }
}
