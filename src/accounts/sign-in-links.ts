import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { invalid, UserError } from '../lib/errors.ts';
import type { Message } from '../mail/message.ts';
import type { AccountCatalog, AccountChanges, AccountReader, UserRecord } from '../storage/ports/account-catalog.ts';
import type { LinkPurpose } from '../storage/ports/sign-in-links.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import { isText, loginOf } from './fields.ts';
import { invitationMail, passwordChangedMail, resetMail } from './link-mails.ts';
import type { Answer, Challenge, Passkeys, RelyingParty } from './passkeys.ts';
import { NOBODY, type Origin, type PasswordProof } from './password-proof.ts';
import { checkPassword } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { PrincipalCache } from './principals.ts';
import { refuseKeyOnAdmin, requireRecentProof } from './reauthentication.ts';
import type { SecondFactors } from './second-factors.ts';
import { actorFor, type SessionStart, type Sessions, subjectOf } from './sessions.ts';
import type { SignedIn } from './sign-in.ts';
import type { SignInThrottle } from './throttle.ts';
import { isSessionToken, newSessionToken, sha256 } from './tokens.ts';
import { foundUser } from './users.ts';

const HOUR = 60 * 60_000;
/** How long each kind of link is valid, milliseconds. */
export const LINK_LIFETIMES: Readonly<Record<LinkPurpose, number>> = { invitation: 7 * 24 * HOUR, reset: HOUR };
/** The most reset links of one user that are valid at a time: no more mail is sent until one expires. */
const RESETS_EACH = 3;

/** The page of each kind of link. The token follows as a fragment, which browsers send to no server. */
const PAGES: Readonly<Record<LinkPurpose, string>> = { invitation: '/invitation', reset: '/reset-password' };

/** How links are mailed. */
export interface LinkMail {
  readonly outbox: { post(message: Message): void };
  /** Where people reach the dashboard, without a slash at its end. */
  readonly publicUrl: string;
}

export interface Invitation {
  readonly user: UserRecord;
  /** The path of the link, with its token. */
  readonly path: string;
  readonly expiresAt: number;
  /** The address that it was mailed to; `undefined`: it was not. */
  readonly mailedTo: string | undefined;
}

/** A link that is valid. */
export interface ValidLink {
  readonly user: UserRecord;
  readonly purpose: LinkPurpose;
  readonly expiresAt: number;
}

export interface LinkPassword extends Origin {
  readonly token: string;
  readonly password: string;
  /** For a reset, if the user has a second factor. */
  readonly code?: string | undefined;
  /** Also revoke the user's API keys. */
  readonly revokeKeys?: boolean | undefined;
}

export interface LinkPasskey extends Origin {
  readonly token: string;
  readonly name: string;
  readonly answer: Answer<RegistrationResponseJSON>;
}

interface SignInLinksParts {
  readonly catalog: AccountCatalog;
  readonly passwords: Passwords;
  readonly proof: PasswordProof;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly devices: Devices;
  readonly sessions: Sessions;
  readonly principals: PrincipalCache;
  readonly throttle: SignInThrottle;
  readonly audit: AuditLog;
  readonly now: () => number;
  /** `undefined`: no mail server is configured. */
  readonly mail: LinkMail | undefined;
}

/** Links with which users sign in once: invitations to set the first password, and password resets by mail. */
export class SignInLinks {
  readonly #parts: SignInLinksParts;

  constructor(parts: SignInLinksParts) {
    this.#parts = parts;
  }

  /** Whether users can reset their password by mail. */
  get offersReset(): boolean {
    return this.#parts.mail !== undefined;
  }

  /**
   * Creates an invitation for a user who cannot sign in yet. It replaces an earlier one, and is mailed if the user has an
   * email address and a mail server is configured.
   *
   * @throws UserError `not_found`; `conflict` if the user is disabled or can sign in already; `forbidden`,
   * `reauthentication_required`
   */
  async invite(actor: Actor, userId: string): Promise<Invitation> {
    const { catalog, audit, now, mail } = this.#parts;
    requireRecentProof(actor, now());
    const token = newSessionToken();
    const path = `${PAGES.invitation}#${token}`;
    const invitation = await catalog.changing(async (changes) => {
      const user = await foundUser(changes, userId);
      refuseKeyOnAdmin(actor, user.role);
      if (user.disabled) throw new UserError('conflict', `${user.login} is disabled; enable the user first`);
      if (await canSignIn(changes, user)) {
        throw new UserError('conflict', `${user.login} can sign in already; set a new password instead`);
      }
      await changes.links.removeLinksOf(userId);
      const expiresAt = await this.#add(changes, userId, 'invitation', token);
      const mailedTo = mail === undefined ? undefined : user.email;
      const detail = { login: user.login, ...(mailedTo !== undefined && { mailed_to: mailedTo }) };
      await changes.addAudit(audit.entry(actor, 'user.invited', subjectOf(user), detail));
      return { user, path, expiresAt, mailedTo };
    });
    const { user, expiresAt, mailedTo: email } = invitation;
    if (mail !== undefined && email !== undefined) {
      mail.outbox.post(invitationMail({ ...user, email }, { url: `${mail.publicUrl}${path}`, expiresAt }));
    }
    return invitation;
  }

