import type { App } from './types.ts';

/** Milliseconds in which a request must have come in whole. */
export const REQUEST_TIMEOUT = 30_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A large body may take its time, as long as it does not stand still (`STALL_TIMEOUT`). */
    slowBody?: boolean;
  }
}

/**
 * Cuts off a client that takes too long to send its request. Node's own limit (`requestTimeout`) knows no routes, so it
 * is only used for the headers.
 */
export function limitRequestTime(app: App, timeout = REQUEST_TIMEOUT): void {
  app.server.requestTimeout = 0;
  app.server.headersTimeout = timeout;
  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
    if (routeOptions.config.slowBody) return;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      if (reply.raw.headersSent) raw.destroy();
      else raw.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    }, timeout).unref();
    raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}
