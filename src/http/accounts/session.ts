import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { canSeeAllStores, type Principal, SCOPES } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Shown } from '../../accounts/own-account.ts';
import type { Accounts } from '../../accounts/service.ts';
import { invalid, UserError } from '../../lib/errors.ts';
import { clearCookie, SESSION_COOKIE } from '../guards/cookies.ts';
import { Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { answerOf, challengeOf, PasskeyAnswer, PasskeyChallenge, siteOf } from './passkeys.ts';
import { Id, Login, Name, Nothing, noUsers, Password, RevokeKeys, Role, Scope, sessionUserOf } from './schemas.ts';
import { originOf, sendToken, tokenOf, welcome } from './welcome.ts';

const tags = ['session'];

const Secret = Type.String({ maxLength: 1_000 });
const Code = Type.String({ maxLength: 100, description: 'of the authenticator app, or a recovery code' });

const Credentials = Type.Object(
  { login: Secret, password: Secret, code: Type.Optional(Code) },
  { additionalProperties: false, title: 'Credentials' },
);

const OwnPassword = Type.Object(
  { current: Secret, next: Password, revoke_keys: RevokeKeys },
  { additionalProperties: false, title: 'OwnPassword' },
);

const Proof = Type.Object(
  {
    password: Type.Optional(Secret),
    code: Type.Optional(Code),
    passkey: Type.Optional(PasskeyAnswer),
  },
  { additionalProperties: false, title: 'Proof', description: 'one of the three' },
);

const Me = Type.Object(
  {
    user: Nullable(Type.Object({ user_id: Id, login: Login, name: Name, role: Role })),
    via: Nullable(OneOf(['session', 'key'])),
    scopes: Type.Array(Scope),
    all_stores: Type.Boolean({ description: 'whether all stores are there, or only those that are assigned' }),
    second_factor_required: Type.Boolean({
      description: 'the role requires a second factor, and there is none yet: one can add it, and nothing else',
    }),
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
        const signedIn = await accounts.signIn
          .withPassword({ ...request.body, ...originOf(request) })
          .catch((error) => refused(request, error));
        return meOf(await welcome(accounts, request, reply, signedIn));
      },
    );

    app.post(
      '/api/v1/session/passkey-options',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'challengePasskey',
          summary: 'Begin to sign in, or to prove who one is, with a passkey',
          tags,
          response: { 200: PasskeyChallenge },
        },
      },
      async (request) => challengeOf(await accounts.passkeys.challenge(siteOf(request))),
    );

    app.post(
      '/api/v1/session/passkey',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'signInWithPasskey',
          summary: 'Sign in with a passkey: begins a browser session, in a cookie',
          tags,
          body: PasskeyAnswer,
          response: { 200: Me },
        },
      },
      async (request, reply) => {
        if (!(await accounts.hasUsers())) throw noUsers();
        const signedIn = await accounts.signIn
          .withPasskey(answerOf(request, request.body), originOf(request))
          .catch((error) => refused(request, error));
        return meOf(await welcome(accounts, request, reply, signedIn));
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
        const own = { ...originOf(request), userId, token: tokenOf(request) };
        sendToken(request, reply, await accounts.own.prove(actorOf(request.principal), own, shownIn(request)));
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
        sendToken(request, reply, await accounts.own.changePassword(actorOf(request.principal), change));
        return reply.code(204).send(null);
      },
    );
  };
}

/** @throws UserError `invalid_input` unless it is one of the three */
function shownIn(request: FastifyRequest<{ Body: Static<typeof Proof> }>): Shown {
  const { password, code, passkey } = request.body;
  if ([password, code, passkey].filter((one) => one !== undefined).length === 1) {
    if (password !== undefined) return { password };
    if (code !== undefined) return { code };
    if (passkey !== undefined) return { passkey: answerOf(request, passkey) };
  }
  throw invalid('expected one of password, code and passkey');
}

function refused(request: FastifyRequest, error: unknown): never {
  if (error instanceof UserError) request.log.warn({ address: request.ip, code: error.code }, 'sign-in refused');
  throw error;
}

function meOf(principal: Principal) {
  if (principal.kind === 'open') {
    return { user: null, via: null, scopes: [...SCOPES], all_stores: true, second_factor_required: false };
  }
  const { userId, login, name, role, via, scopes, mustEnroll } = principal;
  return {
    user: { user_id: userId, login, name, role },
    via,
    scopes: [...scopes],
    all_stores: canSeeAllStores(principal),
    second_factor_required: mustEnroll,
  };
}
