import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { invalid, UserError } from '../lib/errors.ts';
import { excerpt } from '../lib/text.ts';
import { Nothing } from './document/media.ts';
import { addVary } from './guards/headers.ts';
import type { App } from './types.ts';

/** The headers of an update that applies only to one version. Of an ETag, only the version is compared. */
export const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'the `ETag` of the version to update' })),
});

/** The headers of a request whose response the client may already have. */
export const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({ description: 'the `ETag` of an earlier response; `304` if the response would be the same' }),
  ),
});

export const NotModified = Nothing('not modified since the response with this `ETag`');

/**
 * Says which version of a thing an answer shows.
 *
 * @param body the answer, which can change while the version does not: a store has a state
 */
export function sendVersion(reply: FastifyReply, version: number, body?: object): FastifyReply {
  const mark = body === undefined ? '' : `-${digestOf(body)}`;
  return reply.header('etag', `"${version}${mark}"`);
}

function digestOf(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
}

/** Answers `304` without a body where the client already has the answer (`If-None-Match`). */
export function answerNotModified(app: App): void {
  app.addHook('onSend', async ({ method, headers }, reply, payload) => {
    const given = headers['if-none-match'];
    const etag = reply.getHeader('etag');
    if (given === undefined || typeof etag !== 'string' || reply.statusCode !== 200) return payload;
    if ((method !== 'GET' && method !== 'HEAD') || !includes(given, etag)) return payload;
    // As for the response that is not sent.
    addVary(reply, 'Accept-Encoding');
    reply.code(304).removeHeader('content-type').removeHeader('content-length');
    // Fastify measures the body of a response to HEAD.
    return method === 'HEAD' ? '' : null;
  });
}

/** Whether one of the given tags is this one, or all are meant. Whether a tag is weak makes no difference. */
function includes(given: string, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return given.trim() === '*' || given.split(',').some((tag) => bare(tag) === bare(etag));
}

/**
 * Refuses changes with `If-Match` where a route does not compare it, since a client that sends it relies on it. The
 * classic endpoints ignore it.
 */
export function refuseUnusedIfMatch(app: App): void {
  app.addHook('preValidation', async ({ headers, method, routeOptions: { url = '', schema } }) => {
    if (headers['if-match'] === undefined || !url.startsWith('/api/v1/') || ['GET', 'HEAD'].includes(method)) return;
    const { properties = {} } = (schema?.headers ?? {}) as { readonly properties?: object };
    if ('if-match' in properties) return;
    const single = app.routeTable.find((route) => route.method === method && isSingle(route.url, url));
    const instead =
      single === undefined ? 'leave it out' : `${method} ${single.url.replace(/:(\w+)$/, '{$1}')} supports it`;
    throw invalid(`${method} ${url} does not support If-Match; ${instead}`, 'if-match');
  });
}

/** Whether a pattern is that of one item of the list at another. */
function isSingle(pattern: string, list: string): boolean {
  return pattern.startsWith(`${list}/:`) && !pattern.slice(list.length + 1).includes('/');
}

/**
 * The version that the caller wants to change (`If-Match`); `undefined`: whichever there is.
 *
 * @throws UserError `invalid_input` when it is not an ETag, `precondition_failed` when this program never gave it
 */
export function expectedVersion({ headers }: FastifyRequest): number | undefined {
  const given = headers['if-match'];
  if (given === undefined || given.trim() === '*') return undefined;
  const [, tag] = ONE_ETAG.exec(given) ?? [];
  if (tag === undefined) {
    const expected = 'expected * or the ETag of the last read with its quotation marks, such as "3-Wm9vQ2x1"';
    throw invalid(`If-Match is ${excerpt(given)}, ${expected}`, 'if-match');
  }
  const version = OWN_TAG.exec(tag)?.[1];
  if (version !== undefined) return Number(version);
  throw new UserError('precondition_failed', `If-Match is ${excerpt(given)}, expected the ETag of the last read`);
}

/** An entity tag of RFC 9110, weak or not. */
const ONE_ETAG = /^\s*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;
/** What is within the quotation marks of `sendVersion`. */
const OWN_TAG = /^(\d{1,9})(?:-[\w-]{1,50})?$/;
