import type { FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS, hasScope, OPEN, type Principal } from '../../accounts/access.ts';
import { UserError } from '../../lib/errors.ts';
import { isLoopback } from '../../lib/networks.ts';
import type { App, Authenticator } from '../types.ts';
import { cookieOf, SESSION_COOKIE } from './cookies.ts';
import type { CorsOrigins } from './cors.ts';
import { forwardingHeader, type TrustedProxies } from './proxies.ts';
import type { RequestLimit } from './rate-limit.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** How to get a key, for programs that have none. */
const NEW_KEY =
  'create a key on the dashboard under "Password and API keys", or with ' +
  '"restaurant-monitor key add --user LOGIN --name NAME --scopes SCOPE"';

interface GuardParts {
  readonly authenticator: Authenticator;
  readonly proxies: TrustedProxies;
  readonly origins: CorsOrigins;
  readonly limit: RequestLimit;
}

/** Authenticates each request, counts it, and rejects it if its route does not allow it. */
export function guardRoutes(app: App, parts: GuardParts): void {
  app.decorateRequest('principal');
  app.decorateRequest('identify');
  app.addHook('onRequest', async (request, reply) => {
    await request.deadline.limit(admit(request, reply, parts));
  });
}

async function admit(request: FastifyRequest, reply: FastifyReply, parts: GuardParts): Promise<void> {
  // The response to a path without a route is public.
  const { access = 'public' } = request.routeOptions.config;
  request.principal = ANONYMOUS;
  request.identify = () => principalOf(request, parts);
  refuseForeignOrigin(request, parts.origins);
  const principal = access === 'public' ? ANONYMOUS : await request.identify();
  request.principal = principal ?? ANONYMOUS;
  // Before it is rejected: attempts with invalid keys count by address.
  await parts.limit(request, reply);
  if (access === 'public') return;
  if (principal === undefined) {
    if (request.headers.authorization !== undefined) {
      throw new UserError('unauthorized', `the API key is unknown, expired or revoked; ${NEW_KEY}`);
    }
    throw new UserError(
      'unauthorized',
      `nobody is signed in: sign in on the dashboard, or send an API key (Authorization: Bearer KEY); ${NEW_KEY}`,
    );
  }
  if (access !== 'signed-in' && principal.kind === 'user' && principal.mustEnroll) {
    throw new UserError(
      'forbidden',
      `the role ${principal.role} requires a second factor: add one to your account first`,
    );
  }
  if (access !== 'signed-in' && !hasScope(principal, access)) {
    throw new UserError('forbidden', `this needs the scope ${access}, which you do not have`);
  }
}

async function principalOf(
  request: FastifyRequest,
  { authenticator, proxies, origins }: GuardParts,
): Promise<Principal | undefined> {
  if (!(await authenticator.hasUsers())) {
    refuseOutsiders(request, proxies);
    if (origins.sent(request)) throw outsider('for a page of another origin');
    return OPEN;
  }
  const key = keyOf(request);
  if (key !== undefined) return authenticator.principalOfKey(key);
  if (origins.sent(request)) return undefined;
  const token = cookieOf(request, SESSION_COOKIE);
  if (token === undefined) return undefined;
  // Browsers send an Origin with unsafe requests, and sessions are for browsers.
  if (!SAFE.has(request.method) && request.headers.origin === undefined) {
    throw new UserError(
      'forbidden',
      'this request has a session cookie but no Origin header, which browsers send with every change. Programs such as ' +
        `curl and Postman send an API key instead of the cookie (Authorization: Bearer KEY); ${NEW_KEY}`,
    );
  }
  return authenticator.principalOfSession(token);
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const given = headers.authorization;
  if (given === undefined) return undefined;
  const key = /^Bearer +(\S+) *$/i.exec(given)?.[1];
  if (key !== undefined) return key;
  throw new UserError('unauthorized', 'the Authorization header is not "Bearer KEY"');
}

/**
 * Rejects changes that a page of another site sends from its visitor's browser. Pages of allowed origins may send those
 * that a key authenticates, since no browser adds one by itself.
 */
function refuseForeignOrigin(request: FastifyRequest, origins: CorsOrigins): void {
  const { method, headers, host, protocol } = request;
  const { origin } = headers;
  if (SAFE.has(method) || origin === undefined) return;
  if (origins.sent(request) && headers.authorization !== undefined) return;
  const own = `${protocol}://${host}`;
  if (URL.canParse(origin) && URL.canParse(own) && new URL(origin).origin === new URL(own).origin) return;
  throw new UserError(
    'forbidden',
    `a page from ${origin.slice(0, 100)} cannot change anything at ${own.slice(0, 300)}; ` +
      'a proxy that adds TLS has to send X-Forwarded-Proto, and TRUSTED_PROXIES has to name it; CORS_ORIGINS lists ' +
      'the origins whose pages may send changes with an API key',
  );
}

/**
 * Without users, only this machine is allowed: with a loopback `Host`, which a page under another name that resolves to
 * this address (DNS rebinding) cannot send, and not through a proxy, unless the proxy is trusted and says so.
 */
function refuseOutsiders(request: FastifyRequest, proxies: TrustedProxies): void {
  const { host = '' } = request.raw.headers;
  if (!LOOPBACK.test(host)) throw outsider(`as ${host.slice(0, 100)}`);
  const header = forwardingHeader(request.headers);
  if (header !== undefined && !proxies.vouchFor(request)) {
    throw outsider(`with the header ${header.slice(0, 100)} of a proxy that TRUSTED_PROXIES does not name`);
  }
  // There is none if the connection is already closed.
  const address: string | undefined = request.ip;
  if (!isLoopback(address ?? '')) throw outsider(`from ${address?.slice(0, 100)}`);
}

function outsider(how: string): UserError {
  return new UserError('forbidden', `there are no users yet, so only this machine itself may ask, not ${how}`);
}
