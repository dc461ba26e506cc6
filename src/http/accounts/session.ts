import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { actorOf } from '../../accounts/audit.ts';
import type { Evidence } from '../../accounts/own-account.ts';
import type { Accounts } from '../../accounts/service.ts';
import { invalid, UserError } from '../../lib/errors.ts';
import { clearCookie, SESSION_COOKIE } from '../guards/cookies.ts';
import type { Routes } from '../types.ts';
import { Me, meOf } from './me.ts';
import { answerOf, challengeOf, PasskeyAnswer, PasskeyChallenge, relyingPartyOf } from './passkeys.ts';
import { Code, Nothing, noUsers, Password, RevokeKeys, sessionUserOf } from './schemas.ts';
import { originOf, sendSession, sendToken, tokenOf } from './session-cookies.ts';

const tags = ['session'];

const Secret = Type.String({ maxLength: 1_000 });

const Credentials = Type.Object(
  {
    login: Type.String({ maxLength: 1_000, description: 'the login or the email address' }),
    password: Secret,
    code: Type.Optional(Code),
  },
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
          operationId: 'getSession',
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
