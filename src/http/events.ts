import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { UserError } from '../errors.ts';
import type { App } from './types.ts';

/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What somebody watches: how far it is, and how it ended. */
export interface Watched<T> {
  /** What it is now. @throws UserError `not_found` when it is gone, or gone for the one who watches */
  read(): Promise<T>;
  /** What changes while it is under way. */
  progress(state: T): unknown;
  /** The event that it ends with; `undefined`: it is under way. */
  end(state: T): string | undefined;
  /** What the last event says. */
  resource(state: T): unknown;
}

export const EVENTS_LIMIT = 100;
const EVENTS_RETRY = 10;
/** Milliseconds between two looks. */
const LOOK_INTERVAL = 300;
/** Proxies cut a connection that is silent for a minute or so. */
const HEARTBEAT = 15_000;

/** The schema of an answer that is a stream of events. */
export const EventsAnswer = {
  description:
    '`progress` events while it is under way, then one event that is named after its last status and holds the ' +
    'resource, or `deleted`; comments in between keep the connection',
  content: { 'text/event-stream': { schema: Type.String() } },
};

/** The streams of events that are open; only so many at once, and none after the server's end. */
export class EventStreams {
  readonly #open = new Set<AbortController>();

  constructor(app: App) {
    app.addHook('preClose', async () => {
      for (const stream of this.#open) stream.abort();
    });
  }

  /**
   * Answers with the events of something until it ends or the client goes.
   *
   * @throws UserError `too_many_requests`
   */
  async send<T>(reply: FastifyReply, watched: Watched<T>): Promise<FastifyReply> {
    if (this.#open.size >= EVENTS_LIMIT) {
      const message = `${EVENTS_LIMIT} streams of events are open already; ask for the resource itself instead`;
      throw new UserError('too_many_requests', message, { retryAfter: EVENTS_RETRY });
    }
    const stream = new AbortController();
    this.#open.add(stream);
    reply.raw.once('close', () => {
      this.#open.delete(stream);
      stream.abort();
    });
    const content = Readable.from(textOf(watched, stream.signal), { objectMode: false });
    return (
      reply
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        // The end of the server need not wait for a connection that has only now become idle.
        .header('connection', 'close')
        .type('text/event-stream; charset=utf-8')
        .send(content)
    );
  }
}

async function* textOf<T>(watched: Watched<T>, signal: AbortSignal): AsyncGenerator<string> {
  let told = performance.now();
  for await (const event of eventsOf(watched, signal)) {
    if (event === undefined && performance.now() - told < HEARTBEAT) continue;
    told = performance.now();
    yield event === undefined ? ': still here\n\n' : `event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
  }
}

/** An event whenever something changed; `undefined`: nothing did. */
async function* eventsOf<T>(watched: Watched<T>, signal: AbortSignal): AsyncGenerator<ServerEvent | undefined> {
  let last = '';
  while (!signal.aborted) {
    const state = await stateOf(watched);
    if (state === 'deleted') return yield { event: 'deleted', data: {} };
    if (state !== 'unknown') {
      const end = watched.end(state);
      if (end !== undefined) return yield { event: end, data: watched.resource(state) };
      const data = watched.progress(state);
      const text = JSON.stringify(data);
      yield text === last ? undefined : { event: 'progress', data };
      last = text;
    }
    await sleep(LOOK_INTERVAL, undefined, { signal }).catch(() => {});
  }
}

/** While the database is away, nothing is known. */
async function stateOf<T>(watched: Watched<T>): Promise<T | 'deleted' | 'unknown'> {
  try {
    return await watched.read();
  } catch (error) {
    if (error instanceof UserError && error.code === 'not_found') return 'deleted';
    if (error instanceof UserError && error.code === 'unavailable') return 'unknown';
    throw error;
  }
}
