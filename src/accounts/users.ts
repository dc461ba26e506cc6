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
import type { Actor, AuditLog, Detail } from './audit.ts';
import { isText, loginFrom, loginOf, nameFrom, storeIdsFrom } from './fields.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { PrincipalCache } from './principals.ts';
import { refuseKeyOnAdmin, requireRecentProof } from './reauthentication.ts';

export interface UserDraft {
  /** A name or an e-mail address; case makes no difference. */
  readonly login: string;
  /** How people call the user; the login when it is not given. */
  readonly name?: string | undefined;
  readonly role: Role;
  /** Without one, only API keys let this user in. */
  readonly password?: string | undefined;
  /** For an owner alone. */
  readonly stores?: readonly string[] | undefined;
}

/** What is not given stays as it is. */
export interface UserChange {
  readonly login?: string | undefined;
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  /** All stores that are assigned from now on. */
  readonly stores?: readonly string[] | undefined;
}

export interface NewPassword {
  readonly password: string;
  /** Ends the user's API keys, too. */
  readonly revokeKeys?: boolean | undefined;
}

/** A user to be added, whose fields were checked. */
export interface CheckedDraft extends Pick<NewUser, 'login' | 'name' | 'role' | 'passwordHash'> {
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
  readonly now: () => number;
}

/** Milliseconds for which it is believed that there are no users. */
const NONE_FOR = 1_000;
/** The audit log names so many of the stores that were assigned or taken away. */
const STORES_NAMED = 100;

/** The people, and the programs, that have an account. Where there are users, one of them is an admin who may act. */
export class Users {
  readonly #catalog: AccountCatalog;
  readonly #passwords: Passwords;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #now: () => number;
  #any = false;
  #none: { readonly at: number; readonly answer: Promise<boolean> } | undefined;

  constructor({ catalog, passwords, principals, audit, now }: UsersParts) {
    this.#catalog = catalog;
    this.#passwords = passwords;
    this.#principals = principals;
    this.#audit = audit;
    this.#now = now;
  }

  /** Whether there are users. Once there are, that is final: the last admin cannot be removed. */
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

  /** By login, which is the place in the list. */
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
   * An API key adds operators and owners without a password, who cannot sign in until an admin gives them a password.
   *
   * @throws UserError `invalid_input` naming what cannot be; `conflict` when the login is taken, or when the first user
   * is no admin; `forbidden`, `reauthentication_required`
   */
  async add(actor: Actor, draft: UserDraft): Promise<UserWithStores> {
    if (actor.proof !== 'key' || draft.password !== undefined) requireRecentProof(actor, this.#now());
    refuseKeyOnAdmin(actor, draft.role);
    const login = loginFrom(draft.login);
    const name = nameFrom(draft.name ?? login);
    const stores = storesFor(draft.role, draft.stores ?? []);
    const passwordHash = draft.password === undefined ? null : await this.#hash(draft.password, login);
    const user = await this.#catalog.changing((changes) =>
      this.addWithin(changes, actor, { login, name, role: draft.role, passwordHash, stores }),
    );
    this.#any = true;
    return user;
  }

