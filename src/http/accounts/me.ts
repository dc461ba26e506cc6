import { Type } from 'typebox';
import { canSeeAllStores, type Principal, SCOPES, withOldNames } from '../../accounts/access.ts';
import { Nullable, OneOf } from '../schemas.ts';
import { Id, Login, Name, Role, Scope } from './schemas.ts';

export const Me = Type.Object(
  {
    user: Nullable(Type.Object({ user_id: Id, login: Login, name: Name, role: Role })),
    via: Nullable(OneOf(['session', 'key'])),
    scopes: Type.Array(Scope, { description: 'renamed scopes under both names' }),
    all_stores: Type.Boolean({ description: 'true: the user sees all stores; false: only the assigned ones' }),
    second_factor_required: Type.Boolean({
      description: 'true: the role requires a second factor, and nothing else is allowed until the user adds one',
    }),
  },
  { title: 'Me', description: 'the current user; without `user`, there are no users and the API is open' },
);

export function meOf(principal: Principal) {
  if (principal.kind === 'open') {
    return { user: null, via: null, scopes: withOldNames(SCOPES), all_stores: true, second_factor_required: false };
  }
  const { userId, login, name, role, via, scopes, mustEnroll } = principal;
  return {
    user: { user_id: userId, login, name, role },
    via,
    scopes: withOldNames(scopes),
    all_stores: canSeeAllStores(principal),
    second_factor_required: mustEnroll,
  };
}
