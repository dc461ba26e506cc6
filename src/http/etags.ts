import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { UserError } from '../lib/errors.ts';

/** The headers of a request that changes what somebody has read. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'the `ETag` of the version to update' })),
});

/** Says which version of a thing an answer shows. */
export function sendVersion(reply: FastifyReply, version: number): FastifyReply {
  return reply.header('etag', `"${version}"`);
}

/**
 * The version that the caller wants to change (`If-Match`); `undefined`: whichever there is.
 *
 * @throws UserError `precondition_failed` when it is none that this program ever gave
 */
export function expectedVersion({ headers }: FastifyRequest): number | undefined {
  const given = headers['if-match'];
  if (given === undefined || given.trim() === '*') return undefined;
  const version = /^ *(?:W\/)?"(\d{1,9})" *$/.exec(given)?.[1];
  if (version !== undefined) return Number(version);
  throw new UserError('precondition_failed', `If-Match is ${given.slice(0, 100)}, expected the ETag of the last read`);
}
