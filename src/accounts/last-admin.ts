import { UserError } from '../lib/errors.ts';
import type { AccountChanges } from '../storage/ports/account-catalog.ts';

/**
 * Keeps an installation from locking itself out: there is always an enabled admin, and an admin who can sign in is not
 * changed into one who cannot. Databases of earlier versions can have admins with API keys only; changes that do not
 * make this worse are allowed.
 */
export class LastAdmin {
  readonly #issuer: string | undefined;

  /** @param issuer the configured identity provider, which signs in the users that it added; `undefined`: none */
  constructor(issuer: string | undefined) {
    this.#issuer = issuer?.replace(/\/+$/, '');
  }

  /** The number of enabled admins with a password, a passkey, or an identity at the configured provider. */
  countWhoSignIn(changes: AccountChanges): Promise<number> {
    return changes.countAdminsWhoSignIn(this.#issuer);
  }

  /**
   * Runs a change of a user, within a transaction.
   *
   * @param login of the changed user, for messages
   * @throws UserError `conflict` if no admin would be left, or none who can sign in; the transaction is rolled back
   */
  async keep<T>(changes: AccountChanges, login: string, work: () => Promise<T>): Promise<T> {
    const before = await this.countWhoSignIn(changes);
    const result = await work();
    if ((await changes.countEnabledAdmins()) === 0) {
      throw new UserError('conflict', `${login} is the last enabled admin; add another admin first`);
    }
    if (before > 0 && (await this.countWhoSignIn(changes)) === 0) {
      throw new UserError(
        'conflict',
        `${login} is the last admin who can sign in; set a password for another admin first`,
      );
    }
    return result;
  }
}
