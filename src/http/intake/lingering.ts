import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sleep } from '../../lib/world/timers.ts';

/** How long a client that is still sending has to read the response, in milliseconds. */
const LINGER = 2_000;

/**
 * An `onSend` hook for routes with large bodies. If the response is sent before the body was read, the connection is
 * closed after a delay: a client whose sending fails at once might not read the response.
 */
export async function closeUnread({ raw }: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (raw.complete || raw.readableEnded || typeof payload !== 'string') return payload;
  reply.header('connection', 'close').header('content-length', Buffer.byteLength(payload));
  return Readable.from(endingLate(payload, raw));
}

async function* endingLate(payload: string, raw: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from(payload);
  const ended = new AbortController();
  raw.once('end', () => ended.abort()).once('close', () => ended.abort());
  raw.resume();
  await sleep(LINGER, ended.signal).catch(() => {});
}
