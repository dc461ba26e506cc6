import { invalid, UserError } from '../errors.ts';
import type { AccountCatalog, AccountChanges, UserRecord } from '../storage/account-catalog.ts';
import { SCOPES_OF, type UserPrincipal } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import { checkPassword, type Passwords } from './passwords.ts';
import { type Known, type PrincipalCache, principalFrom } from './principals.ts';
import { loginOf } from './texts.ts';
import type { SignInThrottle } from './throttle.ts';
import { hashOf, isSessionToken, newSessionToken } from './tokens.ts';
import { foundUser } from './users.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A session ends when it was not used for so long. */
export const SESSION_IDLE = 12 * HOUR;
/** And after so long in any case. */
export const SESSION_LONGEST = 30 * 24 * HOUR;
/** That it was used is written down so often. */
const TOUCH_INTERVAL = MINUTE;
/** Of more sessions of one user the oldest are forgotten. */
const SESSIONS_EACH = 50;

export interface Credentials {
  readonly login: string;
  readonly password: string;
  /** The address that they come from. */
  readonly address: string;
}

export interface SignedIn {
  /** For the browser's cookie, and nowhere else. */
  readonly token: string;
  /** When it ends in any case, milliseconds. */
  readonly endsAt: number;
  readonly user: UserRecord;
}

export interface OwnPassword {
  readonly userId: string;
  readonly current: string;
  readonly next: string;
  /** The session that goes on. */
  readonly token: string;
  /** The address that it comes from. */
  readonly address: string;
}

interface SessionsParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** How people get in: a password for a session, whose token the browser holds and the database only as a hash. */
export class Sessions {
  readonly #catalog: AccountCatalog;
  readonly #passwords: Passwords;
  readonly #throttle: SignInThrottle;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #now: () => number;

  constructor({ catalog, passwords, throttle, principals, audit, now }: SessionsParts) {
    this.#catalog = catalog;
    this.#passwords = passwords;
    this.#throttle = throttle;
    this.#principals = principals;
    this.#audit = audit;
    this.#now = now;
  }

  /**
   * Begins a session. An unknown name, a wrong password and a disabled user look the same, also to a stopwatch.
   *
   * @throws UserError `unauthorized`; `too_many_requests` with the seconds to wait
   */
  async signIn({ login: given, password, address }: Credentials): Promise<SignedIn> {
    // What can be no login is nobody's.
    const login = loginOf(given) ?? '';
    const { user, passwordHash } = await this.#verify(login, password, address);
    if (user === undefined || user.disabled) throw refused();
    const token = newSessionToken();
    const now = this.#now();
    await this.#catalog.changing(async (changes) => {
      await refuseMeanwhile(changes, user, passwordHash);
      await changes.removeExpiredSessions(now);
      const session = { tokenHash: hashOf(token), userId: user.id, createdAt: now, lastSeenAt: now };
      await changes.addSession({ ...session, expiresAt: expiry(now, now) }, SESSIONS_EACH);
      const actor = { userId: user.id, name: user.login, keyId: undefined, scopes: SCOPES_OF[user.role] };
      await changes.addAudit(this.#audit.entry(actor, 'user.signed_in', { kind: 'user', id: user.id }, { address }));
    });
    this.#throttle.succeeded(login, address);
    return { token, endsAt: now + SESSION_LONGEST, user };
  }

  /** Who a session's token speaks for; `undefined`: nobody, or nobody any more. Being used keeps a session alive. */
  async principalOf(token: string): Promise<UserPrincipal | undefined> {
    if (!isSessionToken(token)) return undefined;
    const tokenHash = hashOf(token);
    return this.#principals.find(tokenHash, () => this.#look(tokenHash));
  }

  /** Ends a session; one that is not there has ended already. */
  async signOut(token: string): Promise<void> {
    if (!isSessionToken(token)) return;
    await this.#catalog.changing((changes) => changes.removeSession(hashOf(token)));
    this.#principals.clear();
  }

  /** Ends all sessions of a user; returns how many. @throws UserError `not_found` */
  async endAll(actor: Actor, userId: string): Promise<number> {
    const ended = await this.#catalog.changing(async (changes) => {
      const { login } = await foundUser(changes, userId);
      const count = await changes.removeSessionsOf(userId);
      const detail = { login, sessions: count };
      await changes.addAudit(this.#audit.entry(actor, 'user.signed_out', { kind: 'user', id: userId }, detail));
      return count;
    });
    this.#principals.clear();
    return ended;
  }

  /**
   * Changes one's own password; the other sessions end.
   *
   * @throws UserError `invalid_input` for a new one that is too short or too long, or a current one that is wrong;
   * `too_many_requests`, `not_found`
   */
  async changePassword(actor: Actor, { userId, current, next, token, address }: OwnPassword): Promise<void> {
    checkPassword(next);
    const { login } = await foundUser(this.#catalog, userId);
    const { user, passwordHash } = await this.#verify(login, current, address);
    if (user === undefined) throw invalid('the current password is wrong', 'current');
    const nextHash = await this.#passwords.hash(next);
    await this.#catalog.changing(async (changes) => {
      await refuseMeanwhile(changes, user, passwordHash);
      await changes.setPasswordHash(userId, nextHash);
      await changes.removeSessionsOf(userId, hashOf(token));
      await changes.addAudit(this.#audit.entry(actor, 'user.password_set', { kind: 'user', id: userId }, { login }));
    });
    this.#principals.clear();
    this.#throttle.succeeded(login, address);
  }

  /** The user with this name and password; without `user`, there is none. Both ways ask and compute the same. */
  async #verify(login: string, password: string, address: string) {
    this.#throttle.admit(login, address);
    const user = await this.#catalog.userByLogin(login);
    const passwordHash = await this.#catalog.passwordHash(login);
    const matches = await this.#passwords.matches(passwordHash, password);
    return { user: matches ? user : undefined, passwordHash };
  }

  async #look(tokenHash: string): Promise<Known | undefined> {
    const session = await this.#catalog.session(tokenHash);
    const now = this.#now();
    if (session === undefined || session.expiresAt <= now) return undefined;
    const user = await this.#catalog.user(session.userId);
    if (user === undefined || user.disabled) return undefined;
    const until = expiry(session.createdAt, now);
    if (now - session.lastSeenAt >= TOUCH_INTERVAL) await this.#catalog.touchSession(tokenHash, now, until);
    return { principal: await principalFrom(this.#catalog, user, 'session', undefined, SCOPES_OF[user.role]), until };
  }
}

function expiry(createdAt: number, now: number): number {
  return Math.min(now + SESSION_IDLE, createdAt + SESSION_LONGEST);
}

function refused(): UserError {
  return new UserError('unauthorized', 'the name or the password is wrong');
}

/** @throws UserError `unauthorized` when the user was disabled, removed, or given another password meanwhile */
async function refuseMeanwhile(
  changes: AccountChanges,
  user: UserRecord,
  passwordHash: string | undefined,
): Promise<void> {
  const now = await changes.user(user.id);
  if (now === undefined || now.disabled || (await changes.passwordHash(now.login)) !== passwordHash) throw refused();
}
