import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Answer, Challenge, RelyingParty } from '../../accounts/passkeys.ts';
import { EXPECTED } from '../expectations.ts';

const Anything = Type.Record(Type.String(), Type.Unknown(), { maxProperties: 50 });

export const Ticket = Type.String({ maxLength: 2_000, description: 'the ticket from the challenge' });
export const PasskeyId = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,1400}$',
  maxLength: 1_400,
  [EXPECTED]: '1 to 1,400 letters, digits, underscores and hyphens',
  description: 'the credential ID',
});

export const PasskeyChallenge = Type.Object(
  {
    options: Type.Record(Type.String(), Type.Unknown(), { description: 'for `navigator.credentials`' }),
    ticket: Ticket,
  },
  { title: 'PasskeyChallenge' },
);

/** The result of `navigator.credentials` as JSON (WebAuthn level 3). */
export const PasskeyResponse = Type.Object(
  {
    id: PasskeyId,
    rawId: PasskeyId,
    type: Type.String({ maxLength: 100 }),
    response: Anything,
    clientExtensionResults: Type.Optional(Anything),
    authenticatorAttachment: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: false, title: 'PasskeyResponse' },
);

export const PasskeyAnswer = Type.Object(
  { ticket: Ticket, response: PasskeyResponse },
  { additionalProperties: false, title: 'PasskeyAnswer' },
);

export function challengeOf({ options, ticket }: Challenge<object>): Static<typeof PasskeyChallenge> {
  return { options: { ...options }, ticket };
}

/** The browser's response at this site. Its content is checked during verification. */
export function answerOf<Response extends AuthenticationResponseJSON | RegistrationResponseJSON>(
  request: FastifyRequest,
  { ticket, response }: Static<typeof PasskeyAnswer>,
): Answer<Response> {
  return { relyingParty: relyingPartyOf(request), ticket, response: response as unknown as Response };
}

export function relyingPartyOf({ protocol, host, hostname }: FastifyRequest): RelyingParty {
  return { origin: `${protocol}://${host.toLowerCase()}`, host: hostname.toLowerCase() };
}
