import type { FastifyReply } from 'fastify';
import { UserError } from '../errors.ts';
import type { App } from './types.ts';

/** An answer that goes on: server-sent events. */
export interface EventStream {
  /** Sends `data` as JSON. Whoever does not keep up is cut off, to ask again. */
  send(event: string, data: unknown): void;
  /** Ends the answer. */
  close(): void;
  /** Resolves when it has ended, whoever ended it. */
  readonly closed: Promise<void>;
}

/** Milliseconds after which something is sent, so that nobody on the way takes the connection for dead. */
const HEARTBEAT = 15_000;

/** A stream ends after this, so that whoever may see less now, or nothing, is asked again who it is. */
const LIFETIME = 5 * 60_000;

/** Milliseconds after which a browser asks again. */
const RETRY = 3_000;

/** So many bytes may wait to be taken by a listener. */
const BACKLOG = 1_000_000;

declare module 'fastify' {
  interface FastifyInstance {
    /** The streams that are open. */
    readonly eventStreams: Set<EventStream>;
    /** How many may be open at a time. */
    readonly maxEventStreams: number;
  }
}

/**
 * Lets routes answer with events; the streams end when the server closes.
 *
 * @param most how many streams may be open at a time
 */
export function keepEvents(app: App, most: number): void {
  const streams = new Set<EventStream>();
  app.decorate('eventStreams', streams);
  app.decorate('maxEventStreams', most);
  app.addHook('preClose', async () => {
    for (const stream of [...streams]) stream.close();
  });
}

/**
 * Begins an answer of events.
 *
 * @param lifetime milliseconds
 * @throws UserError `too_many_requests` when too many listen already
 */
export function startEvents(reply: FastifyReply, lifetime = LIFETIME): EventStream {
  const { eventStreams: streams, maxEventStreams: most } = reply.server;
  if (streams.size >= most) {
    throw new UserError('too_many_requests', `${most} listeners are here already; ask without events`, {
      retryAfter: 30,
    });
  }
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // nginx would keep back what is to be seen at once.
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${RETRY}\n\n`);
  const heartbeat = setInterval(() => raw.write(':\n\n'), HEARTBEAT).unref();
  const end = setTimeout(() => raw.end(), lifetime).unref();
  const stream: EventStream = {
    send: (event, data) => {
      if (raw.writableLength > BACKLOG) raw.destroy();
      else if (!raw.writableEnded) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    close: () => {
      raw.end();
    },
    closed: new Promise((resolve) => {
      raw.once('close', () => {
        clearInterval(heartbeat);
        clearTimeout(end);
        streams.delete(stream);
        resolve();
      });
    }),
  };
  streams.add(stream);
  return stream;
}
