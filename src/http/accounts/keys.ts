import { type Static, Type } from 'typebox';
import { hasScope, type Principal, withOldNames } from '../../accounts/access.ts';
import { actorOf } from '../../accounts/audit.ts';
import { keyResource } from '../../accounts/resources.ts';
import type { Accounts } from '../../accounts/service.ts';
import { instantFrom } from '../../calendar/instant.ts';
import type { KeyRecord } from '../../storage/ports/account-catalog.ts';
import { limitOf, Page, PageQuery } from '../pages.ts';
import { GivenInstant, Instant, Nullable } from '../schemas.ts';
import type { Routes } from '../types.ts';
import {
  Id,
  KeyPath,
  Login,
  Name,
  Nothing,
  NullableInstant,
  refuseKey,
  Scope,
  sessionUserOf,
  timeCursor,
  timePlaceFrom,
  UserPath,
  userOf,
} from './schemas.ts';

const tags = ['keys'];

const fields = {
  key_id: Id,
  user_id: Id,
  login: Login,
  name: Name,
  prefix: Type.String({ description: 'the first characters of the key', examples: ['rmk_6eLaZf'] }),
  scopes: Type.Array(Type.String(), { description: 'renamed scopes under both names' }),
  created_at: Instant,
  expires_at: NullableInstant,
  last_used_at: NullableInstant,
  revoked_at: NullableInstant,
};
const Key = Type.Object(fields, { title: 'Key' });
const IssuedKey = Type.Object(
  {
    ...fields,
    key: Nullable(
      Type.String({
        description: 'the key itself, shown only once: null in a response that `Idempotency-Key` repeats',
      }),
    ),
  },
  { title: 'IssuedKey' },
);
const NewKey = Type.Object(
  {
    name: Name,
    scopes: Type.Array(Scope, { minItems: 1, maxItems: 50 }),
    expires_at: Type.Optional(GivenInstant('when the key expires; by default never')),
  },
  { additionalProperties: false, title: 'NewKey' },
);

function keyBody(record: KeyRecord) {
  const resource = keyResource(record);
  return { ...resource, scopes: withOldNames(resource.scopes) };
}

const query = Type.Object(PageQuery, { additionalProperties: false });

/** API keys: a user's own, and for admins those of all users. */
export function keyRoutes({ keys, users }: Accounts): Routes {
  return async (app) => {
    const list = async (userId: string, given: Static<typeof query>) => {
      const page = { limit: limitOf(given), after: timePlaceFrom(given.cursor) };
      const { items, next } = await keys.list(userId, page);
      return { items: items.map(keyBody), next_cursor: timeCursor(next) };
    };
    const add = async (principal: Principal, userId: string, { name, scopes, expires_at }: Static<typeof NewKey>) => {
      const expiresAt = expires_at === undefined ? undefined : instantFrom('expires_at', expires_at);
      const { key, record } = await keys.add(actorOf(principal), { userId, name, scopes, expiresAt });
      return { ...keyBody(record), key };
    };

    app.get(
      '/api/v1/keys',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'listOwnKeys',
          summary: 'List your keys, newest first; with a key, only that key',
          tags,
          querystring: query,
          response: { 200: Page(Key, 'KeyPage') },
        },
      },
      async ({ principal, query }) => {
        const { userId, keyId } = userOf(principal);
        if (keyId === undefined) return list(userId, query);
        return { items: [keyBody(await keys.get(keyId))], next_cursor: null };
      },
    );

    app.post(
      '/api/v1/keys',
      {
        config: { access: 'signed-in', idempotency: { secret: 'key' } },
        schema: {
          operationId: 'createOwnKey',
          summary: 'Create a key for yourself, from a browser session',
          tags,
          body: NewKey,
          response: { 201: IssuedKey },
        },
      },
      async ({ principal, body }, reply) => {
        const { userId } = sessionUserOf(principal);
        return reply.code(201).send(await add(principal, userId, body));
      },
    );

    app.delete(
      '/api/v1/keys/:key_id',
      {
        config: { access: 'signed-in' },
        schema: {
          operationId: 'revokeKey',
          summary: 'Revoke a key: one of yours, or with users:write any; with a key, only that key',
          tags,
          params: KeyPath,
          response: { 204: Nothing },
        },
      },
      async ({ principal, params }, reply) => {
        const owner = hasScope(principal, 'users:write') ? undefined : userOf(principal).userId;
        await keys.revoke(actorOf(principal), params.key_id, owner);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/v1/users/:user_id/keys',
      {
        config: { access: 'users:read' },
        schema: {
          operationId: 'listKeys',
          summary: 'List the keys of a user, newest first',
          tags,
          params: UserPath,
          querystring: query,
          response: { 200: Page(Key, 'KeyPage') },
        },
      },
      async (request) => {
        refuseKey(request.principal);
        const { id } = await users.get(request.params.user_id);
        return list(id, request.query);
      },
    );

    app.post(
      '/api/v1/users/:user_id/keys',
      {
        config: { access: 'users:write', idempotency: { secret: 'key' } },
        schema: {
          operationId: 'createKey',
          summary: 'Create a key for a user, such as a program',
          tags,
          params: UserPath,
          body: NewKey,
          response: { 201: IssuedKey },
        },
      },
      async ({ principal, params, body }, reply) => reply.code(201).send(await add(principal, params.user_id, body)),
    );
  };
}
