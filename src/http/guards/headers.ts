import type { FastifyRequest } from 'fastify';
import type { App } from '../types.ts';

/** A year: browsers ask this host by TLS alone. */
const HSTS = 'max-age=31536000';

/** What every answer says, an error and a stream of events too. */
export function headersFor(request: FastifyRequest): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    // No page of another site holds a window of this one, or shows what is here.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(request.protocol === 'https' && { 'strict-transport-security': HSTS }),
    // Personal answers must not be cached. A path without a route is not personal.
    ...((request.routeOptions.config.access ?? 'public') !== 'public' && { 'cache-control': 'no-store' }),
  };
}

/** Sends them; a route that says itself how long its answer is good for is believed. */
export function sendHeaders(app: App): void {
  app.addHook('onSend', async (request, reply) => {
    for (const [name, value] of Object.entries(headersFor(request))) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
}
