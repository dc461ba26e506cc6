import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sleep } from '../../lib/world/timers.ts';

/** Milliseconds for which a client that still sends gets to see the answer. */
const LINGER = 2_000;

/**
 * An `onSend` hook for routes with large bodies: one that was refused before it was read to its end is not waited for.
 * The connection is closed, though not at once: a client whose sending fails would not look at the answer.
 */
export async function closeUnread({ raw }: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode < 400 || raw.complete || raw.readableEnded || typeof payload !== 'string') return payload;
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
