import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { sameAccess } from '../accounts/access.ts';
import { UserError } from '../lib/errors.ts';
import type { Timer } from '../lib/world/ports.ts';
import { after, every } from '../lib/world/timers.ts';
import { headersFor } from './guards/headers.ts';
import type { App, Authenticator } from './types.ts';

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

/** Milliseconds between two checks for account changes while a stream is open. */
const CHECK_INTERVAL = 500;

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

interface EventsParts {
  /** How many streams may be open at a time. */
  readonly most: number;
  readonly authenticator: Pick<Authenticator, 'revision'>;
  readonly log: FastifyBaseLogger;
}

/** Who listens to a stream. */
const requests = new WeakMap<EventStream, FastifyRequest>();

/**
 * Lets routes answer with events. The streams end when the server closes, and within a second when something has
 * changed for the one who listens: a client that may still listen reconnects.
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
  const checking = repeating(check, CHECK_INTERVAL, (error) => log.warn({ err: error }, 'listeners are not checked'));
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

/** Runs something again and again, one run after the other. */
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
 * Begins an answer of events.
 *
 * @param lifetime milliseconds
 * @throws UserError `too_many_requests` when too many listen already
 */
export function startEvents(reply: FastifyReply, lifetime = LIFETIME): EventStream {
  const { request } = reply;
  const { eventStreams: streams, maxEventStreams: most } = reply.server;
  if (streams.size >= most) {
    throw new UserError('too_many_requests', `${most} listeners are here already; ask without events`, {
      retryAfter: 30,
    });
  }
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream',
    ...headersFor(request),
    // nginx would keep back what is to be seen at once.
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
