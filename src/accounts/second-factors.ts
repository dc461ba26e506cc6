import { invalid, UserError } from '../lib/errors.ts';
import type {
  AccountCatalog,
  AccountChanges,
  AccountReader,
  Role,
  UserRecord,
} from '../storage/ports/account-catalog.ts';
import type { PasskeyRecord } from '../storage/ports/factors.ts';
import { isRole } from './access.ts';
import type { Actor, AuditLog, Detail } from './audit.ts';
import { newRecoveryCodes, newTotpSecret, recoveryHash, totpStep, totpUri } from './codes.ts';
import type { LastAdmin } from './last-admin.ts';
import type { PrincipalCache } from './principals.ts';
import { requireRecentProof } from './reauthentication.ts';
import { keyFor, seal, unseal } from './seal.ts';
import type { IdentityClaim, SignInThrottle } from './throttle.ts';
import type { Tickets } from './tickets.ts';
import { foundUser } from './users.ts';

const POLICY = 'second_factor_roles';

/** The second factors of a user. */
export interface FactorStatus {
  readonly totp: boolean;
  readonly passkeys: readonly PasskeyRecord[];
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
}

/** An authenticator app whose first code is still missing. */
export interface NewTotp {
  /** In base32, for manual entry. */
  readonly secret: string;
  /** The same secret as an `otpauth://` URI. */
  readonly uri: string;
  /** To send back with the first code. */
  readonly ticket: string;
}

interface SecondFactorParts {
  readonly catalog: AccountCatalog;
  readonly tickets: Tickets;
  readonly throttle: SignInThrottle;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly lastAdmin: LastAdmin;
  readonly now: () => number;
  /** Encrypts the secrets of authenticator apps; `undefined`: they are stored in plain text. */
  readonly secretKey: string | undefined;
}

/** Authenticator apps, recovery codes, and the roles that require a second factor. */
export class SecondFactors {
  readonly #catalog: AccountCatalog;
  readonly #tickets: Tickets;
  readonly #throttle: SignInThrottle;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #lastAdmin: LastAdmin;
  readonly #now: () => number;
  readonly #key: Buffer | undefined;

  constructor({ catalog, tickets, throttle, principals, audit, lastAdmin, now, secretKey }: SecondFactorParts) {
    this.#catalog = catalog;
    this.#tickets = tickets;
    this.#throttle = throttle;
    this.#principals = principals;
    this.#audit = audit;
    this.#lastAdmin = lastAdmin;
    this.#now = now;
    this.#key = secretKey === undefined ? undefined : keyFor(secretKey, 'totp');
  }

  async status(userId: string): Promise<FactorStatus> {
    const { factors } = this.#catalog;
    return {
      totp: (await factors.totp(userId)) !== undefined,
      passkeys: await factors.passkeysOf(userId),
      recoveryCodes: await factors.countRecoveryCodes(userId),
    };
  }

