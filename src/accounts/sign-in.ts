import { invalid, UserError } from '../errors.ts';
import type { AccountCatalog, AccountChanges, UserRecord } from '../storage/account-catalog.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { PrincipalCache } from './principals.ts';
import { type Sessions, type SessionToken, subjectOf } from './sessions.ts';
import { loginOf } from './texts.ts';
import type { SignInThrottle } from './throttle.ts';
import { hashOf } from './tokens.ts';
import { foundUser } from './users.ts';

/** Where a request to sign in comes from. */
export interface Origin {
  /** The client's address. */
  readonly address: string;
  /** The cookie of a browser that has signed in before. */
  readonly device?: string | undefined;
}

export interface Credentials extends Origin {
  readonly login: string;
  readonly password: string;
}

export interface SignedIn extends SessionToken {
  readonly user: UserRecord;
  /** The cookie by which the browser is known from now on. */
  readonly device: string;
}

/** A user of a session who proves again who it is. */
export interface Proving extends Origin {
  readonly userId: string;
  /** The session's. */
  readonly token: string;
  readonly password: string;
}

export interface OwnPassword extends Origin {
  readonly userId: string;
  readonly current: string;
  readonly next: string;
  /** The session that goes on, under another token. */
  readonly token: string;
  /** Ends the user's API keys, too. */
  readonly revokeKeys?: boolean | undefined;
}

interface SignInParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** Who tried to sign in and did not prove it. */
const UNKNOWN: Actor = { userId: undefined, name: 'nobody', keyId: undefined, scopes: new Set(), proof: 'key' };

/** How people get in: they prove who they are and get a session. */
export class SignIn {
  readonly #catalog: AccountCatalog;
  readonly #passwords: Passwords;
  readonly #throttle: SignInThrottle;
  readonly #devices: Devices;
  readonly #sessions: Sessions;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #now: () => number;

  constructor({ catalog, passwords, throttle, devices, sessions, principals, audit, now }: SignInParts) {
    this.#catalog = catalog;
    this.#passwords = passwords;
    this.#throttle = throttle;
    this.#devices = devices;
    this.#sessions = sessions;
    this.#principals = principals;
    this.#audit = audit;
    this.#now = now;
  }

  /**
   * Begins a session. An unknown name, a wrong password and a disabled user look the same, also to a stopwatch.
   *
   * @throws UserError `unauthorized`; `too_many_requests` with the seconds to wait
   */
  async withPassword({ login: given, password, ...origin }: Credentials): Promise<SignedIn> {
    // What can be no login is nobody's.
    const login = loginOf(given) ?? '';
    const { user, session } = await this.#proved(login, password, origin, refused, (changes, user) =>
      this.#sessions.begin(changes, user, { address: origin.address, method: 'password' }),
    );
    return { ...session, user, device: await this.#devices.remember(origin.device, login) };
  }

  /**
   * Notes that the user of a session has just proved who it is; the session gets another token.
   *
   * @throws UserError `invalid_input` when the password is wrong; `too_many_requests`, `not_found`, `unauthorized`
   */
  async again(actor: Actor, { userId, token, password, ...origin }: Proving): Promise<SessionToken> {
    const { login } = await foundUser(this.#catalog, userId);
    const wrong = () => invalid('the password is wrong', 'password');
    const { session } = await this.#proved(login, password, origin, wrong, async (changes, user) => {
      const detail = { address: origin.address, method: 'password' };
      await changes.addAudit(this.#audit.entry(actor, 'user.reauthenticated', subjectOf(user), detail));
      return this.#renewed(changes, token);
    });
    this.#principals.clear();
    return session;
  }

  /**
   * Changes one's own password; the other sessions end, and this one gets another token.
   *
   * @throws UserError `invalid_input` for a new one that is too easy to guess or the present one, or a current one that
   * is wrong; `too_many_requests`, `not_found`, `unauthorized`
   */
  async changePassword(actor: Actor, change: OwnPassword): Promise<SessionToken> {
    const { userId, current, next, token, revokeKeys = false, ...origin } = change;
    const { login } = await foundUser(this.#catalog, userId);
    await checkPassword(next, login, 'next');
    if (next.normalize('NFKC') === current.normalize('NFKC')) {
      throw invalid('the new password is the present one, expected another one', 'next');
    }
    const nextHash = await this.#passwords.hash(next);
    const wrong = () => invalid('the current password is wrong', 'current');
    const { session } = await this.#proved(login, current, origin, wrong, async (changes, user) => {
      await changes.setPasswordHash(userId, nextHash);
      await changes.removeSessionsOf(userId, hashOf(token));
      const keys = revokeKeys ? await changes.revokeKeysOf(userId, this.#now()) : 0;
      const detail = { login, ...(revokeKeys && { keys_revoked: keys }) };
      await changes.addAudit(this.#audit.entry(actor, 'user.password_set', subjectOf(user), detail));
      return this.#renewed(changes, token);
    });
    this.#principals.clear();
    return session;
  }

  /**
   * Runs `then` in a transaction if the password is the login's. Both ways ask and compute the same.
   *
   * @param wrong what to say if it is not
   */
  async #proved(
    login: string,
    password: string,
    { address, device: cookie }: Origin,
    wrong: () => UserError,
    then: (changes: AccountChanges, user: UserRecord) => Promise<SessionToken>,
  ): Promise<{ readonly user: UserRecord; readonly session: SessionToken }> {
    const device = await this.#devices.idFor(cookie, login);
    const attempt = this.#throttle.begin({ login, address, device });
    try {
      const user = await this.#catalog.userByLogin(login);
      const passwordHash = await this.#catalog.passwordHash(login);
      const matches = await this.#passwords.matches(passwordHash, password);
      if (!matches || user === undefined || user.disabled) {
        attempt.failed();
        await this.#note(user, address);
        throw wrong();
      }
      const session = await this.#catalog.changing(async (changes) => {
        await refuseMeanwhile(changes, user, passwordHash);
        return then(changes, user);
      });
      attempt.succeeded();
      return { user, session };
    } finally {
      attempt.cancelled();
    }
  }

  /** Writes down a failure. What was given as the login may be a password: only the id of a user is kept. */
  async #note(user: UserRecord | undefined, address: string): Promise<void> {
    const subject = { kind: 'user', id: user?.id ?? 'unknown' };
    const entry = this.#audit.entry(UNKNOWN, 'user.sign_in_failed', subject, { address, method: 'password' });
    await this.#catalog.changing((changes) => changes.addAudit(entry));
  }

  async #renewed(changes: AccountChanges, token: string): Promise<SessionToken> {
    const session = await this.#sessions.renew(changes, token);
    if (session === undefined) throw new UserError('unauthorized', 'the session has ended meanwhile; sign in again');
    return session;
  }
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
