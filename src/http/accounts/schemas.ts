import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Principal, ROLES, SCOPES, type UserPrincipal } from '../../accounts/access.ts';
import { isText, MAX_STORES } from '../../accounts/fields.ts';
import { MAX_PASSWORD, MIN_PASSWORD } from '../../accounts/password-rules.ts';
import { formatInstant } from '../../calendar/instant.ts';
import { UserError } from '../../lib/errors.ts';
import type { TimePlace } from '../../storage/ports/account-catalog.ts';
import { decodeCursor, encodeCursor } from '../pages.ts';
import { Instant, Nullable, OneOf, StoreId } from '../schemas.ts';

/** What users and keys look like in requests and answers. */
export const Id = Type.String({ format: 'uuid', description: 'as the list gives it' });
export const UserPath = Type.Object({ user_id: Id });
export const KeyPath = Type.Object({ key_id: Id });
export const Login = Type.String({
  minLength: 1,
  maxLength: 254,
  description: 'a name or an e-mail address; case makes no difference',
  examples: ['anna@example.com'],
});
export const Name = Type.String({ minLength: 1, maxLength: 200 });
export const Role = OneOf(ROLES);
export const Scope = OneOf(SCOPES);
export const Password = Type.String({
  description: `${MIN_PASSWORD} to ${MAX_PASSWORD} characters; not a common one, the login or the present one`,
  maxLength: 4 * MAX_PASSWORD,
});
export const AssignedStores = Type.Array(StoreId, { maxItems: MAX_STORES, description: 'for an owner alone' });
export const RevokeKeys = Type.Optional(Type.Boolean({ description: 'ends the API keys of the user, too' }));

/** Nothing but that it worked. */
export const Nothing = Type.Null();

export function instantOrNull(instant: number | undefined): string | null {
  return instant === undefined ? null : formatInstant(instant);
}

export const NullableInstant = Nullable(Instant);

const TimePosition = Type.Tuple([Type.Integer({ minimum: 0, maximum: 8.64e15 }), Type.String()]);
const TextPosition = Type.Tuple([Type.String()]);

/** @throws UserError `invalid_input` for a cursor of another list */
export function timePlaceFrom(cursor: string | undefined): TimePlace | undefined {
  const position = decodeCursor(cursor, TimePosition, (schema, value) => Value.Check(schema, value) && textual(value));
  return position === undefined ? undefined : { at: position[0], id: position[1] };
}

export function timeCursor(place: TimePlace | undefined): string | null {
  return place === undefined ? null : encodeCursor([place.at, place.id]);
}

/** @throws UserError `invalid_input` for a cursor of another list */
export function textPlaceFrom(cursor: string | undefined): string | undefined {
  const check = (schema: typeof TextPosition, value: unknown) => Value.Check(schema, value) && textual(value);
  return decodeCursor(cursor, TextPosition, check)?.[0];
}

export function textCursor(place: string | undefined): string | null {
  return place === undefined ? null : encodeCursor([place]);
}

/** What is looked up in a database. */
function textual(position: readonly unknown[]): boolean {
  return position.every((part) => typeof part !== 'string' || isText(part));
}

/** Nobody can do this as long as there are no users. */
export function noUsers(): UserError {
  return new UserError(
    'conflict',
    'there are no users yet; add one first: restaurant-monitor user add NAME --role admin',
  );
}

/** @throws UserError `conflict` while there are no users */
export function userOf(principal: Principal): UserPrincipal {
  if (principal.kind === 'user') return principal;
  throw noUsers();
}

/**
 * The user of a browser session: what is one's own is not for a key to change, or a key that got lost could make
 * itself last.
 *
 * @throws UserError `forbidden` when it came by a key; `conflict` while there are no users
 */
export function sessionUserOf(principal: Principal): UserPrincipal {
  refuseKey(principal);
  return userOf(principal);
}

/** @throws UserError `forbidden` when the user came by an API key */
export function refuseKey(principal: Principal): void {
  if (principal.kind === 'open' || principal.via === 'session') return;
  throw new UserError('forbidden', 'an API key cannot do this; use a browser session');
}
