import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { after } from '../../lib/world/timers.ts';
import type { App } from '../types.ts';

/** Milliseconds in which a request must have come in whole. */
export const REQUEST_TIMEOUT = 30_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A large body may take its time, as long as it does not trickle (`MIN_TRANSFER_RATE`). */
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
    const timer = after(timeout, () => {
      if (!raw.complete) cutOff(raw, reply.raw);
    }).unref();
    raw.once('end', () => timer.stop()).once('close', () => timer.stop());
  });
}

/** Ends the connection of a client that is too slow, whatever it still sends; one that got no answer yet is told. */
export function cutOff({ socket }: IncomingMessage, response: ServerResponse): void {
  // A request that was injected into the app has no connection.
  if (!(socket instanceof Socket)) return;
  if (response.headersSent) {
    socket.destroy();
    return;
  }
  socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  socket.destroySoon();
}