  /** Counts a request for a reset. @throws UserError `conflict` without a mail server; `too_many_requests` */
  admitReset({ address }: Origin): void {
    if (!this.offersReset) {
      throw new UserError('conflict', 'this server sends no mail; an admin can set a new password for you');
    }
    this.#parts.throttle.countReset(address);
  }

  /**
   * Mails a link to the users with this login or email address, if they have a password and an address. The caller
   * answers without waiting for it: neither the answer nor its time shows whether there are such users.
   */
  async sendReset(given: string, { address }: Origin): Promise<void> {
    const { catalog, audit, mail } = this.#parts;
    const name = loginOf(given.trim());
    if (mail === undefined || name === undefined || !isText(name)) return;
    const found = [await catalog.userByLogin(name), await catalog.userByEmail(name)];
    for (const id of new Set(found.flatMap((user) => (user === undefined ? [] : [user.id])))) {
      const token = newSessionToken();
      const message = await catalog.changing(async (changes) => {
        const user = await changes.user(id);
        const email = user?.email;
        if (user === undefined || email === undefined || user.disabled || !user.hasPassword) return undefined;
        if ((await this.#countLive(changes, id)) >= RESETS_EACH) return undefined;
        const expiresAt = await this.#add(changes, id, 'reset', token);
        const detail = { login: user.login, address, mailed_to: email };
        await changes.addAudit(audit.entry(NOBODY, 'user.password_reset_requested', subjectOf(user), detail));
        return resetMail({ ...user, email }, { url: `${mail.publicUrl}${PAGES.reset}#${token}`, expiresAt });
      });
      if (message !== undefined) mail.outbox.post(message);
    }
  }

  /** @throws UserError `not_found` if the link is unknown, used, expired or replaced */
  find(token: string): Promise<ValidLink> {
    return this.#valid(this.#parts.catalog, token);
  }

  /**
   * Sets the password of the link's user, ends the user's sessions and signs the user in. The link is used up.
   *
   * @throws UserError `not_found`; `invalid_input` if the password is too easy to guess or the current one;
   * `second_factor_required` for a reset without a code; `unauthorized` for a wrong one; `too_many_requests`
   */
  async usePassword({ token, password, code, revokeKeys = false, ...origin }: LinkPassword): Promise<SignedIn> {
    const { catalog, passwords, proof, factors, audit, now, mail } = this.#parts;
    const { user: known } = await this.find(token);
    await checkPassword(password, known.login);
    const present = await catalog.passwordHash(known.login);
    if (present !== undefined && (await passwords.matches(present, password))) {
      throw invalid('the password is the current one, expected a different one', 'password');
    }
    const hash = await passwords.hash(password);
    const claim = await proof.claim(known.login, origin);
    try {
      const { reset, ...signedIn } = await this.#use(token, origin, 'password', async (changes, { user, purpose }) => {
        if (purpose === 'reset') await factors.demand(changes, user, code, claim);
        await changes.setPasswordHash(user.id, hash);
        const keys = revokeKeys ? await changes.revokeKeysOf(user.id, now()) : 0;
        const action = purpose === 'reset' ? 'user.password_reset' : 'user.invitation_accepted';
        const detail = { login: user.login, address: origin.address, ...(revokeKeys && { keys_revoked: keys }) };
        await changes.addAudit(audit.entry(actorFor(user, now()), action, subjectOf(user), detail));
        return { reset: purpose === 'reset' };
      });
      const { email } = signedIn.user;
      if (reset && mail !== undefined && email !== undefined) {
        mail.outbox.post(passwordChangedMail({ ...signedIn.user, email }));
      }
      return signedIn;
    } catch (error) {
      // The failed attempt is rolled back, but the wrong code is still recorded.
      const wrongCode = error instanceof UserError && error.code === 'unauthorized' && error.field === 'code';
      if (wrongCode) await proof.note(known.id, origin.address, 'code');
      throw error;
    }
  }

