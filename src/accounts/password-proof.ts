import type { UserError } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import type { Passwords } from './passwords.ts';
import type { Claim, SignInThrottle } from './throttle.ts';

/** Where a request to prove something comes from. */
export interface Origin {
  /** The client's address. */
  readonly address: string;
  /** The cookie of a browser that has signed in before. */
  readonly device?: string | undefined;
}

interface PasswordProofParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  readonly devices: Devices;
  readonly audit: AuditLog;
}

/** Who tried to prove who it is and did not. */
const UNKNOWN: Actor = { userId: undefined, name: 'nobody', keyId: undefined, scopes: new Set(), proof: 'key' };

/** Lets an action proceed if a user's password is known. */
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

  /** Who claims to be whom, from which browser. */
  async claim(login: string, { address, device }: Origin): Promise<Claim> {
    return { login, address, device: await this.#devices.idFor(device, login) };
  }

  /**
   * Runs `then` in a transaction if the password is the user's. With and without such a user it asks and computes the
   * same, so not even a stopwatch tells which logins there are.
   *
   * @param wrong what to say if it is not
   * @throws UserError `too_many_requests`
   */
  async run<T>(
    claim: Claim,
    password: string,
    wrong: () => UserError,
    then: (changes: AccountChanges, user: UserRecord) => Promise<T>,
  ): Promise<T> {
    const attempt = this.#throttle.begin(claim);
    try {
      const user = await this.#catalog.userByLogin(claim.login);
      const passwordHash = await this.#catalog.passwordHash(claim.login);
      const matches = await this.#passwords.matches(passwordHash, password);
      if (!matches || user === undefined || user.disabled) {
        attempt.failed();
        await this.note(user?.id, claim.address, 'password');
        throw wrong();
      }
      const result = await this.#catalog.changing(async (changes) => {
        const now = await changes.user(user.id);
        const same = now !== undefined && (await changes.passwordHash(now.login)) === passwordHash;
        // Disabled, removed, or given another password meanwhile.
        if (!same || now.disabled) throw wrong();
        return then(changes, now);
      });
      attempt.succeeded();
      return result;
    } finally {
      attempt.cancelled();
    }
  }

  /** Writes down a failure. What was given as the login may be a password: only the id of a user is kept. */
  async note(userId: string | undefined, address: string, method: string, reason?: string): Promise<void> {
    const subject = { kind: 'user', id: userId ?? 'unknown' };
    const entry = this.#audit.entry(UNKNOWN, 'user.sign_in_failed', subject, {
      address,
      method,
      ...(reason !== undefined && { reason }),
    });
    await this.#catalog.changing((changes) => changes.addAudit(entry));
  }
}
