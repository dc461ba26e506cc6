import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { OIDC_CALLBACK, OidcRefusal } from '../../accounts/identity-provider.ts';
import type { OidcSignIn } from '../../accounts/oidc.ts';
import type { Accounts } from '../../accounts/service.ts';
import { notFound, UserError } from '../../lib/errors.ts';
import { clearCookie, cookieOf, OIDC_COOKIE, setCookie } from '../guards/cookies.ts';
import { Nullable } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { noUsers, sessionUserOf } from './schemas.ts';
import { originOf, sendSession, tokenOf } from './session-cookies.ts';

const tags = ['session'];

const SignInOptions = Type.Object(
  {
    oidc: Nullable(
      Type.Object({ label: Type.String({ description: 'the label of the button', examples: ['Example SSO'] }) }),
    ),
    password_reset: Type.Boolean({ description: 'whether users can reset their password by mail' }),
  },
  {
    title: 'SignInOptions',
    description: 'sign-in methods besides passwords and passkeys; `oidc` is null without an identity provider',
  },
);

const Redirect = Type.Null({ description: 'redirects to `Location`' });

const text = (maxLength: number, description: string) => Type.Optional(Type.String({ maxLength, description }));

/** Sign-in with an identity provider, by redirects of the browser. */
export function oidcRoutes(accounts: Accounts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/session/options',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getSignInOptions',
          summary: 'Get the sign-in methods',
          tags,
          response: { 200: SignInOptions },
        },
      },
      async () => ({
        oidc: accounts.oidc === undefined ? null : { label: accounts.oidc.label },
        password_reset: accounts.links.offersReset,
      }),
    );

    app.get(
      '/api/v1/session/oidc',
      {
        config: { access: 'public' },
        exposeHeadRoute: false,
        schema: {
          operationId: 'beginOidc',
          summary: 'Redirect the browser to the identity provider',
          tags,
          querystring: Type.Object(
            {
              return_to: text(1_000, 'the path of the page to show afterwards; by default the first page'),
              reauthenticate: Type.Optional(
                Type.Boolean({
                  description: 'reauthenticate: the provider asks even if the user has a session there',
                }),
              ),
            },
            { additionalProperties: false },
          ),
          response: { 302: Redirect },
        },
      },
      async (request, reply) => {
        const oidc = await configured(accounts);
        const { return_to: returnTo = '/', reauthenticate = false } = request.query;
        const userId = reauthenticate ? await presentUser(request) : undefined;
        const { url, ticket, endsAt } = await oidc.begin({ returnTo, userId }, originOf(request));
        setCookie(request, reply, OIDC_COOKIE, ticket, endsAt);
        return reply.redirect(url, 302);
      },
    );

    app.get(
      OIDC_CALLBACK,
      {
        config: { access: 'public' },
        exposeHeadRoute: false,
        schema: {
          operationId: 'finishOidc',
          summary: 'Complete a sign-in with the identity provider and start a browser session',
          description:
            'Redirects to the requested page, or to the sign-in page with the reason in `sign_in` (`expired`, ' +
            '`refused`, `no_access`, `other_user`).',
          tags,
          querystring: Type.Object({
            code: text(4_000, 'the authorization code'),
            state: text(500, 'the value that was sent to the provider'),
            iss: text(1_000, 'the issuer (RFC 9207)'),
            error: text(200, 'the error code of the provider'),
          }),
          response: { 302: Redirect },
        },
      },
      async (request, reply) => {
        const oidc = await configured(accounts);
        const callback = {
          ...originOf(request),
          ticket: cookieOf(request, OIDC_COOKIE),
          parameters: new URL(request.url, 'http://here.invalid').searchParams,
          token: tokenOf(request),
        };
        clearCookie(request, reply, OIDC_COOKIE);
        try {
          const { returnTo, ...signedIn } = await oidc.finish(callback);
          await sendSession(accounts, request, reply, signedIn);
          return reply.redirect(returnTo, 302);
        } catch (error) {
          if (error instanceof OidcRefusal) return reply.redirect(refusedPage(request, error), 302);
          throw error;
        }
      },
    );
  };
}

/** @throws UserError `not_found` without an identity provider; `conflict` while there are no users */
async function configured({ oidc, users }: Accounts): Promise<OidcSignIn> {
  if (oidc === undefined) throw notFound('no identity provider is configured: OIDC_ISSUER is not set');
  if (!(await users.any())) throw noUsers();
  return oidc;
}

/** @throws UserError `unauthorized`, `forbidden` */
async function presentUser(request: FastifyRequest): Promise<string> {
  const principal = await request.identify();
  if (principal !== undefined) return sessionUserOf(principal).userId;
  throw new UserError('unauthorized', 'sign in first; without a session there is nothing to reauthenticate');
}

/** The sign-in page has its own texts; the provider's error goes only into the log, and only as a code. */
function refusedPage(request: FastifyRequest, { reason, cause }: OidcRefusal): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  request.log.warn({ address: request.ip, reason, code }, 'sign-in rejected');
  return `/?sign_in=${reason}`;
}
