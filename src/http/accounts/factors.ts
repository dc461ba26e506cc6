import { type Static, Type } from 'typebox';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { formatInstant } from '../../calendar/instant.ts';
import type { PasskeyRecord } from '../../storage/ports/factors.ts';
import { Instant, Nullable } from '../schemas.ts';
import type { Routes } from '../types.ts';
import { answerOf, challengeOf, PasskeyChallenge, PasskeyId, PasskeyResponse, siteOf, Ticket } from './passkeys.ts';
import { instantOrNull, Name, Nothing, NullableInstant, Role, sessionUserOf } from './schemas.ts';

const tags = ['session'];

const Passkey = Type.Object(
  { passkey_id: PasskeyId, name: Name, created_at: Instant, last_used_at: NullableInstant },
  { title: 'Passkey' },
);
const Factors = Type.Object(
  {
    totp: Type.Boolean({ description: 'whether there is an authenticator app' }),
    passkeys: Type.Array(Passkey),
    recovery_codes: Type.Integer({ description: 'how many are left' }),
  },
  { title: 'SecondFactors' },
);
const NewTotp = Type.Object(
  {
    secret: Type.String({ description: 'base32, to be typed into the app' }),
    uri: Type.String({ description: 'the same as `otpauth://…`' }),
    ticket: Ticket,
  },
  { title: 'NewTotp' },
);
const Codes = Type.Array(Type.String(), { description: 'shown this once; each lets its user in once' });
const RecoveryCodes = Type.Object({ recovery_codes: Codes }, { title: 'RecoveryCodes' });
const Added = Type.Object(
  { recovery_codes: Nullable(Codes) },
  { title: 'AddedFactor', description: 'recovery codes come with the first second factor' },
);
const Policy = Type.Object(
  { roles: Type.Array(Role, { maxItems: 3, description: 'those who sign in with a password need a second factor' }) },
  { additionalProperties: false, title: 'SecondFactorPolicy' },
);

/** One's own second factors, and who has to have one. */
export function factorRoutes({ factors, passkeys }: Accounts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/session/second-factors',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'readSecondFactors',
          summary: "One's own second factors",
          tags,
          response: { 200: Factors },
        },
      },
      async ({ principal }) => {
        const { totp, passkeys, recoveryCodes } = await factors.status(sessionUserOf(principal).userId);
        return { totp, passkeys: passkeys.map(passkeyOf), recovery_codes: recoveryCodes };
      },
    );

    app.post(
      '/api/v1/session/totp',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'beginTotp',
          summary: 'Begin to add an authenticator app: a secret for it',
          tags,
          response: { 200: NewTotp },
        },
      },
      async ({ principal }) => factors.beginTotp(actorOf(principal), sessionUserOf(principal).userId),
    );

    app.put(
      '/api/v1/session/totp',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'addTotp',
          summary: 'Add an authenticator app that shows the right code, in place of the one before',
          tags,
          body: Type.Object(
            { ticket: Ticket, code: Type.String({ maxLength: 100 }) },
            { additionalProperties: false, title: 'FirstCode' },
          ),
          response: { 200: Added },
        },
      },
      async ({ principal, body: { ticket, code } }) => {
        const { userId } = sessionUserOf(principal);
        return { recovery_codes: (await factors.addTotp(actorOf(principal), userId, ticket, code)) ?? null };
      },
    );

    app.delete(
      '/api/v1/session/totp',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'removeTotp',
          summary: 'Remove the authenticator app',
          tags,
          response: { 204: Nothing },
        },
      },
      async ({ principal }, reply) => {
        await factors.removeTotp(actorOf(principal), sessionUserOf(principal).userId);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/session/recovery-codes',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'renewRecoveryCodes',
          summary: 'New recovery codes; those before are worth nothing from then on',
          tags,
          response: { 200: RecoveryCodes },
        },
      },
      async ({ principal }) => ({
        recovery_codes: await factors.renewCodes(actorOf(principal), sessionUserOf(principal).userId),
      }),
    );

    app.post(
      '/api/v1/session/passkeys/options',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'beginPasskey',
          summary: 'Begin to add a passkey',
          tags,
          response: { 200: PasskeyChallenge },
        },
      },
      async (request) => {
        const { principal } = request;
        const { userId } = sessionUserOf(principal);
        return challengeOf(await passkeys.beginAdding(actorOf(principal), userId, siteOf(request)));
      },
    );

    app.post(
      '/api/v1/session/passkeys',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'addPasskey',
          summary: 'Add a passkey that the browser has made',
          tags,
          body: Type.Object(
            { name: Name, ticket: Ticket, response: PasskeyResponse },
            { additionalProperties: false, title: 'NewPasskey' },
          ),
          response: { 200: Added },
        },
      },
      async (request) => {
        const { principal, body } = request;
        const { userId } = sessionUserOf(principal);
        const codes = await passkeys.add(actorOf(principal), userId, body.name, answerOf(request, body));
        return { recovery_codes: codes ?? null };
      },
    );

    app.delete(
      '/api/v1/session/passkeys/:passkey_id',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'removePasskey',
          summary: 'Remove a passkey',
          tags,
          params: Type.Object({ passkey_id: PasskeyId }),
          response: { 204: Nothing },
        },
      },
      async ({ principal, params }, reply) => {
        await passkeys.remove(actorOf(principal), sessionUserOf(principal).userId, params.passkey_id);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/v1/second-factor-policy',
      {
        config: { access: 'people:read' },
        schema: {
          operationId: 'readSecondFactorPolicy',
          summary: 'The roles that require a second factor',
          tags: ['users'],
          response: { 200: Policy },
        },
      },
      async () => ({ roles: await factors.policy() }),
    );

    app.put(
      '/api/v1/second-factor-policy',
      {
        config: { access: 'people:write' },
        schema: {
          operationId: 'setSecondFactorPolicy',
          summary: 'Require a second factor of the users with some roles',
          tags: ['users'],
          body: Policy,
          response: { 200: Policy },
        },
      },
      async ({ principal, body }) => {
        await factors.setPolicy(actorOf(principal), body.roles);
        return { roles: await factors.policy() };
      },
    );
  };
}

function passkeyOf({ id, name, createdAt, lastUsedAt }: PasskeyRecord): Static<typeof Passkey> {
  return {
    passkey_id: id,
    name,
    created_at: formatInstant(createdAt),
    last_used_at: instantOrNull(lastUsedAt),
  };
}
