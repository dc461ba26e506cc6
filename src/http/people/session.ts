import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Principal, SCOPES, seesAll } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import type { SessionToken } from '../../accounts/sessions.ts';
import type { Origin } from '../../accounts/sign-in.ts';
import { DAY } from '../../domain/hours.ts';
import { UserError } from '../../errors.ts';
import { clearCookie, cookieOf, DEVICE_COOKIE, SESSION_COOKIE, setCookie } from '../cookies.ts';
import { Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { Id, Login, Name, Nothing, noUsers, Password, RevokeKeys, Role, Scope, sessionUserOf } from './schemas.ts';

const tags = ['session'];

/** For so long a browser is known, the longest that browsers keep a cookie. */
const DEVICE_KNOWN = 400 * DAY;

const Credentials = Type.Object(
  { login: Type.String({ maxLength: 1_000 }), password: Type.String({ maxLength: 1_000 }) },
  { additionalProperties: false, title: 'Credentials' },
);

const OwnPassword = Type.Object(
  { current: Type.String({ maxLength: 1_000 }), next: Password, revoke_keys: RevokeKeys },
  { additionalProperties: false, title: 'OwnPassword' },
);

const Proof = Type.Object(
  { password: Type.String({ maxLength: 1_000 }) },
  { additionalProperties: false, title: 'Proof' },
);

const Me = Type.Object(
  {
    user: Nullable(Type.Object({ user_id: Id, login: Login, name: Name, role: Role })),
    via: Nullable(OneOf(['session', 'key'])),
    scopes: Type.Array(Scope),
    all_stores: Type.Boolean({ description: 'whether all stores are there, or only those that are assigned' }),
  },
  { title: 'Me', description: 'who asks; no `user`: there are none, and everything is open' },
);

/** Signing in and out, and who one is. */
export function sessionRoutes(accounts: Accounts): Routes {
  return async (app) => {
    app.post(
      '/api/v1/session',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'signIn',
          summary: 'Sign in: begins a browser session, in a cookie',
          tags,
          body: Credentials,
          response: { 200: Me },
        },
      },
      async (request, reply) => {
        if (!(await accounts.hasUsers())) throw noUsers();
        const given = { ...request.body, ...originOf(request) };
        const signedIn = await accounts.signIn.withPassword(given).catch((error) => {
          if (error instanceof UserError) {
            request.log.warn({ address: request.ip, code: error.code }, 'sign-in refused');
          }
          throw error;
        });
        const principal = await accounts.principalOfSession(signedIn.token);
        if (principal === undefined) throw new UserError('unauthorized', 'the session has ended already');
        sendToken(request, reply, signedIn);
        setCookie(request, reply, DEVICE_COOKIE, signedIn.device, Date.now() + DEVICE_KNOWN);
        return meOf(principal);
      },
    );

    app.get(
      '/api/v1/session',
      {
        config: { access: 'signed-in' },
        schema: { operationId: 'readSession', summary: 'Who one is, and what one may do', tags, response: { 200: Me } },
      },
      async (request) => meOf(request.principal),
    );

    app.delete(
      '/api/v1/session',
      {
        config: { access: 'signed-in' },
        schema: { operationId: 'signOut', summary: 'Sign out: ends the session', tags, response: { 204: Nothing } },
      },
      async (request, reply) => {
        await accounts.sessions.signOut(tokenOf(request));
        clearCookie(request, reply, SESSION_COOKIE);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/session/reauthenticate',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'reauthenticate',
          summary: 'Prove again who one is: for 10 minutes the session may change what people can do',
          tags,
          body: Proof,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const { userId } = sessionUserOf(request.principal);
        const given = { ...request.body, ...originOf(request), userId, token: tokenOf(request) };
        sendToken(request, reply, await accounts.signIn.again(actorOf(request.principal), given));
        return reply.code(204).send(null);
      },
    );

    app.put(
      '/api/v1/session/password',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'changeOwnPassword',
          summary: "Change one's own password; the other sessions end, and this one gets a new cookie",
          tags,
          body: OwnPassword,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const { userId } = sessionUserOf(request.principal);
        const { current, next, revoke_keys: revokeKeys } = request.body;
        const change = { current, next, revokeKeys, userId, token: tokenOf(request), ...originOf(request) };
        sendToken(request, reply, await accounts.signIn.changePassword(actorOf(request.principal), change));
        return reply.code(204).send(null);
      },
    );
  };
}

function meOf(principal: Principal) {
  if (principal.kind === 'open') return { user: null, via: null, scopes: [...SCOPES], all_stores: true };
  const { userId, login, name, role, via, scopes } = principal;
  return { user: { user_id: userId, login, name, role }, via, scopes: [...scopes], all_stores: seesAll(principal) };
}

function tokenOf(request: FastifyRequest): string {
  return cookieOf(request, SESSION_COOKIE) ?? '';
}

function sendToken(request: FastifyRequest, reply: FastifyReply, { token, endsAt }: SessionToken): void {
  setCookie(request, reply, SESSION_COOKIE, token, endsAt);
}

function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, device: cookieOf(request, DEVICE_COOKIE) };
}
