import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { after } from '../../lib/world/timers.ts';
import { rawProblem } from '../problem-codes.ts';
import type { App } from '../types.ts';

/** Milliseconds within which a whole request must arrive. */
export const REQUEST_TIMEOUT = 30_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A large body may take longer, at `MIN_TRANSFER_RATE` or more. */
    slowBody?: boolean;
  }
}

/**
 * Cuts off a client that takes too long to send its request. Node's own limit (`requestTimeout`) is the same for all
 * routes, so it is used only for the headers.
 */
export function limitRequestTime(app: App, timeout = REQUEST_TIMEOUT): void {
  app.server.requestTimeout = 0;
  app.server.headersTimeout = timeout;
  app.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
    if (routeOptions.config.slowBody || !hasConnection(raw)) return;
    const timer = after(timeout, () => {
      if (!raw.complete) cutOff(raw, reply.raw);
    }).unref();
    // A response may come before the whole body; the rest of the body still has to arrive in time.
    raw.once('end', () => timer.stop()).once('close', () => timer.stop());
  });
}

/** Whether a request came over a connection: one injected into the app did not. */
export function hasConnection({ socket }: IncomingMessage): boolean {
  return socket instanceof Socket;
}

/** Closes the connection of a client that is too slow, with `408` if it has not got a response yet. */
export function cutOff(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request;
  if (response.headersSent) {
    socket.destroy();
    return;
  }
  socket.write(rawProblem('request_timeout', 'the request did not arrive in time'));
  socket.destroySoon();
}
