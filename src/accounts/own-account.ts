import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { invalid, UserError } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Answer, Passkeys } from './passkeys.ts';
import type { Origin, PasswordProof } from './password-proof.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { PrincipalCache } from './principals.ts';
import type { SecondFactors } from './second-factors.ts';
import { type Sessions, type SessionToken, subjectOf } from './sessions.ts';
import { sha256 } from './tokens.ts';
import { foundUser } from './users.ts';

/** One of the ways to reauthenticate. */
export type Evidence =
  | { readonly password: string }
  | { readonly code: string }
  | { readonly passkey: Answer<AuthenticationResponseJSON> };

/** The user of a session. */
export interface OwnSession extends Origin {
  readonly userId: string;
  /** The session token. */
  readonly token: string;
}

export interface OwnPasswordChange extends OwnSession {
  readonly current: string;
  readonly next: string;
  /** Also revoke the user's API keys. */
  readonly revokeKeys?: boolean | undefined;
}

interface OwnAccountParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly proof: PasswordProof;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly sessions: Sessions;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** What users do to their own account: reauthenticate and change the password. */
export class OwnAccount {
  readonly #parts: OwnAccountParts;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
  }

  /**
   * Reauthenticates the user of a session and gives the session a new token.
   *
   * @throws UserError `invalid_input` for a wrong password or code; `unauthorized` for a wrong passkey or an ended
   * session; `too_many_requests`, `not_found`
   */
  async prove(actor: Actor, { userId, token, ...origin }: OwnSession, evidence: Evidence): Promise<SessionToken> {
    const { catalog, proof, factors, passkeys, principals } = this.#parts;
    const known = await foundUser(catalog, userId);
    const claim = await proof.claim(known.login, origin);
    const renew = async (changes: AccountChanges, user: UserRecord, method: string) => {
      const detail = { address: origin.address, method };
      await changes.addAudit(this.#parts.audit.entry(actor, 'user.reauthenticated', subjectOf(user), detail));
      return this.#renewed(changes, token);
    };
    const session = await this.#noting(userId, origin, async () => {
      if ('password' in evidence) {
        const wrong = () => invalid('the password is wrong', 'password');
        return proof.run(claim, evidence.password, wrong, (changes, user) => renew(changes, user, 'password'));
      }
      if ('code' in evidence) {
        return catalog.changing(async (changes) => {
          const user = await foundUser(changes, userId);
          await factors.prove(changes, user, evidence.code, claim, () => invalid('the code is wrong', 'code'));
          return renew(changes, user, 'code');
        });
      }
      const verified = await passkeys.verify(evidence.passkey);
      if (verified.passkey.userId !== userId) throw invalid('the passkey belongs to another user', 'passkey');
      return catalog.changing(async (changes) => {
        await passkeys.take(changes, verified);
        return renew(changes, await foundUser(changes, userId), 'passkey');
      });
    });
    principals.clear();
    return session;
  }

  /**
   * Changes the user's own password, ends its other sessions and gives this one a new token.
   *
   * @throws UserError `invalid_input` if the new password is too easy to guess or unchanged, or the current one is wrong;
   * `too_many_requests`, `not_found`, `unauthorized`
   */
  async changePassword(actor: Actor, change: OwnPasswordChange): Promise<SessionToken> {
    const { userId, current, next, token, revokeKeys = false, ...origin } = change;
    const { catalog, passwords, proof, principals, audit, now } = this.#parts;
    const { login } = await foundUser(catalog, userId);
    await checkPassword(next, login, 'next');
    if (next.normalize('NFKC') === current.normalize('NFKC')) {
      throw invalid('the new password is the current one, expected a different one', 'next');
    }
    const nextHash = await passwords.hash(next);
    const wrong = () => invalid('the current password is wrong', 'current');
    const session = await proof.run(await proof.claim(login, origin), current, wrong, async (changes, user) => {
      await changes.setPasswordHash(userId, nextHash);
      await changes.removeSessionsOf(userId, sha256(token));
      await changes.links.removeLinksOf(userId);
      const keys = revokeKeys ? await changes.revokeKeysOf(userId, now()) : 0;
      const detail = { login, ...(revokeKeys && { keys_revoked: keys }) };
      await changes.addAudit(audit.entry(actor, 'user.password_set', subjectOf(user), detail));
      return this.#renewed(changes, token);
    });
    principals.clear();
    return session;
  }

  /** Records a wrong code. A wrong password is recorded elsewhere. */
  async #noting<T>(userId: string, { address }: Origin, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const wrongCode = error instanceof UserError && error.code === 'invalid_input' && error.field === 'code';
      if (wrongCode) await this.#parts.proof.note(userId, address, 'code');
      throw error;
    }
  }

  async #renewed(changes: AccountChanges, token: string): Promise<SessionToken> {
    const session = await this.#parts.sessions.renew(changes, token);
    if (session === undefined) throw new UserError('unauthorized', 'the session has ended; sign in again');
    return session;
  }
}
