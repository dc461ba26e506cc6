import type { UserError } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import type { Passwords } from './passwords.ts';
import type { IdentityClaim, SignInThrottle } from './throttle.ts';

/** Where a sign-in or reauthentication comes from. */
export interface Origin {
  /** The client address. */
  readonly address: string;
  /** The device cookie of a browser that has signed in before. */
  readonly device?: string | undefined;
}

interface PasswordProofParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly devices: Devices;
  readonly audit: AuditLog;
}

/** The actor of what anyone can ask for without a session, such as a failed sign-in. */
export const NOBODY: Actor = { userId: undefined, name: 'nobody', keyId: undefined, scopes: new Set(), proof: 'key' };

/** Lets an action proceed if the user's password is correct. */
export class PasswordProof {
  readonly #catalog: AccountCatalog;
  readonly #passwords: Passwords;
  readonly #throttle: SignInThrottle;
  readonly #devices: Devices;
  readonly #audit: AuditLog;

  constructor({ catalog, passwords, throttle, devices, audit }: PasswordProofParts) {
    this.#catalog = catalog;
    this.#passwords = passwords;
    this.#throttle = throttle;
    this.#devices = devices;
    this.#audit = audit;
  }

  /**
   * A sign-in attempt: what was given as login, the address and the known browser. Attempts count by what was given,
   * since a counter shared by a login and an email address would show that they belong together.
   */
  async claim(login: string, { address, device }: Origin): Promise<IdentityClaim> {
    return { login, address, device: await this.#devices.idFor(device, login) };
  }

  /**
   * Runs `then` in a transaction if the password is correct. It does the same work whether or not the user exists, so
   * that response times do not reveal logins.
   *
   * @param wrong creates the error for a wrong password
   * @throws UserError `too_many_requests`
   */
  async run<T>(
    claim: IdentityClaim,
    password: string,
    wrong: () => UserError,
    then: (changes: AccountChanges, user: UserRecord) => Promise<T>,
  ): Promise<T> {
    const attempt = this.#throttle.begin(claim);
    try {
      const user = await this.#userNamed(claim.login);
      const passwordHash = await this.#catalog.passwordHash(user?.login ?? claim.login);
      const matches = await this.#passwords.matches(passwordHash, password);
      if (!matches || user === undefined || user.disabled) {
        attempt.failed();
        await this.note(user?.id, claim.address, 'password');
        throw wrong();
      }
      const result = await this.#catalog.changing(async (changes) => {
        const now = await changes.user(user.id);
        const same = now !== undefined && (await changes.passwordHash(now.login)) === passwordHash;
        // The user was disabled, removed or given another password in the meantime.
        if (!same || now.disabled) throw wrong();
        return then(changes, now);
      });
      attempt.succeeded();
      return result;
    } finally {
      attempt.cancelled();
    }
  }

  /** The user with this login or, if there is none, with this email address. Both are always looked up. */
  async #userNamed(name: string): Promise<UserRecord | undefined> {
    const [byLogin, byEmail] = [await this.#catalog.userByLogin(name), await this.#catalog.userByEmail(name)];
    return byLogin ?? byEmail;
  }

  /** Records a failure. The given login could be a password typed into the wrong field, so only a user ID is kept. */
  async note(userId: string | undefined, address: string, method: string, reason?: string): Promise<void> {
    const subject = { kind: 'user', id: userId ?? 'unknown' };
    const entry = this.#audit.entry(NOBODY, 'user.sign_in_failed', subject, {
      address,
      method,
      ...(reason !== undefined && { reason }),
    });
    await this.#catalog.changing((changes) => changes.addAudit(entry));
  }
}