  /**
   * Adds a user in a transaction of the caller, who has checked the actor and what is given.
   *
   * @throws UserError `conflict`
   */
  async addWithin(changes: AccountChanges, actor: Actor, draft: CheckedDraft): Promise<UserWithStores> {
    const { stores, ...user } = draft;
    const { login, name, role, passwordHash } = user;
    const id = newId();
    await refuseTaken(changes, login);
    await changes.addUser({ id, ...user, createdAt: this.#now() });
    await changes.assignStores(id, stores);
    await refuseNoAdmin(changes, `the first user must be an admin, not an ${role}`);
    const detail = { login, name, role, password: passwordHash !== null, ...storesDetail([], stores) };
    await changes.addAudit(this.#audit.entry(actor, 'user.added', { kind: 'user', id }, detail));
    return withStores(changes, await foundUser(changes, id));
  }

  /**
   * Changes a user. Who is disabled or gets another role loses the sessions at once; the keys of one who is disabled
   * rest, and a key never does more than the role of the moment.
   *
   * @param version the one that the caller has read; `undefined`: any
   * @throws UserError `not_found`; `precondition_failed` when the version is another; `conflict` when the login is
   * taken, or when no admin would be left; `invalid_input`; `forbidden` or `reauthentication_required` for more power
   */
  change(actor: Actor, id: string, change: UserChange, version?: number): Promise<UserWithStores> {
    return this.#changing((changes) => this.changeWithin(changes, actor, id, change, version));
  }

  /** Like `change`, in a transaction of the caller, who clears what is remembered of principals afterwards. */
  async changeWithin(
    changes: AccountChanges,
    actor: Actor,
    id: string,
    change: UserChange,
    version?: number,
  ): Promise<UserWithStores> {
    const login = change.login === undefined ? undefined : loginFrom(change.login);
    const name = change.name === undefined ? undefined : nameFrom(change.name);
    const user = await foundUser(changes, id, version);
    const next = {
      id,
      login: login ?? user.login,
      name: name ?? user.name,
      role: change.role ?? user.role,
      disabled: change.disabled ?? user.disabled,
    };
    refuseKeyOnAdmin(actor, user.role);
    if (changesPower(user, next)) requireRecentProof(actor, this.#now());
    const stores = await changes.storesOf(id);
    // Assignments go with the role that has them.
    const nextStores = storesFor(next.role, change.stores ?? (next.role === 'owner' ? stores : []));
    if (next.login !== user.login) await refuseTaken(changes, next.login);
    await changes.changeUser(next);
    if (change.stores !== undefined || next.role !== user.role) await changes.assignStores(id, nextStores);
    if (next.disabled || next.role !== user.role) await changes.removeSessionsOf(id);
    await refuseNoAdmin(changes, `${user.login} is the last admin who may act: make another one first`);
    const detail = { login: next.login, ...changed(user, next), ...storesDetail(stores, nextStores) };
    await changes.addAudit(this.#audit.entry(actor, 'user.changed', { kind: 'user', id }, detail));
    return withStores(changes, await foundUser(changes, id));
  }

  /**
   * Removes a user with its sessions and keys.
   *
   * @throws UserError `not_found`, `precondition_failed`; `conflict` for the last admin who may act; `forbidden`,
   * `reauthentication_required`
   */
  async remove(actor: Actor, id: string, version?: number): Promise<void> {
    await this.#changing(async (changes) => {
      const { login, role } = await foundUser(changes, id, version);
      refuseKeyOnAdmin(actor, role);
      if (actor.proof !== 'key') requireRecentProof(actor, this.#now());
      await changes.removeUser(id);
      await refuseNoAdmin(changes, `${login} is the last admin who may act: make another one first`);
      await changes.addAudit(this.#audit.entry(actor, 'user.removed', { kind: 'user', id }, { login, role }));
    });
  }

  /**
   * Gives somebody else a password; their sessions end.
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
      throw invalid('the password is the present one, expected another one', 'password');
    }
    const passwordHash = await this.#hash(password, login);
    return this.#changing(async (changes) => {
      await foundUser(changes, id, version);
      await changes.setPasswordHash(id, passwordHash);
      await changes.removeSessionsOf(id);
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

/** @throws UserError `not_found`; `precondition_failed` when a version is wanted and it is another */
export async function foundUser(accounts: AccountReader, id: string, version?: number): Promise<UserRecord> {
  const user = isText(id) ? await accounts.user(id) : undefined;
  if (user === undefined) throw new UserError('not_found', `there is no user ${id.slice(0, 100)}`);
  if (version === undefined || user.version === version) return user;
  throw new UserError('precondition_failed', `user ${user.login} was changed meanwhile: read it again`);
}

async function withStores(accounts: AccountReader, user: UserRecord): Promise<UserWithStores> {
  return { ...user, stores: await accounts.storesOf(user.id) };
}

/** @throws UserError `conflict` */
async function refuseTaken(accounts: AccountReader, login: string): Promise<void> {
  if ((await accounts.userByLogin(login)) === undefined) return;
  throw new UserError('conflict', `there is a user ${login} already`);
}

/** @throws UserError `conflict`, which takes back the whole change */
async function refuseNoAdmin(changes: AccountChanges, reason: string): Promise<void> {
  if ((await changes.countEnabledAdmins()) === 0) throw new UserError('conflict', reason);
}

/** @throws UserError `invalid_input` when stores are given to someone who sees all of them anyway */
function storesFor(role: Role, stores: readonly string[]): string[] {
  if (role === 'owner' || stores.length === 0) return storeIdsFrom(stores);
  throw invalid(`stores are given for an ${role}, expected none: only owners have stores of their own`, 'stores');
}

/** Whether a change gives or takes power, or changes how a user signs in. */
function changesPower(before: UserRecord, after: Pick<UserRecord, 'login' | 'role' | 'disabled'>): boolean {
  return after.role !== before.role || after.login !== before.login || (before.disabled && !after.disabled);
}

function changed(before: UserRecord, after: Pick<UserRecord, 'login' | 'name' | 'role' | 'disabled'>): Detail {
  const fields = ['login', 'name', 'role', 'disabled'] as const;
  return {
    before: Object.fromEntries(fields.filter((f) => before[f] !== after[f]).map((f) => [f, before[f]])),
    after: Object.fromEntries(fields.filter((f) => before[f] !== after[f]).map((f) => [f, after[f]])),
  };
}

function storesDetail(before: readonly string[], after: readonly string[]): Detail {
  const [old, now] = [new Set(before), new Set(after)];
  const added = after.filter((id) => !old.has(id));
  const removed = before.filter((id) => !now.has(id));
  if (added.length + removed.length === 0) return {};
  return {
    stores: after.length,
    stores_added: added.slice(0, STORES_NAMED),
    stores_removed: removed.slice(0, STORES_NAMED),
  };
}
