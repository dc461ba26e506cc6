import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../types.ts';

/** A year in which browsers use only TLS for this host. */
const HSTS = 'max-age=31536000';

/** The headers of every response, including errors and event streams. */
export function headersFor(request: FastifyRequest): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    // Pages of other sites get no reference to a window of this one, and cannot embed its content.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(request.protocol === 'https' && { 'strict-transport-security': HSTS }),
    // Personal responses must not be cached. The response to a path without a route is not personal.
    ...((request.routeOptions.config.access ?? 'public') !== 'public' && { 'cache-control': 'no-store' }),
  };
}

/** Says that the response depends on a header of the request. */
export function addVary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', before === undefined ? name : `${before}, ${name}`);
}

/** Sends them, except those that a route sets itself, such as its caching. */
export function sendHeaders(app: App): void {
  app.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(headersFor(request))) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
}
