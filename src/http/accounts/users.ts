import { type Static, Type } from 'typebox';
import { actorOf } from '../../accounts/audit.ts';
import { userResource } from '../../accounts/resources.ts';
import type { Accounts } from '../../accounts/service.ts';
import type { UserWithStores } from '../../accounts/users.ts';
import { LIMITS } from '../../lib/budgets.ts';
import { expectedVersion, IfMatch, IfNoneMatch, NotModified, sendVersion } from '../etags.ts';
import { limitOf, Page, PageQuery } from '../pages.ts';
import { Instant, Nullable, readOnly, refuseOther } from '../schemas.ts';
import type { Routes } from '../types.ts';
import {
  AssignedStores,
  Email,
  Id,
  Login,
  Name,
  Nothing,
  Password,
  RevokeKeys,
  Role,
  textCursor,
  textPlaceFrom,
  UserPath,
} from './schemas.ts';
import { originOf, sendSession } from './session-cookies.ts';

const tags = ['users'];

const fields = {
  user_id: Id,
  login: Login,
  name: Name,
  email: Nullable(Email),
  role: Role,
  disabled: Type.Boolean(),
  has_password: Type.Boolean(),
  has_second_factor: Type.Boolean({ description: 'whether the user has an authenticator app or a passkey' }),
  store_count: Type.Integer({ description: 'the number of assigned stores' }),
  created_at: Instant,
};
const User = Type.Object(fields, { title: 'User' });
const UserDetail = Type.Object({ ...fields, stores: AssignedStores }, { title: 'UserDetail' });

const NewUser = Type.Object(
  {
    login: Login,
    name: Type.Optional(Name),
    email: Type.Optional(Nullable(Email)),
    role: Role,
    password: Type.Optional(Nullable(Password)),
    stores: Type.Optional(AssignedStores),
  },
  { additionalProperties: false, title: 'NewUser' },
);

const UserChange = Type.Object(
  {
    login: Type.Optional(Login),
    name: Type.Optional(Name),
    email: Type.Optional(Nullable(Email)),
    role: Type.Optional(Role),
    disabled: Type.Optional(Type.Boolean()),
    stores: Type.Optional(AssignedStores),
    user_id: Type.Optional(Id),
    ...readOnly('has_password', 'has_second_factor', 'store_count', 'created_at'),
  },
  {
    additionalProperties: false,
    title: 'UserChange',
    description: 'omitted fields stay unchanged, and read-only fields of a response are ignored',
  },
);

const NewPassword = Type.Object(
  { password: Password, revoke_keys: RevokeKeys },
  { additionalProperties: false, title: 'NewPassword' },
);

/** User administration. */
export function userRoutes(accounts: Accounts): Routes {
  const { users, sessions, factors } = accounts;
  return async (app) => {
    app.get(
      '/api/v1/users',
      {
        config: { access: 'users:read' },
        schema: {
          operationId: 'listUsers',
          summary: 'List users by login',
          tags,
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: Page(User, 'UserPage') },
        },
      },
      async ({ query }) => {
        const { items, next } = await users.list({ limit: limitOf(query), after: textPlaceFrom(query.cursor) });
        return { items: items.map(userResource), next_cursor: textCursor(next) };
      },
    );

    app.post(
      '/api/v1/users',
      {
        config: { access: 'users:write', idempotency: { body: 'password' } },
        bodyLimit: LIMITS.idsBodyBytes,
        schema: {
          operationId: 'createUser',
          summary: 'Create a user; the first one must be an admin with a password',
          description:
            'The response for the first user signs it in: it sets a session cookie, with which the client can create ' +
            'an API key (`POST /api/v1/keys`, with the header `Origin`).',
          tags,
          body: NewUser,
          response: { 201: UserDetail },
        },
      },
      async (request, reply) => {
        const { body, principal } = request;
        const password = body.password ?? undefined;
        const email = body.email ?? undefined;
        const user = await users.add(actorOf(principal), { ...body, email, password });
        if (principal.kind === 'open' && password !== undefined) {
          // The user exists, whatever prevents a session.
          const signedIn = await accounts.signIn
            .withPassword({ login: user.login, password, ...originOf(request) })
            .catch((error: unknown) => request.log.warn({ err: error }, 'could not sign in the first user'));
          if (signedIn) await sendSession(accounts, request, reply, signedIn);
        }
        const detail = detailOf(user);
        sendVersion(reply, user.version, detail).header('location', `/api/v1/users/${user.id}`);
        return reply.code(201).send(detail);
      },
    );

    app.get(
      '/api/v1/users/:user_id',
      {
        config: { access: 'users:read' },
        schema: {
          operationId: 'getUser',
          summary: 'Get a user with the assigned stores',
          tags,
          params: UserPath,
          headers: IfNoneMatch,
          response: { 200: UserDetail, 304: NotModified },
        },
      },
      async ({ params }, reply) => {
        const user = await users.get(params.user_id);
        const detail = detailOf(user);
        sendVersion(reply, user.version, detail);
        return detail;
      },
    );

    app.patch(
      '/api/v1/users/:user_id',
      {
        config: { access: 'users:write' },
        bodyLimit: LIMITS.idsBodyBytes,
        schema: {
          operationId: 'updateUser',
          summary: 'Update a user; a new role or disabling ends the sessions',
          tags,
          params: UserPath,
          headers: IfMatch,
          body: UserChange,
          response: { 200: UserDetail },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        refuseOther('user_id', body.user_id, params.user_id);
        const user = await users.change(actorOf(principal), params.user_id, body, expectedVersion(request));
        const detail = detailOf(user);
        sendVersion(reply, user.version, detail);
        return detail;
      },
    );

    app.delete(
      '/api/v1/users/:user_id',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'deleteUser',
          summary: 'Delete a user with its sessions and keys',
          tags,
          params: UserPath,
          headers: IfMatch,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        await users.remove(actorOf(request.principal), request.params.user_id, expectedVersion(request));
        return reply.code(204).send(null);
      },
    );

    app.put(
      '/api/v1/users/:user_id/password',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'setPassword',
          summary: 'Set the password of a user and end its sessions',
          tags,
          params: UserPath,
          headers: IfMatch,
          body: NewPassword,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const { params, body, principal } = request;
        const { version } = await users.setPassword(
          actorOf(principal),
          params.user_id,
          { password: body.password, revokeKeys: body.revoke_keys },
          expectedVersion(request),
        );
        return sendVersion(reply, version).code(204).send(null);
      },
    );

    app.delete(
      '/api/v1/users/:user_id/sessions',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'endSessions',
          summary: 'Delete all sessions of a user',
          tags,
          params: UserPath,
          response: { 204: Nothing },
        },
      },
      async ({ params, principal }, reply) => {
        await sessions.endAll(actorOf(principal), params.user_id);
        return reply.code(204).send(null);
      },
    );

    app.delete(
      '/api/v1/users/:user_id/second-factors',
      {
        config: { access: 'users:write' },
        schema: {
          operationId: 'resetSecondFactors',
          summary: 'Delete the second factors of a user and end its sessions',
          tags,
          params: UserPath,
          response: { 204: Nothing },
        },
      },
      async ({ params, principal }, reply) => {
        const { version } = await factors.reset(actorOf(principal), params.user_id);
        return sendVersion(reply, version).code(204).send(null);
      },
    );
  };
}

function detailOf(user: UserWithStores): Static<typeof UserDetail> {
  return { ...userResource(user), stores: [...user.stores] };
}
