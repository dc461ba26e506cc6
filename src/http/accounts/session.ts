import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { canSeeAllStores, type Principal, SCOPES, withOldNames } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import type { Evidence } from '../../accounts/own-account.ts';
import type { Accounts } from '../../accounts/service.ts';
import { invalid, UserError } from '../../lib/errors.ts';
import { clearCookie, SESSION_COOKIE } from '../guards/cookies.ts';
import { Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { answerOf, challengeOf, PasskeyAnswer, PasskeyChallenge, relyingPartyOf } from './passkeys.ts';
import { Id, Login, Name, Nothing, noUsers, Password, RevokeKeys, Role, Scope, sessionUserOf } from './schemas.ts';
import { originOf, sendSession, sendToken, tokenOf } from './session-cookies.ts';

const tags = ['session'];

const Secret = Type.String({ maxLength: 1_000 });
const Code = Type.String({ maxLength: 100, description: 'from the authenticator app, or a recovery code' });

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
  { additionalProperties: false, title: 'Proof', description: 'exactly one of the three' },
);

const Me = Type.Object(
  {
    user: Nullable(Type.Object({ user_id: Id, login: Login, name: Name, role: Role })),
    via: Nullable(OneOf(['session', 'key'])),
    scopes: Type.Array(Scope, { description: 'renamed ones under both names' }),
    all_stores: Type.Boolean({ description: 'whether the user sees all stores or only the assigned ones' }),
    second_factor_required: Type.Boolean({
      description: 'the role requires a second factor that is missing; until it is added, nothing else is allowed',
    }),
  },
  { title: 'Me', description: 'the current user; without `user`, there are no users and the API is open' },
);

/** Sign-in, sign-out and the current user. */
export function sessionRoutes(accounts: Accounts): Routes {
  return async (app) => {
    app.post(
      '/api/v1/session',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'signIn',
          summary: 'Sign in and start a browser session',
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
        return meOf(await sendSession(accounts, request, reply, signedIn));
      },
    );

    app.post(
      '/api/v1/session/passkey-options',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'challengePasskey',
          summary: 'Create a challenge to sign in or reauthenticate with a passkey',
          tags,
          response: { 200: PasskeyChallenge },
        },
      },
      async (request) => challengeOf(await accounts.passkeys.challenge(relyingPartyOf(request))),
    );

    app.post(
      '/api/v1/session/passkey',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'signInWithPasskey',
          summary: 'Sign in with a passkey and start a browser session',
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
        return meOf(await sendSession(accounts, request, reply, signedIn));
      },
    );

    app.get(
      '/api/v1/session',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'readSession',
          summary: 'Get the current user and its access',
          tags,
          response: { 200: Me },
        },
      },
      async (request) => meOf(request.principal),
    );

    app.delete(
      '/api/v1/session',
      {
        config: { access: 'signed-in' },
        schema: { operationId: 'signOut', summary: 'Sign out and end the session', tags, response: { 204: Nothing } },
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
          summary: 'Reauthenticate: for 10 minutes the session can change access',
          tags,
          body: Proof,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const { userId } = sessionUserOf(request.principal);
        const own = { ...originOf(request), userId, token: tokenOf(request) };
        sendToken(request, reply, await accounts.own.prove(actorOf(request.principal), own, evidenceIn(request)));
        return reply.code(204).send(null);
      },
    );

    app.put(
      '/api/v1/session/password',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'changeOwnPassword',
          summary: 'Update your password; other sessions end, and this one gets a new cookie',
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

/** @throws UserError `invalid_input` unless exactly one is given */
function evidenceIn(request: FastifyRequest<{ Body: Static<typeof Proof> }>): Evidence {
  const { password, code, passkey } = request.body;
  if ([password, code, passkey].filter((one) => one !== undefined).length === 1) {
    if (password !== undefined) return { password };
    if (code !== undefined) return { code };
    if (passkey !== undefined) return { passkey: answerOf(request, passkey) };
  }
  throw invalid('expected exactly one of password, code and passkey');
}

function refused(request: FastifyRequest, error: unknown): never {
  if (error instanceof UserError) request.log.warn({ address: request.ip, code: error.code }, 'sign-in rejected');
  throw error;
}

function meOf(principal: Principal) {
  if (principal.kind === 'open') {
    return { user: null, via: null, scopes: withOldNames(SCOPES), all_stores: true, second_factor_required: false };
  }
  const { userId, login, name, role, via, scopes, mustEnroll } = principal;
  return {
    user: { user_id: userId, login, name, role },
    via,
    scopes: withOldNames(scopes),
    all_stores: canSeeAllStores(principal),
    second_factor_required: mustEnroll,
  };
}
