import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { sameAccess } from '../accounts/access.ts';
import { UserError } from '../lib/errors.ts';
import type { Timer } from '../lib/world/ports.ts';
import { after, every } from '../lib/world/timers.ts';
import { headersFor } from './guards/headers.ts';
import type { App, Authenticator } from './types.ts';

/** A stream of server-sent events. */
export interface EventStream {
  /** Sends `data` as JSON. A client that is too slow is disconnected, and may reconnect. */
  send(event: string, data: unknown): void;
  /** Ends the stream. */
  close(): void;
  /** Resolves when the stream has ended, for any reason. */
  readonly closed: Promise<void>;
}

/** Milliseconds between comments that keep proxies from closing the connection. */
const HEARTBEAT = 15_000;

/** Milliseconds after which a stream ends, so that the client authenticates again. */
const LIFETIME = 5 * 60_000;

/** Milliseconds between two checks for account changes while a stream is open. */
const CHECK_INTERVAL = 500;

/** Milliseconds after which a browser reconnects. */
const RETRY = 3_000;

/** The most bytes that may wait for a slow client. */
const BACKLOG = 1_000_000;

declare module 'fastify' {
  interface FastifyInstance {
    /** The open streams. */
    readonly eventStreams: Set<EventStream>;
    /** The most streams open at a time. */
    readonly maxEventStreams: number;
  }
}

interface EventsParts {
  /** The most streams open at a time. */
  readonly most: number;
  readonly authenticator: Pick<Authenticator, 'revision'>;
  readonly log: FastifyBaseLogger;
}

/** The request behind each stream. */
const requests = new WeakMap<EventStream, FastifyRequest>();

/**
 * Enables routes that respond with events. Streams end when the server closes, and within a second after a change of the
 * client's account; a client that is still allowed reconnects.
 */
export function keepEvents(app: App, { most, authenticator, log }: EventsParts): void {
  const streams = new Set<EventStream>();
  app.decorate('eventStreams', streams);
  app.decorate('maxEventStreams', most);
  let seen: string | undefined;
  const check = async () => {
    if (streams.size === 0) return;
    const revision = await authenticator.revision();
    if (revision === seen) return;
    seen = revision;
    await Promise.all([...streams].map(endIfChanged));
  };
  const checking = repeating(check, CHECK_INTERVAL, (error) =>
    log.warn({ err: error }, 'event stream access check failed'),
  );
  app.addHook('preClose', async () => {
    checking.stop();
    for (const stream of [...streams]) stream.close();
  });
}

async function endIfChanged(stream: EventStream): Promise<void> {
  const request = requests.get(stream);
  if (request === undefined) return;
  const now = await request.identify().catch(() => undefined);
  if (now === undefined || !sameAccess(now, request.principal)) stream.close();
}

/** Repeats work, one run after the other. */
function repeating(work: () => Promise<void>, interval: number, onError: (error: unknown) => void) {
  let timer: Timer | undefined;
  let stopped = false;
  const next = () => {
    timer = after(interval, run).unref();
  };
  const run = async () => {
    await work().catch(onError);
    if (!stopped) next();
  };
  next();
  return {
    stop: () => {
      stopped = true;
      timer?.stop();
    },
  };
}

/**
 * Starts a response of events.
 *
 * @param lifetime milliseconds
 * @throws UserError `too_many_requests` if too many streams are open
 */
export function startEvents(reply: FastifyReply, lifetime = LIFETIME): EventStream {
  const { request } = reply;
  const { eventStreams: streams, maxEventStreams: most } = reply.server;
  if (streams.size >= most) {
    throw new UserError('too_many_requests', `${most} event streams are open already; poll the resource instead`, {
      retryAfter: 30,
    });
  }
  const headers = reply.getHeaders() as OutgoingHttpHeaders;
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    ...headers,
    ...headersFor(request),
    'content-type': 'text/event-stream',
    // Else nginx would buffer the events.
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${RETRY}\n\n`);
  const heartbeat = every(HEARTBEAT, () => raw.write(':\n\n')).unref();
  const end = after(lifetime, () => raw.end()).unref();
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
        heartbeat.stop();
        end.stop();
        streams.delete(stream);
        resolve();
      });
    }),
  };
  requests.set(stream, request);
  streams.add(stream);
  return stream;
}
