import { checkAll } from '../lib/checks.ts';
import { invalid, UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type {
  AccountCatalog,
  AccountChanges,
  AccountReader,
  NewUser,
  Role,
  UserRecord,
} from '../storage/ports/account-catalog.ts';
import type { Actor, AuditLog } from './audit.ts';
import { emailFrom, isText, loginFrom, loginOf, nameFrom } from './fields.ts';
import type { LastAdmin } from './last-admin.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { PrincipalCache } from './principals.ts';
import { refuseKeyOnAdmin, requireRecentProof } from './reauthentication.ts';
import { hearsLess, refuseSilenced } from './silenced-rules.ts';
import { changedFields, changesPower, storesDetail } from './user-changes.ts';
import { refuseFirst, refuseTakenEmail, refuseTakenLogin, storesFor } from './user-rules.ts';

export interface UserDraft {
  /** A name or an email address, case-insensitive. */
  readonly login: string;
  /** The display name; defaults to the login. */
  readonly name?: string | undefined;
  /** Where invitations and password resets go. */
  readonly email?: string | undefined;
  readonly role: Role;
  /** Without a password the user can use only API keys, until it is invited. The first user needs one. */
  readonly password?: string | undefined;
  /** Only for owners. */
  readonly stores?: readonly string[] | undefined;
}

/** Omitted fields stay unchanged. */
export interface UserChange {
  readonly login?: string | undefined;
  readonly name?: string | undefined;
  /** `null`: none. */
  readonly email?: string | null | undefined;
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  /** Replaces all assigned stores. */
  readonly stores?: readonly string[] | undefined;
}

export interface NewPassword {
  readonly password: string;
  /** Also revoke the user's API keys. */
  readonly revokeKeys?: boolean | undefined;
}

/** A new user whose fields have been validated. */
export interface CheckedDraft extends Pick<NewUser, 'login' | 'name' | 'email' | 'role' | 'passwordHash'> {
  readonly stores: readonly string[];
}

export interface UserWithStores extends UserRecord {
  readonly stores: readonly string[];
}

interface UsersParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly lastAdmin: LastAdmin;
  readonly now: () => number;
}

/** How long the absence of users is cached, in milliseconds. */
const NONE_FOR = 1_000;

/**
 * People and programs that have an account. If there are any, at least one is an enabled admin, and the first one can
 * sign in.
 */
export class Users {
  readonly #catalog: AccountCatalog;
  readonly #passwords: Passwords;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #lastAdmin: LastAdmin;
  readonly #now: () => number;
  #any = false;
  #none: { readonly at: number; readonly answer: Promise<boolean> } | undefined;

  constructor({ catalog, passwords, principals, audit, lastAdmin, now }: UsersParts) {
    this.#catalog = catalog;
    this.#passwords = passwords;
    this.#principals = principals;
    this.#audit = audit;
    this.#lastAdmin = lastAdmin;
    this.#now = now;
  }

