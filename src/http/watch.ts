import type { FastifyReply } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { isTemporary, UserError } from '../lib/errors.ts';
import { sleep } from '../lib/world/timers.ts';
import { Events } from './document/media.ts';
import { type EventStream, startEvents } from './sse.ts';

/** A job whose events a client follows. */
export interface Watched<T> {
  /** Its present state. @throws UserError `not_found` if it was deleted, or if the client no longer sees it */
  read(): Promise<T>;
  /** The data of a `progress` event. */
  progress(state: T): unknown;
  /** The name of the last event; `undefined` while the job is not finished. */
  end(state: T): string | undefined;
  /** The data of the last event. */
  resource(state: T): unknown;
}

/** Milliseconds between two reads. */
const READ_INTERVAL = 300;

/** The events of a job: `progress` until it ends, then one event named after its final status, or `deleted`. */
export function jobEvents(progress: TSchema, resource: TSchema, finalStatuses: readonly string[]) {
  return Events('the events, until the job has ended; comments in between keep the connection open', {
    progress,
    ...Object.fromEntries(finalStatuses.map((status) => [status, resource])),
    deleted: Type.Object({}),
  });
}

/**
 * Responds with the events of a job until the job ends or the client disconnects.
 *
 * @throws UserError `too_many_requests`
 */
export function watch<T>(reply: FastifyReply, watched: Watched<T>): FastifyReply {
  const stream = startEvents(reply);
  sendEvents(stream, watched)
    .catch((error) => reply.log.error({ err: error }, 'event stream failed'))
    .finally(() => stream.close());
  return reply;
}

async function sendEvents<T>(stream: EventStream, watched: Watched<T>): Promise<void> {
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
    await sleep(READ_INTERVAL, gone.signal).catch(() => {});
  }
}

/** `unknown` while the database is unavailable. */
async function stateOf<T>(watched: Watched<T>): Promise<T | 'deleted' | 'unknown'> {
  try {
    return await watched.read();
  } catch (error) {
    if (error instanceof UserError && error.code === 'not_found') return 'deleted';
    if (isTemporary(error)) return 'unknown';
    throw error;
  }
}
