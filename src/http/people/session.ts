import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Principal, SCOPES, seesAll } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { UserError } from '../../errors.ts';
import { SESSION_COOKIE } from '../access.ts';
import { Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { Id, Login, Name, Nothing, noUsers, Password, Role, Scope, sessionUserOf } from './schemas.ts';

const tags = ['session'];

const Credentials = Type.Object(
  { login: Type.String({ maxLength: 1_000 }), password: Type.String({ maxLength: 1_000 }) },
  { additionalProperties: false, title: 'Credentials' },
);

const OwnPassword = Type.Object(
  { current: Type.String({ maxLength: 1_000 }), next: Password },
  { additionalProperties: false, title: 'OwnPassword' },
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
        const address = request.ip;
        const { token, endsAt } = await accounts.sessions.signIn({ ...request.body, address }).catch((error) => {
          if (error instanceof UserError) request.log.warn({ address, code: error.code }, 'sign-in refused');
          throw error;
        });
        const principal = await accounts.principalOfSession(token);
        if (principal === undefined) throw new UserError('unauthorized', 'the session has ended already');
        reply.setCookie(SESSION_COOKIE, token, { ...cookieOf(request), expires: new Date(endsAt) });
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
        return reply.clearCookie(SESSION_COOKIE, cookieOf(request)).code(204).send(null);
      },
    );

    app.put(
      '/api/v1/session/password',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'changeOwnPassword',
          summary: "Change one's own password; the other sessions end",
          tags,
          body: OwnPassword,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const { userId } = sessionUserOf(request.principal);
        const from = { userId, token: tokenOf(request), address: request.ip };
        await accounts.sessions.changePassword(actorOf(request.principal), { ...request.body, ...from });
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

function tokenOf({ cookies }: FastifyRequest): string {
  return cookies[SESSION_COOKIE] ?? '';
}

/** No script sees it, no other site sends it along with a change, and what came by TLS goes back by TLS alone. */
function cookieOf({ protocol }: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: protocol === 'https' } as const;
}