  /** The roles that require a second factor when their users sign in with a password. */
  async policy(): Promise<Role[]> {
    return policyOf(this.#catalog);
  }

  /** @throws UserError `forbidden`, `reauthentication_required` */
  async setPolicy(actor: Actor, roles: readonly Role[]): Promise<void> {
    requireRecentProof(actor, this.#now());
    const unique = [...new Set(roles)];
    await this.#changing(async (changes) => {
      const before = await policyOf(changes);
      await changes.factors.setSetting(POLICY, JSON.stringify(unique));
      const subject = { kind: 'setting', id: POLICY };
      await changes.addAudit(this.#audit.entry(actor, 'setting.changed', subject, { before, after: unique }));
    });
  }

  /** Starts adding an authenticator app. @throws UserError `forbidden`, `reauthentication_required` */
  async beginTotp(actor: Actor, userId: string): Promise<NewTotp> {
    requireRecentProof(actor, this.#now());
    const { login } = await foundUser(this.#catalog, userId);
    const secret = newTotpSecret();
    return { secret, uri: totpUri(secret, login), ticket: await this.#tickets.issue(`totp ${userId}`, secret) };
  }

  /**
   * Adds an authenticator app that has shown a valid code. It replaces an existing one.
   *
   * @returns recovery codes if this is the first factor; they are returned only once
   * @throws UserError `invalid_input` for a wrong code or an expired ticket; `forbidden`, `reauthentication_required`
   */
  async addTotp(actor: Actor, userId: string, ticket: string, code: string): Promise<string[] | undefined> {
    const now = this.#now();
    requireRecentProof(actor, now);
    const secret = await this.#tickets.read<string>(`totp ${userId}`, ticket);
    if (secret === undefined) throw invalid('the secret has expired; start again', 'ticket');
    const lastStep = totpStep(secret, code, now, 0);
    if (lastStep === undefined) {
      throw invalid('the code is wrong; check the clock of the device that runs the app', 'code');
    }
    return this.#changing(async (changes) => {
      const codes = await this.codesForFirst(changes, userId);
      await changes.factors.setTotp(userId, { secret: this.#sealed(secret, userId), lastStep }, now);
      await this.note(changes, actor, 'user.second_factor_added', userId, { factor: 'totp' });
      return codes;
    });
  }

  /** @throws UserError `not_found`, `forbidden`, `reauthentication_required` */
  async removeTotp(actor: Actor, userId: string): Promise<void> {
    requireRecentProof(actor, this.#now());
    await this.#changing(async (changes) => {
      if ((await changes.factors.totp(userId)) === undefined) {
        throw new UserError('not_found', 'you have no authenticator app');
      }
      await changes.factors.removeTotp(userId);
      await this.forgetCodesOfNone(changes, userId);
      await this.note(changes, actor, 'user.second_factor_removed', userId, { factor: 'totp' });
    });
  }

  /**
   * Replaces the recovery codes.
   *
   * @throws UserError `conflict` if the user has no second factor; `forbidden`, `reauthentication_required`
   */
  async renewCodes(actor: Actor, userId: string): Promise<string[]> {
    requireRecentProof(actor, this.#now());
    return this.#changing(async (changes) => {
      if (!(await changes.factors.hasFactor(userId))) {
        throw new UserError('conflict', 'you have no second factor; add one first, and you get recovery codes with it');
      }
      await this.note(changes, actor, 'user.recovery_codes_renewed', userId);
      return this.#newCodes(changes, userId);
    });
  }

  /**
   * Removes all second factors of a user who has lost them and ends the user's sessions.
   *
   * @throws UserError `not_found`, `forbidden`, `reauthentication_required`; `conflict` if no admin could sign in then
   */
  async reset(actor: Actor, userId: string): Promise<UserRecord> {
    requireRecentProof(actor, this.#now());
    return this.#changing(async (changes) => {
      const user = await foundUser(changes, userId);
      await this.#lastAdmin.keep(changes, user.login, () => changes.factors.removeFactors(userId));
      await changes.removeSessionsOf(userId);
      await this.note(changes, actor, 'user.second_factor_reset', userId, { login: user.login });
      return foundUser(changes, userId);
    });
  }

  /**
   * Requires a code from a user who has a second factor, after the password.
   *
   * @param code from the authenticator app, or a recovery code; each is accepted once
   * @throws UserError `second_factor_required` without a code; `unauthorized` for a wrong one; `too_many_requests`
   */
  async demand(
    changes: AccountChanges,
    user: UserRecord,
    code: string | undefined,
    claim: IdentityClaim,
  ): Promise<void> {
    if (!user.hasFactor) return;
    if (code === undefined) {
      const app = (await changes.factors.totp(user.id)) !== undefined;
      throw new UserError(
        'second_factor_required',
        app
          ? 'enter a code from your authenticator app, or a recovery code'
          : 'sign in with your passkey, or enter a recovery code',
      );
    }
    await this.prove(
      changes,
      user,
      code,
      claim,
      () => new UserError('unauthorized', 'the code is wrong', { field: 'code' }),
    );
  }

  /** Uses up a user's code. @throws the error from `wrong`; UserError `too_many_requests` */
  async prove(changes: AccountChanges, { id }: UserRecord, code: string, claim: IdentityClaim, wrong: () => UserError) {
    const attempt = this.#throttle.beginCode(claim);
    try {
      if (!(await this.#take(changes, id, code))) {
        attempt.failed();
        throw wrong();
      }
      attempt.succeeded();
    } finally {
      attempt.cancelled();
    }
  }

  /** Creates recovery codes for a user's first factor; `undefined` if the user already has one. */
  async codesForFirst(changes: AccountChanges, userId: string): Promise<string[] | undefined> {
    return (await changes.factors.hasFactor(userId)) ? undefined : this.#newCodes(changes, userId);
  }

  /** Recovery codes replace a second factor, so they are deleted with the last one. */
  async forgetCodesOfNone(changes: AccountChanges, userId: string): Promise<void> {
    if (!(await changes.factors.hasFactor(userId))) await changes.factors.setRecoveryCodes(userId, []);
  }

  note(changes: AccountChanges, actor: Actor, action: string, userId: string, detail: Detail = {}): Promise<void> {
    return changes.addAudit(this.#audit.entry(actor, action, { kind: 'user', id: userId }, detail));
  }

  async #take({ factors }: AccountChanges, userId: string, code: string): Promise<boolean> {
    const totp = await factors.totp(userId);
    const secret = totp && this.#opened(totp.secret, userId);
    const step = secret === undefined ? undefined : totpStep(secret, code, this.#now(), totp?.lastStep ?? 0);
    if (secret === undefined || step === undefined) return factors.useRecoveryCode(userId, recoveryHash(code));
    await factors.useTotp(userId, { secret: this.#sealed(secret, userId), lastStep: step });
    return true;
  }

  async #newCodes({ factors }: AccountChanges, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await factors.setRecoveryCodes(userId, codes.map(recoveryHash));
    return codes;
  }

  #sealed(secret: string, userId: string): string {
    return this.#key === undefined ? secret : `sealed:${seal(this.#key, secret, userId)}`;
  }

  /** @throws UserError `conflict` if it was encrypted with another key */
  #opened(stored: string, userId: string): string {
    if (!stored.startsWith('sealed:')) return stored;
    const secret = this.#key && unseal(this.#key, stored.slice('sealed:'.length), userId);
    if (secret !== undefined) return secret;
    throw new UserError(
      'conflict',
      'the secret of the authenticator app was encrypted with another SECRET_KEY; restore that key or reset the second factor',
    );
  }

  async #changing<T>(work: (changes: AccountChanges) => Promise<T>): Promise<T> {
    const result = await this.#catalog.changing(work);
    this.#principals.clear();
    return result;
  }
}

/** The roles that require a second factor. */
export async function policyOf({ factors }: AccountReader): Promise<Role[]> {
  const value = await factors.setting(POLICY);
  return value === undefined ? [] : (JSON.parse(value) as string[]).filter(isRole);
}
