import type { FastifyReply, FastifyRequest } from 'fastify';

/** A session's token. */
export const SESSION_COOKIE = 'rm_session';
/** Identifies a browser that has signed in before. */
export const DEVICE_COOKIE = 'rm_device';
/** The state of a sign-in while the browser is at the identity provider. */
export const OIDC_COOKIE = 'rm_oidc';

/** A cookie of the request; over TLS only one that no other host and no unencrypted connection can set. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.cookies[nameFor(request, name)];
  return value === '' ? undefined : value;
}

/** Sets a cookie that is hidden from scripts and not sent with changes by other sites. */
export function setCookie(request: FastifyRequest, reply: FastifyReply, name: string, value: string, until: number) {
  reply.setCookie(nameFor(request, name), value, { ...attributes(request), expires: new Date(until) });
}

export function clearCookie(request: FastifyRequest, reply: FastifyReply, name: string): void {
  reply.clearCookie(nameFor(request, name), attributes(request));
}

/** Browsers accept a name with this prefix only over TLS, from the host itself and for all paths. */
function nameFor(request: FastifyRequest, name: string): string {
  return isSecure(request) ? `__Host-${name}` : name;
}

function attributes(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request) } as const;
}

function isSecure({ protocol }: FastifyRequest): boolean {
  return protocol === 'https';
}
