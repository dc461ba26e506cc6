import { Type } from 'typebox';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { Instant, Nullable, OneOf } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { Me, meOf } from './me.ts';
import { answerOf, challengeOf, PasskeyChallenge, PasskeyResponse, relyingPartyOf, Ticket } from './passkeys.ts';
import { Code, Login, Name, Nothing, Password, RecoveryCodeList, RevokeKeys, UserPath } from './schemas.ts';
import { originOf, sendSession } from './session-cookies.ts';

const tags = ['session'];

const Token = Type.String({ maxLength: 100, description: 'the part of the link after `#`' });

const LinkToken = Type.Object({ token: Token }, { additionalProperties: false, title: 'LinkToken' });

const Invitation = Type.Object(
  {
    url: Type.String({
      format: 'uri',
      description: 'the link; it is shown only once',
      examples: ['https://monitor.example.com/invitation#TOKEN'],
    }),
    expires_at: Instant,
    mailed_to: Nullable(Type.String({ description: 'the address that the link is mailed to; null: it is not mailed' })),
  },
  { title: 'Invitation' },
);

const SignInLink = Type.Object(
  {
    purpose: OneOf(['invitation', 'reset'], '`invitation`: the first way to sign in; `reset`: a new password'),
    login: Login,
    name: Name,
    expires_at: Instant,
  },
  { title: 'SignInLink' },
);

/** Invitations, and password resets by mail. */
export function linkRoutes(accounts: Accounts, publicUrl: string | undefined): Routes {
  const { links } = accounts;
  return async (app) => {
    app.post(
      '/api/v1/users/:user_id/invitation',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'inviteUser',
          summary: 'Create a link with which a user without a password signs in for the first time',
          description:
            'The link works once, for 7 days, and replaces an earlier one. It is mailed, too, if the user has an email ' +
            'address and the server has a mail server.',
          tags: ['users'],
          params: UserPath,
          response: { 201: Invitation },
        },
      },
      async (request, reply) => {
        const { path, expiresAt, mailedTo } = await links.invite(actorOf(request.principal), request.params.user_id);
        return reply.code(201).send({
          url: `${publicUrl ?? relyingPartyOf(request).origin}${path}`,
          expires_at: formatInstant(expiresAt),
          mailed_to: mailedTo ?? null,
        });
      },
    );

    app.post(
      '/api/v1/session/password-reset',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'requestPasswordReset',
          summary: 'Request a link by mail to set a new password',
          description:
            'The response is the same whether such a user exists. The link is mailed to the address of the user, works ' +
            'once, and expires after an hour. Without a mail server the response is `409`.',
          tags,
          body: Type.Object(
            { login: Type.String({ maxLength: 1_000, description: 'the login or the email address' }) },
            { additionalProperties: false, title: 'PasswordResetRequest' },
          ),
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const origin = originOf(request);
        links.admitReset(origin);
        // Not awaited: the time of the response must not show whether the user exists.
        void links
          .sendReset(request.body.login, origin)
          .catch((error: unknown) => request.log.error({ err: error }, 'password reset failed'));
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/session/link',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getSignInLink',
          summary: 'Get the user and the purpose of an invitation or a reset link',
          tags,
          body: LinkToken,
          response: { 200: SignInLink },
        },
      },
      async ({ body }) => {
        const { user, purpose, expiresAt } = await links.find(body.token);
        return { purpose, login: user.login, name: user.name, expires_at: formatInstant(expiresAt) };
      },
    );

    app.post(
      '/api/v1/session/link/password',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'useLinkForPassword',
          summary: 'Set a password with a link, and start a browser session; all other sessions end',
          tags,
          body: Type.Object(
            { token: Token, password: Password, code: Type.Optional(Code), revoke_keys: RevokeKeys },
            { additionalProperties: false, title: 'LinkPassword' },
          ),
          response: { 200: Me },
        },
      },
      async (request, reply) => {
        const { revoke_keys: revokeKeys, ...given } = request.body;
        const signedIn = await links.usePassword({ ...given, revokeKeys, ...originOf(request) });
        return meOf(await sendSession(accounts, request, reply, signedIn));
      },
    );

    app.post(
      '/api/v1/session/link/passkey-options',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'challengeLinkPasskey',
          summary: 'Create a challenge to accept an invitation with a passkey',
          tags,
          body: LinkToken,
          response: { 200: PasskeyChallenge },
        },
      },
      async (request) => challengeOf(await links.beginPasskey(request.body.token, relyingPartyOf(request))),
    );

    app.post(
      '/api/v1/session/link/passkey',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'useLinkForPasskey',
          summary: 'Accept an invitation with a passkey, and start a browser session',
          tags,
          body: Type.Object(
            { token: Token, name: Name, ticket: Ticket, response: PasskeyResponse },
            { additionalProperties: false, title: 'LinkPasskey' },
          ),
          response: {
            200: Type.Object({ session: Me, recovery_codes: RecoveryCodeList }, { title: 'AcceptedInvitation' }),
          },
        },
      },
      async (request, reply) => {
        const { token, name } = request.body;
        const passkey = { token, name, answer: answerOf<never>(request, request.body), ...originOf(request) };
        const { codes, ...signedIn } = await links.usePasskey(passkey);
        return { session: meOf(await sendSession(accounts, request, reply, signedIn)), recovery_codes: codes };
      },
    );
  };
}