  /** Whether there are users. A yes is final, since the last admin cannot be removed. */
  async any(): Promise<boolean> {
    if (this.#any) return true;
    const now = this.#now();
    if (this.#none === undefined || now < this.#none.at || now >= this.#none.at + NONE_FOR) {
      this.#none = { at: now, answer: this.#catalog.anyUser() };
    }
    try {
      this.#any ||= await this.#none.answer;
    } catch (error) {
      this.#none = undefined;
      throw error;
    }
    return this.#any;
  }

  /** Lists users by login, which is also the position. */
  list(page: PageRequest<string>): Promise<Page<UserRecord, string>> {
    return readPage(
      page,
      (after, limit) => this.#catalog.users(after, limit),
      ({ login }) => login,
    );
  }

  /** @throws UserError `not_found` */
  async get(id: string): Promise<UserWithStores> {
    return withStores(this.#catalog, await foundUser(this.#catalog, id));
  }

  /** @throws UserError `not_found` */
  async getByLogin(login: string): Promise<UserWithStores> {
    const known = loginOf(login);
    const user = known === undefined ? undefined : await this.#catalog.userByLogin(known);
    if (user === undefined) throw new UserError('not_found', `there is no user "${login.slice(0, 100)}"`);
    return withStores(this.#catalog, user);
  }

  /**
   * Creates a user. An API key can create operators and owners without a password; they cannot sign in until an admin
   * sets one.
   *
   * @throws UserError `invalid_input`, also for a first user without a password; `conflict` if the login is taken, or if
   * the first user is not an admin; `unauthorized` without a user if another request has just added the first one;
   * `forbidden`, `reauthentication_required`
   */
  async add(actor: Actor, draft: UserDraft): Promise<UserWithStores> {
    if (actor.proof !== 'key' || draft.password !== undefined) requireRecentProof(actor, this.#now());
    refuseKeyOnAdmin(actor, draft.role);
    const { role, password } = draft;
    const checked = checkAll({
      login: () => loginFrom(draft.login),
      name: () => (draft.name === undefined ? undefined : nameFrom(draft.name)),
      email: () => emailFrom(draft.email ?? ''),
      stores: () => storesFor(role, draft.stores ?? []),
    });
    const { login, name = nameFrom(login) } = checked;
    const passwordHash = password === undefined ? null : await this.#hash(password, login);
    const user = await this.#catalog.changing((changes) =>
      this.addWithin(changes, actor, { ...checked, name, role, passwordHash }),
    );
    this.#any = true;
    return user;
  }

  /**
   * Creates a user in the caller's transaction. The caller has checked the actor and the fields.
   *
   * @throws UserError `conflict`; `invalid_input` for a first user without a password; `unauthorized`
   */
  async addWithin(changes: AccountChanges, actor: Actor, draft: CheckedDraft): Promise<UserWithStores> {
    const { stores, ...user } = draft;
    const { login, name, email, role, passwordHash } = user;
    const id = newId();
    if (!(await changes.anyUser())) refuseFirst(draft);
    else if (actor.proof === 'open') {
      throw new UserError('unauthorized', 'another request has just added the first user; sign in as that user');
    }
    await refuseTakenLogin(changes, login);
    await refuseTakenEmail(changes, email);
    await changes.addUser({ id, ...user, createdAt: this.#now() });
    await changes.assignStores(id, stores);
    const detail = {
      login,
      name,
      ...(email !== undefined && { email }),
      role,
      password: passwordHash !== null,
      ...storesDetail([], stores),
    };
    await changes.addAudit(this.#audit.entry(actor, 'user.created', { kind: 'user', id }, detail));
    return withStores(changes, await foundUser(changes, id));
  }

  /**
   * Updates a user. Disabling a user or changing the role ends its sessions and invalidates its links, and so does
   * another email address for links. The keys of a disabled user do not work, and a key never exceeds the current role.
   *
   * @param version the version that the caller read; `undefined`: any
   * @throws UserError `not_found`; `precondition_failed` if the version differs; `conflict` if the login or email is taken, or no
   * admin who can sign in would be left, or if alert rules need the contact points of a user who would hear less;
   * `invalid_input`; `forbidden` or `reauthentication_required` for a change of access
   */
  change(actor: Actor, id: string, change: UserChange, version?: number): Promise<UserWithStores> {
    return this.#changing(async (changes) => {
      const before = await foundUser(changes, id, version);
      const after = await this.changeWithin(changes, actor, id, change, version);
      if (hearsLess(before, after)) refuseSilenced(pointsOf(before.login), await changes.alertRulesOf(id));
      return after;
    });
  }

  /**
   * Like `change`, in the caller's transaction, for an authority that alert rules do not hold back: the audit entry names
   * the rules that need the user. The caller clears the principal cache afterwards.
   */
  async changeWithin(
    changes: AccountChanges,
    actor: Actor,
    id: string,
    change: UserChange,
    version?: number,
  ): Promise<UserWithStores> {
    const user = await foundUser(changes, id, version);
    refuseKeyOnAdmin(actor, user.role);
    const stores = await changes.storesOf(id);
    const { role = user.role, disabled = user.disabled } = change;
    const { stores: nextStores, ...fields } = checkAll({
      login: () => (change.login === undefined ? user.login : loginFrom(change.login)),
      name: () => (change.name === undefined ? user.name : nameFrom(change.name)),
      email: () => (change.email === undefined ? user.email : emailFrom(change.email ?? '')),
      // Assigned stores belong to the owner role.
      stores: () => storesFor(role, change.stores ?? (role === 'owner' ? stores : [])),
    });
    const next = { id, ...fields, role, disabled };
    if (changesPower(user, next)) requireRecentProof(actor, this.#now());
    if (next.login !== user.login) await refuseTakenLogin(changes, next.login);
    if (next.email !== user.email) await refuseTakenEmail(changes, next.email);
    await this.#lastAdmin.keep(changes, user.login, () => changes.changeUser(next));
    if (change.stores !== undefined || next.role !== user.role) await changes.assignStores(id, nextStores);
    const ends = next.disabled || next.role !== user.role;
    if (ends) await changes.removeSessionsOf(id);
    if (ends || next.email !== user.email) await changes.links.removeLinksOf(id);
    const rules = hearsLess(user, next) ? await changes.alertRulesOf(id) : [];
    const detail = {
      ...{ login: next.login, ...changedFields(user, next), ...storesDetail(stores, nextStores) },
      ...(rules.length > 0 && { alert_rules: rules }),
    };
    await changes.addAudit(this.#audit.entry(actor, 'user.changed', { kind: 'user', id }, detail));
    return withStores(changes, await foundUser(changes, id));
  }

  /**
   * Removes a user with its sessions and keys.
   *
   * @throws UserError `not_found`, `precondition_failed`; `conflict` for the last admin who can sign in, and while alert
   * rules need its contact points; `forbidden`, `reauthentication_required`
   */
  async remove(actor: Actor, id: string, version?: number): Promise<void> {
    await this.#changing(async (changes) => {
      const { login, role } = await foundUser(changes, id, version);
      refuseKeyOnAdmin(actor, role);
      if (actor.proof !== 'key') requireRecentProof(actor, this.#now());
      refuseSilenced(pointsOf(login), await changes.alertRulesOf(id));
      await this.#lastAdmin.keep(changes, login, () => changes.removeUser(id));
      await changes.addAudit(this.#audit.entry(actor, 'user.deleted', { kind: 'user', id }, { login, role }));
    });
  }

  /**
   * Sets another user's password and ends that user's sessions.
   *
   * @throws UserError `invalid_input`, `not_found`, `precondition_failed`, `forbidden`, `reauthentication_required`
   */
  async setPassword(actor: Actor, id: string, given: NewPassword, version?: number): Promise<UserRecord> {
    const now = this.#now();
    requireRecentProof(actor, now);
    const { password, revokeKeys = false } = given;
    const { login } = await foundUser(this.#catalog, id, version);
    const present = await this.#catalog.passwordHash(login);
    if (present !== undefined && (await this.#passwords.matches(present, password))) {
      throw invalid('the password is the current one, expected a different one', 'password');
    }
    const passwordHash = await this.#hash(password, login);
    return this.#changing(async (changes) => {
      await foundUser(changes, id, version);
      await changes.setPasswordHash(id, passwordHash);
      await changes.removeSessionsOf(id);
      await changes.links.removeLinksOf(id);
      const keys = revokeKeys ? await changes.revokeKeysOf(id, now) : 0;
      const detail = { login, ...(revokeKeys && { keys_revoked: keys }) };
      await changes.addAudit(this.#audit.entry(actor, 'user.password_set', { kind: 'user', id }, detail));
      return foundUser(changes, id);
    });
  }

  async #changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T> {
    const result = await this.#catalog.changing(work);
    this.#principals.clear();
    return result;
  }

  async #hash(password: string, login: string): Promise<string> {
    await checkPassword(password, login);
    return this.#passwords.hash(password);
  }
}

function pointsOf(login: string): string {
  return `a contact point of ${login}`;
}

/** @throws UserError `not_found`; `precondition_failed` if `version` is given and differs */
export async function foundUser(accounts: AccountReader, id: string, version?: number): Promise<UserRecord> {
  const user = isText(id) ? await accounts.user(id) : undefined;
  if (user === undefined) throw new UserError('not_found', `there is no user ${id.slice(0, 100)}`);
  if (version === undefined || user.version === version) return user;
  throw new UserError('precondition_failed', `user ${user.login} has changed since you read it; read it again`);
}

async function withStores(accounts: AccountReader, user: UserRecord): Promise<UserWithStores> {
  return { ...user, stores: await accounts.storesOf(user.id) };
}
