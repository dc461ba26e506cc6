import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { OLD_SCOPES, type OldScope, type Principal, ROLES, SCOPES, type UserPrincipal } from '../../accounts/access.ts';
import { isText, MAX_STORES } from '../../accounts/fields.ts';
import { MAX_PASSWORD, MIN_PASSWORD } from '../../accounts/password-rules.ts';
import { UserError } from '../../lib/errors.ts';
import type { TimePlace } from '../../storage/ports/account-catalog.ts';
import { decodeCursor, encodeCursor } from '../pages.ts';
import { Instant, Nullable, OneOf, StoreId } from '../schemas.ts';

/** The schemas of users and keys. */
export const Id = Type.String({ format: 'uuid', description: 'the ID from the list' });
export const UserPath = Type.Object({ user_id: Id });
export const KeyPath = Type.Object({ key_id: Id });
export const Login = Type.String({
  minLength: 1,
  maxLength: 254,
  description: 'a name or an email address, case-insensitive',
  examples: ['anna@example.com'],
});
export const Name = Type.String({ minLength: 1, maxLength: 200 });
export const Email = Type.String({
  maxLength: 1_000,
  description: 'an email address, case-insensitive; no two users share one',
  examples: ['anna@example.com'],
});
export const Role = OneOf(ROLES);
/** Every scope, and the earlier names of some. */
export const Scope = OneOf(
  [...SCOPES, ...(Object.keys(OLD_SCOPES) as OldScope[])],
  '`people:read` and `people:write` are deprecated names of `users:read` and `users:write`',
);
export const Password = Type.String({
  description: `${MIN_PASSWORD} to ${MAX_PASSWORD} characters; not a common password, the login or the current password`,
  maxLength: 4 * MAX_PASSWORD,
});
export const AssignedStores = Type.Array(StoreId, { maxItems: MAX_STORES, description: 'only for owners' });
export const Code = Type.String({ maxLength: 100, description: 'from the authenticator app, or a recovery code' });
export const RecoveryCodeList = Type.Array(Type.String(), { description: 'shown only once; each works once' });
export const RevokeKeys = Type.Optional(Type.Boolean({ description: 'also revoke the API keys of the user' }));

/** A response without a body. */
export const Nothing = Type.Null();

export const NullableInstant = Nullable(Instant);

const TimePosition = Type.Tuple([Type.Integer({ minimum: 0, maximum: 8.64e15 }), Type.String()]);
const TextPosition = Type.Tuple([Type.String()]);

/** @throws UserError `invalid_input` for a cursor from another list */
export function timePlaceFrom(cursor: string | undefined): TimePlace | undefined {
  const position = decodeCursor(cursor, TimePosition, (schema, value) => Value.Check(schema, value) && textual(value));
  return position === undefined ? undefined : { at: position[0], id: position[1] };
}

export function timeCursor(place: TimePlace | undefined): string | null {
  return place === undefined ? null : encodeCursor([place.at, place.id]);
}

/** @throws UserError `invalid_input` for a cursor from another list */
export function textPlaceFrom(cursor: string | undefined): string | undefined {
  const check = (schema: typeof TextPosition, value: unknown) => Value.Check(schema, value) && textual(value);
  return decodeCursor(cursor, TextPosition, check)?.[0];
}

export function textCursor(place: string | undefined): string | null {
  return place === undefined ? null : encodeCursor([place]);
}

/** Whether all texts can be looked up in a database. */
function textual(position: readonly unknown[]): boolean {
  return position.every((part) => typeof part !== 'string' || isText(part));
}

/** The error for actions that need a user while there are none. */
export function noUsers(): UserError {
  return new UserError(
    'conflict',
    'there are no users yet; add the first one on the dashboard under People, or with ' +
      '"restaurant-monitor user add LOGIN --role admin"',
  );
}

/** @throws UserError `conflict` while there are no users */
export function userOf(principal: Principal): UserPrincipal {
  if (principal.kind === 'user') return principal;
  throw noUsers();
}

/**
 * The user of a browser session. API keys cannot change an account: a leaked key could extend its own life.
 *
 * @throws UserError `forbidden` for an API key; `conflict` while there are no users
 */
export function sessionUserOf(principal: Principal): UserPrincipal {
  refuseKey(principal);
  return userOf(principal);
}

/** @throws UserError `forbidden` for an API key */
export function refuseKey(principal: Principal): void {
  if (principal.kind === 'open' || principal.via === 'session') return;
  throw new UserError('forbidden', 'an API key cannot do this; use a browser session');
}
