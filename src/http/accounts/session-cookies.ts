import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../accounts/access.ts';
import type { Origin } from '../../accounts/password-proof.ts';
import type { Accounts } from '../../accounts/service.ts';
import type { SessionToken } from '../../accounts/sessions.ts';
import type { SignedIn } from '../../accounts/sign-in.ts';
import { DAY } from '../../domain/hours.ts';
import { UserError } from '../../lib/errors.ts';
import { now } from '../../lib/world/clocks.ts';
import { cookieOf, DEVICE_COOKIE, SESSION_COOKIE, setCookie } from '../guards/cookies.ts';

/** How long a browser stays known: the longest lifetime that browsers allow for a cookie. */
const DEVICE_KNOWN = 400 * DAY;

/** Sets the cookies of a session that has just started. */
export async function sendSession(
  accounts: Accounts,
  request: FastifyRequest,
  reply: FastifyReply,
  signedIn: SignedIn,
): Promise<Principal> {
  const principal = await accounts.principalOfSession(signedIn.token);
  if (principal === undefined) throw new UserError('unauthorized', 'the session has ended already');
  sendToken(request, reply, signedIn);
  setCookie(request, reply, DEVICE_COOKIE, signedIn.device, now() + DEVICE_KNOWN);
  return principal;
}

export function sendToken(request: FastifyRequest, reply: FastifyReply, { token, endsAt }: SessionToken): void {
  setCookie(request, reply, SESSION_COOKIE, token, endsAt);
}

/** The session token of a request. */
export function tokenOf(request: FastifyRequest): string {
  return cookieOf(request, SESSION_COOKIE) ?? '';
}

export function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, device: cookieOf(request, DEVICE_COOKIE) };
}
