import { type AuditQuery, COMMAND_LINE } from '../accounts/audit.ts';
import type { Page, PageRequest } from '../accounts/pages.ts';
import { formatInstant } from '../calendar/instant.ts';
import { trimmed } from '../lib/text.ts';
import type { AuditRecord, KeyRecord, Role, TimePlace, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Operation } from './operation.ts';

export interface AddUser {
  readonly login: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly role: Role;
  readonly stores: readonly string[];
  readonly password?: string | undefined;
}

/** A user by its login. @throws UserError `not_found` */
export const getUser: Operation<{ readonly login: string }, UserRecord> = ({ accounts }, { login }) =>
  accounts.users.getByLogin(login);

export interface AddedUser {
  readonly user: UserRecord;
  /** The given stores that do not exist, in the given order. The user gets them once they do. */
  readonly unknownStores: readonly string[];
}

export const addUser: Operation<AddUser, AddedUser> = async ({ accounts, storage }, draft) => {
  const user = await accounts.users.add(COMMAND_LINE, draft);
  // A list from a file may begin with a byte order mark.
  const asked = [...new Set(draft.stores.map(trimmed))];
  const { ids } = await storage.snapshot((snapshot) => snapshot.storesNamed(asked));
  const known = new Set(ids);
  return { user, unknownStores: asked.filter((id) => !known.has(id)) };
};

/** All users by login. */
export const listUsers: Operation<Record<string, never>, UserRecord[]> = ({ accounts }) =>
  allPages((page: PageRequest<string>) => accounts.users.list(page));

export interface SetPassword {
  readonly login: string;
  readonly password: string;
  readonly revokeKeys?: boolean | undefined;
}

export const setPassword: Operation<SetPassword, UserRecord> = async ({ accounts: { users } }, args) => {
  const { id } = await users.getByLogin(args.login);
  return users.setPassword(COMMAND_LINE, id, { password: args.password, revokeKeys: args.revokeKeys });
};

export const setDisabled: Operation<{ readonly login: string; readonly disabled: boolean }, UserRecord> = async (
  { accounts: { users } },
  { login, disabled },
) => users.change(COMMAND_LINE, (await users.getByLogin(login)).id, { disabled });

export const setEmail: Operation<{ readonly login: string; readonly email: string | null }, UserRecord> = async (
  { accounts: { users } },
  { login, email },
) => users.change(COMMAND_LINE, (await users.getByLogin(login)).id, { email });

export interface InvitedUser {
  readonly user: UserRecord;
  readonly url: string;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** The address that the link was mailed to; `null`: it was not. */
  readonly mailedTo: string | null;
}

/** Creates a link with which a user signs in for the first time. */
export const inviteUser: Operation<{ readonly login: string }, InvitedUser> = async (
  { accounts: { users, links }, config: { publicUrl, host, port } },
  { login },
) => {
  const { id } = await users.getByLogin(login);
  const { user, path, expiresAt, mailedTo } = await links.invite(COMMAND_LINE, id);
  const base = publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { user, url: `${base}${path}`, expiresAt: formatInstant(expiresAt), mailedTo: mailedTo ?? null };
};

export const resetFactors: Operation<{ readonly login: string }, UserRecord> = async ({ accounts }, { login }) =>
  accounts.factors.reset(COMMAND_LINE, (await accounts.users.getByLogin(login)).id);

/** Returns the user that was removed. */
export const removeUser: Operation<{ readonly login: string }, UserRecord> = async ({ accounts: { users } }, args) => {
  const user = await users.getByLogin(args.login);
  await users.remove(COMMAND_LINE, user.id);
  return user;
};

export interface AddKey {
  readonly login: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds from now; `undefined`: until it is revoked. */
  readonly lifetime?: number | undefined;
}

export const addKey: Operation<AddKey, { readonly key: string; readonly record: KeyRecord }> = async (
  { accounts: { users, keys }, now },
  { login, name, scopes, lifetime },
) => {
  const { id: userId } = await users.getByLogin(login);
  const expiresAt = lifetime === undefined ? undefined : now() + lifetime;
  return keys.add(COMMAND_LINE, { userId, name, scopes, expiresAt });
};

/** The keys of one user or of all, newest first. */
export const listKeys: Operation<{ readonly login?: string | undefined }, KeyRecord[]> = async (
  { accounts: { users, keys } },
  { login },
) => {
  const user = login === undefined ? undefined : await users.getByLogin(login);
  return allPages((page: PageRequest<TimePlace>) => keys.list(user?.id, page));
};

export const revokeKey: Operation<{ readonly id: string }, KeyRecord> = ({ accounts }, { id }) =>
  accounts.keys.revoke(COMMAND_LINE, id);

/** The newest entries of the audit log, newest first. */
export const listAudit: Operation<
  { readonly filter: AuditQuery; readonly limit: number },
  readonly AuditRecord[]
> = async ({ accounts }, { filter, limit }) => (await accounts.audit.list(filter, { limit })).items;

const PAGE = 200;

async function allPages<T, P>(list: (page: PageRequest<P>) => Promise<Page<T, P>>): Promise<T[]> {
  const items: T[] = [];
  let after: P | undefined;
  do {
    const page = await list({ limit: PAGE, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
