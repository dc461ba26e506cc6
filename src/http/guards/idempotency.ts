import { createHash, createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DAY, SECOND } from '../../domain/hours.ts';
import { newId } from '../../lib/world/random.ts';
import { every } from '../../lib/world/timers.ts';
import type { IdempotencyKeys, KeptResponse, KeyedRequest } from '../../storage/ports/idempotency.ts';
import { EXPECTED } from '../expectations.ts';
import { sendProblem } from '../problems.ts';
import type { App } from '../types.ts';

/** How a route that creates something handles an `Idempotency-Key`. */
export interface Idempotency {
  /** The field of the response that is never stored: it is null when the response is repeated. */
  readonly secret?: string;
  /** Of the body, `length`: only its length tells one request from another. `password`: it holds a password. */
  readonly body?: 'length' | 'password';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Repeating a request with the same `Idempotency-Key` repeats its response, and does nothing else. */
    idempotency?: Idempotency;
  }
}

/** Milliseconds for which a response is kept. */
const KEPT = DAY;
/** Milliseconds after which a request whose server was lost no longer holds its key. */
const LEASE = 60 * SECOND;
const PRUNE_INTERVAL = DAY / 24;
const HEADER = 'idempotency-key';
/** Headers that belong to a response. Cookies are not kept. */
const KEPT_HEADERS = ['location', 'etag'] as const;

const derive = promisify<string, string, number, Buffer>(scrypt);

const KeyHeader = Type.Optional(
  Type.String({
    pattern: '^("[\\x21\\x23-\\x7e]{1,255}"|[\\x21\\x23-\\x7e]{1,255})$',
    [EXPECTED]: '1 to 255 visible ASCII characters without spaces, optionally in double quotes',
    description: 'a random UUID: repeating the request with it within 24 hours repeats the response',
    examples: ['8e03978e-40d5-43e8-bc93-6894a57f9324'],
  }),
);

/**
 * Handles `Idempotency-Key` on routes with `config.idempotency`. A success is kept and repeated. After an error, which
 * changed nothing, the key is free again.
 *
 * Call it before the hook that limits the response time: what ends after that is kept, too.
 */
export function keepIdempotency(app: App, keys: IdempotencyKeys): void {
  app.addHook('onRoute', (route) => {
    const rule = route.config?.idempotency;
    if (rule === undefined) return;
    route.schema = { ...route.schema, headers: Type.Object({ [HEADER]: KeyHeader }) };
    const { handler } = route;
    route.handler = async function idempotent(request, reply) {
      const key = request.headers[HEADER];
      if (typeof key !== 'string') return handler.call(this, request, reply);
      const keyed = await keyedRequest(request, key.replaceAll('"', ''), rule);
      return once(keys, rule, keyed, request, reply, (seen) => handler.call(this, request, seen));
    };
  });
  const prune = () =>
    keys.prune().catch((error: unknown) => app.log.warn({ err: error }, 'idempotency keys not pruned'));
  const timer = every(PRUNE_INTERVAL, () => void prune()).unref();
  app.addHook('onReady', prune);
  app.addHook('onClose', async () => timer.stop());
}

/** A hash of the key and the caller, and a fingerprint that nobody without the key can compare with guesses. */
async function keyedRequest(request: FastifyRequest, key: string, { body }: Idempotency): Promise<KeyedRequest> {
  const { method, url, principal, headers } = request;
  const caller = principal.kind === 'user' ? principal.userId : '';
  const content = body === 'length' ? (headers['content-length'] ?? null) : (request.body ?? null);
  const text = JSON.stringify([method, url, content]);
  const keyHash = createHash('sha256')
    .update(JSON.stringify([caller, key]))
    .digest('hex');
  // A password could be guessed from a fast hash if the key can be guessed, too.
  const fingerprint =
    body === 'password'
      ? (await derive(text, `${caller} ${key}`, 32)).toString('hex')
      : createHmac('sha256', key).update(text).digest('hex');
  return { keyHash, fingerprint };
}

async function once(
  keys: IdempotencyKeys,
  rule: Idempotency,
  keyed: KeyedRequest,
  request: FastifyRequest,
  reply: FastifyReply,
  handle: (reply: FastifyReply) => unknown,
): Promise<unknown> {
  const token = newId();
  const holder = await keys.take(keyed, token, LEASE);
  if (holder !== undefined) {
    if (holder.fingerprint !== keyed.fingerprint) {
      return sendProblem(reply, 'idempotency_key_reused', 'this Idempotency-Key belongs to a different request');
    }
    if (holder.response !== undefined) return repeat(reply, holder.response);
    return sendProblem(reply, 'idempotency_key_in_use', 'a request with this Idempotency-Key is still running');
  }
  const { keyHash } = keyed;
  const log = (what: string) => (error: unknown) => request.log.warn({ err: error }, what);
  const renewal = every(LEASE / 3, () => {
    keys.renew(keyHash, token, LEASE).catch(log('an idempotency key was not renewed'));
  }).unref();
  const release = () => keys.release(keyHash, token).catch(log('an idempotency key was not released'));
  try {
    const { status, payload } = await outcomeOf(reply, handle);
    const response = { status, headers: keptHeaders(reply), body: JSON.stringify(withoutSecret(payload, rule)) };
    // What was created is there, even if its response cannot be kept.
    await keys.complete(keyHash, token, response, KEPT).catch(log('a response was not kept'));
    return payload;
  } catch (error) {
    await release();
    throw error;
  } finally {
    renewal.stop();
  }
}

/** What a handler sends. It is not sent yet; if the response was due before, it never is. */
async function outcomeOf(reply: FastifyReply, handle: (reply: FastifyReply) => unknown) {
  let status = 200;
  let sent: { readonly payload: unknown } | undefined;
  const code = (given: number) => {
    status = given;
    reply.code(given);
    return seen;
  };
  const send = (payload: unknown) => {
    sent = { payload };
    return seen;
  };
  // A reply is a promise of having been sent, which would be waited for.
  const own = new Map<PropertyKey, unknown>([
    ['code', code],
    ['send', send],
    ['then', undefined],
  ]);
  const seen: FastifyReply = new Proxy(reply, {
    get: (target, name) => (own.has(name) ? own.get(name) : Reflect.get(target, name, target)),
  });
  const result = await handle(seen);
  return { status, payload: sent === undefined ? result : sent.payload };
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  const known = KEPT_HEADERS.filter((name) => reply.hasHeader(name));
  return Object.fromEntries(known.map((name) => [name, String(reply.getHeader(name))]));
}

function withoutSecret(payload: unknown, { secret }: Idempotency): unknown {
  return secret === undefined ? payload : { ...(payload as object), [secret]: null };
}

function repeat(reply: FastifyReply, { status, headers, body }: KeptResponse): FastifyReply {
  return reply
    .code(status)
    .headers({ ...headers, 'idempotent-replayed': 'true' })
    .send(JSON.parse(body));
}
