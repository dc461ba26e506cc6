import { type Static, Type } from 'typebox';
import { actorOf } from '../../accounts/audit.ts';
import type { Accounts } from '../../accounts/service.ts';
import { formatInstant, instantOrNull } from '../../calendar/instant.ts';
import type { PasskeyRecord } from '../../storage/ports/factors.ts';
import { Instant, Nullable } from '../schemas.ts';
import type { Routes } from '../types.ts';
import {
  answerOf,
  challengeOf,
  PasskeyChallenge,
  PasskeyId,
  PasskeyResponse,
  relyingPartyOf,
  Ticket,
} from './passkeys.ts';
import { Name, Nothing, NullableInstant, RecoveryCodeList, Role, sessionUserOf } from './schemas.ts';

const tags = ['session'];

const Passkey = Type.Object(
  { passkey_id: PasskeyId, name: Name, created_at: Instant, last_used_at: NullableInstant },
  { title: 'Passkey' },
);
const Factors = Type.Object(
  {
    totp: Type.Boolean({ description: 'whether an authenticator app is set up' }),
    passkeys: Type.Array(Passkey),
    recovery_codes: Type.Integer({ description: 'how many recovery codes are left' }),
  },
  { title: 'SecondFactors' },
);
const NewTotp = Type.Object(
  {
    secret: Type.String({ description: 'base32, for manual entry' }),
    uri: Type.String({ description: 'the same secret as an `otpauth://` URI' }),
    ticket: Ticket,
  },
  { title: 'NewTotp' },
);
const RecoveryCodes = Type.Object({ recovery_codes: RecoveryCodeList }, { title: 'RecoveryCodes' });
const Added = Type.Object(
  { recovery_codes: Nullable(RecoveryCodeList) },
  { title: 'AddedFactor', description: 'the first second factor comes with recovery codes' },
);
const Policy = Type.Object(
  {
    roles: Type.Array(Role, {
      maxItems: 3,
      description: 'users with these roles need a second factor when they sign in with a password',
    }),
  },
  { additionalProperties: false, title: 'SecondFactorPolicy' },
);

/** A user's own second factors, and the roles that require one. */
export function factorRoutes({ factors, passkeys }: Accounts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/session/second-factors',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'getSecondFactors',
          summary: 'Get your second factors',
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
          summary: 'Create a secret for an authenticator app',
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
          operationId: 'createTotp',
          summary: 'Add an authenticator app, replacing the current one',
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
          operationId: 'deleteTotp',
          summary: 'Delete your authenticator app',
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
          summary: 'Create recovery codes, replacing the current ones',
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
          summary: 'Create a challenge to add a passkey',
          tags,
          response: { 200: PasskeyChallenge },
        },
      },
      async (request) => {
        const { principal } = request;
        const { userId } = sessionUserOf(principal);
        return challengeOf(await passkeys.beginAdding(actorOf(principal), userId, relyingPartyOf(request)));
      },
    );

    app.post(
      '/api/v1/session/passkeys',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'createPasskey',
          summary: 'Add a passkey',
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
          operationId: 'deletePasskey',
          summary: 'Delete a passkey',
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
        config: { access: 'users:read' },
        schema: {
          operationId: 'getSecondFactorPolicy',
          summary: 'Get the roles that require a second factor',
          tags: ['users'],
          response: { 200: Policy },
        },
      },
      async () => ({ roles: await factors.policy() }),
    );

    app.put(
      '/api/v1/second-factor-policy',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'setSecondFactorPolicy',
          summary: 'Update the roles that require a second factor',
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
