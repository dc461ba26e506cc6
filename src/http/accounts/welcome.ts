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

/** For so long a browser is known, the longest that browsers keep a cookie. */
const DEVICE_KNOWN = 400 * DAY;

/** Gives the browser the cookies of a session that has just begun. */
export async function welcome(
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

/** The token of the session that a request comes from. */
export function tokenOf(request: FastifyRequest): string {
  return cookieOf(request, SESSION_COOKIE) ?? '';
}

export function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, device: cookieOf(request, DEVICE_COOKIE) };
}