  /** Starts the registration of a passkey for an invited user. @throws UserError `not_found` */
  async beginPasskey(
    token: string,
    relyingParty: RelyingParty,
  ): Promise<Challenge<PublicKeyCredentialCreationOptionsJSON>> {
    const { user } = await this.#invitation(this.#parts.catalog, token);
    return this.#parts.passkeys.beginAdding(actorFor(user, this.#parts.now()), user.id, relyingParty);
  }

  /**
   * Adds the first passkey of an invited user and signs the user in. The link is used up.
   *
   * @returns also recovery codes, which are returned only once
   * @throws UserError `not_found`; `invalid_input` or `unauthorized` if the response does not match the challenge
   */
  async usePasskey({ token, name, answer, ...origin }: LinkPasskey): Promise<SignedIn & { readonly codes: string[] }> {
    const { catalog, passkeys, audit, now } = this.#parts;
    const { user: known } = await this.#invitation(catalog, token);
    const added = await passkeys.verifyNew(known.id, name, answer);
    return this.#use(token, origin, 'passkey', async (changes, link) => {
      const { user } = await this.#invitation(changes, token);
      const actor = actorFor(link.user, now());
      const codes = await passkeys.addWithin(changes, actor, added);
      const detail = { login: user.login, address: origin.address };
      await changes.addAudit(audit.entry(actor, 'user.invitation_accepted', subjectOf(user), detail));
      return { codes: codes ?? [] };
    });
  }

  /** Runs `work` and starts a session, in one transaction that uses up the link. */
  async #use<T>(
    token: string,
    { address, device }: Origin,
    method: SessionStart['method'],
    work: (changes: AccountChanges, link: ValidLink) => Promise<T>,
  ): Promise<SignedIn & T> {
    const { catalog, sessions, devices, principals } = this.#parts;
    const begun = await catalog.changing(async (changes) => {
      const link = await this.#valid(changes, token);
      const result = await work(changes, link);
      await changes.links.removeLinksOf(link.user.id);
      await changes.removeSessionsOf(link.user.id);
      const user = await foundUser(changes, link.user.id);
      return { ...result, user, ...(await sessions.begin(changes, user, { method, address })) };
    });
    principals.clear();
    return { ...begun, device: await devices.remember(device, begun.user.login) };
  }

  async #add(changes: AccountChanges, userId: string, purpose: LinkPurpose, token: string): Promise<number> {
    const createdAt = this.#parts.now();
    const expiresAt = createdAt + LINK_LIFETIMES[purpose];
    await changes.links.addLink({ tokenHash: sha256(token), userId, purpose, createdAt, expiresAt });
    return expiresAt;
  }

  /** The reset links of a user that are valid. */
  async #countLive({ links }: AccountChanges, userId: string): Promise<number> {
    await links.removeExpiredLinks(this.#parts.now());
    return links.countLinks(userId, 'reset');
  }

  async #valid(accounts: AccountReader, token: string): Promise<ValidLink> {
    // Only the hash is compared, so the time of the search says nothing about tokens.
    const link = isSessionToken(token) ? await accounts.links.link(sha256(token)) : undefined;
    const user = link && link.expiresAt > this.#parts.now() ? await accounts.user(link.userId) : undefined;
    if (link === undefined || user === undefined || user.disabled) throw unknownLink();
    // An invitation is for the first way to sign in, and a reset for a password.
    if (link.purpose === 'invitation' ? await canSignIn(accounts, user) : !user.hasPassword) throw unknownLink();
    return { user, purpose: link.purpose, expiresAt: link.expiresAt };
  }

  async #invitation(accounts: AccountReader, token: string): Promise<ValidLink> {
    const link = await this.#valid(accounts, token);
    if (link.purpose === 'invitation') return link;
    throw unknownLink();
  }
}

async function canSignIn({ factors }: AccountReader, { id, hasPassword }: UserRecord): Promise<boolean> {
  return hasPassword || (await factors.passkeysOf(id)).length > 0;
}

function unknownLink(): UserError {
  return new UserError(
    'not_found',
    'this link is not valid: it has expired, was used, or was replaced by a newer one; ask for a new one',
  );
}
