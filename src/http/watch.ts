import type { FastifyReply } from 'fastify';
import { UserError } from '../lib/errors.ts';
import { sleep } from '../lib/world/timers.ts';
import { answer, Raw } from './document/media.ts';
import { type EventStream, startEvents } from './sse.ts';

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

/** Milliseconds between two looks. */
const LOOK_INTERVAL = 300;

/** The schema of an answer that is a stream of events. */
export const EventsAnswer = answer('until it has ended', {
  'text/event-stream': Raw(
    '`progress` events while it is under way, then one event that is named after its last status and holds the ' +
      'resource, or `deleted`; comments in between keep the connection',
  ),
});

/**
 * Answers with the events of something until it ends or the client goes.
 *
 * @throws UserError `too_many_requests`
 */
export function watch<T>(reply: FastifyReply, watched: Watched<T>): FastifyReply {
  const stream = startEvents(reply);
  tell(stream, watched)
    .catch((error) => reply.log.error({ err: error }, 'a stream of events broke off'))
    .finally(() => stream.close());
  return reply;
}

async function tell<T>(stream: EventStream, watched: Watched<T>): Promise<void> {
  const gone = new AbortController();
  stream.closed.then(() => gone.abort());
  let last = '';
  while (!gone.signal.aborted) {
    const state = await stateOf(watched);
    if (state === 'deleted') return stream.send('deleted', {});
    if (state !== 'unknown') {
      const end = watched.end(state);
      if (end !== undefined) return stream.send(end, watched.resource(state));
      const data = watched.progress(state);
      const text = JSON.stringify(data);
      if (text !== last) stream.send('progress', data);
      last = text;
    }
    await sleep(LOOK_INTERVAL, gone.signal).catch(() => {});
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
