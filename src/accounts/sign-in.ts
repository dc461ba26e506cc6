import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { UserError } from '../lib/errors.ts';
import type { AccountCatalog, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Devices } from './devices.ts';
import { loginOf } from './fields.ts';
import type { Answer, Passkeys } from './passkeys.ts';
import type { Origin, PasswordProof } from './password-proof.ts';
import type { SecondFactors } from './second-factors.ts';
import type { Sessions, SessionToken } from './sessions.ts';

export interface Credentials extends Origin {
  readonly login: string;
  readonly password: string;
  /** A code from the authenticator app, or a recovery code, if the user has a second factor. */
  readonly code?: string | undefined;
}

export interface SignedIn extends SessionToken {
  readonly user: UserRecord;
  /** The device cookie for this browser. */
  readonly device: string;
}

interface SignInParts {
  readonly catalog: AccountCatalog;
  readonly proof: PasswordProof;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly devices: Devices;
  readonly sessions: Sessions;
}

/** Verifies credentials and starts sessions. */
export class SignIn {
  readonly #catalog: AccountCatalog;
  readonly #proof: PasswordProof;
  readonly #factors: SecondFactors;
  readonly #passkeys: Passkeys;
  readonly #devices: Devices;
  readonly #sessions: Sessions;

  constructor({ catalog, proof, factors, passkeys, devices, sessions }: SignInParts) {
    this.#catalog = catalog;
    this.#proof = proof;
    this.#factors = factors;
    this.#passkeys = passkeys;
    this.#devices = devices;
    this.#sessions = sessions;
  }

  /**
   * Signs in with a password, and the login or the email address. An unknown name, a wrong password and a disabled user give the same error.
   *
   * @throws UserError `unauthorized`; `second_factor_required` if the password is correct and a code is missing;
   * `too_many_requests` with the seconds to wait
   */
  async withPassword({ login: given, password, code, ...origin }: Credentials): Promise<SignedIn> {
    // A text that cannot be a login matches no user.
    const login = loginOf(given) ?? '';
    const claim = await this.#proof.claim(login, origin);
    let tried: UserRecord | undefined;
    try {
      const begun = await this.#proof.run(claim, password, refused, async (changes, user) => {
        tried = user;
        // The password is right, so all codes of the user may count together.
        await this.#factors.demand(changes, user, code, { ...claim, login: user.login });
        const how = { method: 'password', address: origin.address } as const;
        return { user, ...(await this.#sessions.begin(changes, user, how)) };
      });
      return { ...begun, device: await this.#devices.remember(origin.device, login) };
    } catch (error) {
      // The failed attempt is rolled back, but the wrong code is still recorded.
      const wrongCode = error instanceof UserError && error.code === 'unauthorized' && error.field === 'code';
      if (wrongCode) await this.#proof.note(tried?.id, origin.address, 'code');
      throw error;
    }
  }

  /** Signs in with a passkey, which counts as two factors. @throws UserError `unauthorized` */
  async withPasskey(answer: Answer<AuthenticationResponseJSON>, origin: Origin): Promise<SignedIn> {
    const verified = await this.#passkeys.verify(answer);
    const begun = await this.#catalog.changing(async (changes) => {
      const user = await changes.user(verified.passkey.userId);
      if (user === undefined || user.disabled)
        throw new UserError('unauthorized', 'the passkey is not registered here');
      await this.#passkeys.take(changes, verified);
      const how = { method: 'passkey', address: origin.address } as const;
      return { user, ...(await this.#sessions.begin(changes, user, how)) };
    });
    return { ...begun, device: await this.#devices.remember(origin.device, begun.user.login) };
  }
}

function refused(): UserError {
  return new UserError('unauthorized', 'the login or the password is wrong');
}
