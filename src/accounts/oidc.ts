import { invalid } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges, Role, UserRecord } from '../storage/ports/account-catalog.ts';
import { ROLES } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import { isText, loginOf } from './fields.ts';
import { type Identity, type IdentityProvider, type OidcChecks, OidcRefusal } from './identity-provider.ts';
import type { LastAdmin } from './last-admin.ts';
import type { Origin, PasswordProof } from './password-proof.ts';
import type { PrincipalCache } from './principals.ts';
import { returnPathOf } from './return-path.ts';
import { type Sessions, subjectOf } from './sessions.ts';
import type { SignedIn } from './sign-in.ts';
import { TICKET_LIFETIME, type Tickets } from './tickets.ts';
import { sha256 } from './tokens.ts';
import { foundUser, type Users } from './users.ts';

/** The actor of changes that follow from the provider's claims. */
const PROVIDER: Actor = {
  userId: undefined,
  name: 'identity provider',
  keyId: undefined,
  scopes: 'all',
  proof: 'trusted',
};
const TICKET = 'oidc';
/** How far the provider's clock can be behind, in milliseconds. */
const CLOCK_SKEW = 30_000;
const LONGEST_NAME = 200;

/** What the server needs when the browser returns. */
interface PendingSignIn extends OidcChecks {
  readonly returnTo: string;
  /** Set for a reauthentication: this user must sign in at the provider after `since`, in milliseconds. */
  readonly proving?: { readonly userId: string; readonly since: number } | undefined;
}

export interface OidcRequest {
  /** A path on this site. */
  readonly returnTo: string;
  /** The user who reauthenticates; `undefined` for a sign-in. */
  readonly userId?: string | undefined;
}

export interface OidcAuthorization {
  /** The URL to which to redirect the browser. */
  readonly url: string;
  /** For a cookie in this browser. */
  readonly ticket: string;
  /** When the ticket expires, in milliseconds. */
  readonly endsAt: number;
}

export interface OidcCallback extends Origin {
  /** The ticket from the browser's cookie. */
  readonly ticket: string | undefined;
  /** The query parameters from the provider. */
  readonly parameters: URLSearchParams;
  /** The browser's current session, which the new one replaces. */
  readonly token: string;
}

interface OidcSignInParts {
  readonly catalog: AccountCatalog;
  readonly provider: IdentityProvider;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly tickets: Tickets;
  readonly proof: PasswordProof;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly lastAdmin: LastAdmin;
  readonly now: () => number;
}

/** Sign-in with an identity provider, which decides who a user is and which role it has. */
export class OidcSignIn {
  readonly #parts: OidcSignInParts;

  constructor(parts: OidcSignInParts) {
    this.#parts = parts;
  }

  /** The name of the provider on the sign-in page. */
  get label(): string {
    return this.#parts.provider.settings.label;
  }

  /** @throws UserError `invalid_input` if the return path leaves this site; `unavailable` */
  async begin({ returnTo, userId }: OidcRequest, { address }: Origin): Promise<OidcAuthorization> {
    const { provider, proof, tickets, now } = this.#parts;
    const path = returnPathOf(returnTo);
    if (path === undefined) {
      await proof.note(undefined, address, 'oidc', 'return_to');
      throw invalid(`return_to is "${returnTo.slice(0, 100)}", expected a path on this site`, 'return_to');
    }
    const checks = await provider.newChecks();
    const since = now();
    const url = await provider.authorizationUrl(checks, userId !== undefined);
    const pending: PendingSignIn = {
      ...checks,
      returnTo: path,
      ...(userId !== undefined && { proving: { userId, since } }),
    };
    return { url, ticket: await tickets.issue(TICKET, pending), endsAt: since + TICKET_LIFETIME };
  }

  /**
   * Starts a session for the user that the provider identified. Creates an account for a new user and updates a changed
   * role, unless anything is rejected.
   *
   * @returns the session and the page to return to
   * @throws OidcRefusal after writing it to the audit log; UserError `unavailable`
   */
  async finish(callback: OidcCallback): Promise<SignedIn & { readonly returnTo: string }> {
    try {
      return await this.#finish(callback);
    } catch (error) {
      if (error instanceof OidcRefusal) {
        await this.#parts.proof.note(error.userId, callback.address, 'oidc', error.reason);
      }
      throw error;
    }
  }

  async #finish({ ticket, parameters, token, address, device }: OidcCallback) {
    const { catalog, provider, sessions, devices, tickets, principals } = this.#parts;
    const pending = ticket === undefined ? undefined : await tickets.read<PendingSignIn>(TICKET, ticket);
    if (ticket === undefined || pending === undefined) throw new OidcRefusal('expired');
    const identity = await provider.redeem(parameters, pending);
    refuseOldProof(identity, pending);
    const role = this.#roleOf(identity);
    if (role === undefined) return this.#shutOut(identity);
    const begun = await catalog.changing(async (changes) => {
      if (!(await tickets.spend(changes.factors, ticket))) throw new OidcRefusal('expired');
      const known = await changes.factors.userOfIdentity(identity.issuer, identity.subject);
      const { proving } = pending;
      if (proving !== undefined && proving.userId !== known) {
        throw new OidcRefusal('other_user', { userId: proving.userId });
      }
      const user =
        known === undefined ? await this.#add(changes, identity, role) : await this.#update(changes, known, role);
      await changes.removeSession(sha256(token));
      // Without `auth_time` from the provider the session cannot change access.
      const provenAt = Math.min(identity.authenticatedAt ?? 0, this.#parts.now());
      return { user, ...(await sessions.begin(changes, user, { method: 'oidc', address, provenAt })) };
    });
    principals.clear();
    return { ...begun, device: await devices.remember(device, begun.user.login), returnTo: pending.returnTo };
  }

  /** Of several roles, the one with the most scopes. */
  #roleOf({ groups }: Identity): Role | undefined {
    const { roles } = this.#parts.provider.settings;
    const had = new Set(groups.map((group) => roles.get(group)));
    return ROLES.find((role) => had.has(role));
  }

  /** Ends the sessions of a user who no longer has a role at the provider. */
  async #shutOut({ issuer, subject }: Identity): Promise<never> {
    const { catalog, principals } = this.#parts;
    const userId = await catalog.changing(async (changes) => {
      const known = await changes.factors.userOfIdentity(issuer, subject);
      if (known !== undefined) await changes.removeSessionsOf(known);
      return known;
    });
    principals.clear();
    throw new OidcRefusal('no_access', userId === undefined ? {} : { userId });
  }

  /** Never takes over an existing account: anyone who can choose a name at the provider could sign in as its user. */
  async #add(changes: AccountChanges, identity: Identity, role: Role): Promise<UserRecord> {
    const { issuer, subject } = identity;
    const login = await freeLogin(changes, identity);
    const name = identity.name?.trim().slice(0, LONGEST_NAME) ?? '';
    const draft = { login, name: isText(name) ? name : login, role, passwordHash: null, stores: [] };
    const user = await this.#parts.users.addWithin(changes, PROVIDER, draft);
    await changes.factors.addIdentity(issuer, subject, user.id);
    return user;
  }

  async #update(changes: AccountChanges, userId: string, role: Role): Promise<UserRecord> {
    const { users, audit, lastAdmin } = this.#parts;
    const user = await foundUser(changes, userId);
    if (user.disabled) throw new OidcRefusal('no_access', { userId });
    if (user.role === role) return user;
    // This admin is one of those who can sign in.
    if (user.role === 'admin' && (await lastAdmin.countWhoSignIn(changes)) === 1) {
      const detail = { login: user.login, role: user.role, role_at_provider: role };
      await changes.addAudit(audit.entry(PROVIDER, 'user.last_admin_kept', subjectOf(user), detail));
      return user;
    }
    return users.changeWithin(changes, PROVIDER, userId, { role });
  }
}

/** @throws OidcRefusal if a new sign-in was required and did not happen */
function refuseOldProof({ authenticatedAt = 0 }: Identity, { proving }: PendingSignIn): void {
  if (proving === undefined || authenticatedAt >= proving.since - CLOCK_SKEW) return;
  throw new OidcRefusal('refused', { userId: proving.userId });
}

/** An unused login: one that the provider suggests, or one derived from the subject. */
async function freeLogin(changes: AccountChanges, { logins, issuer, subject }: Identity): Promise<string> {
  const mark = sha256(`${issuer}\n${subject}`);
  for (const candidate of [...logins, `oidc-${mark.slice(0, 12)}`]) {
    const login = loginOf(candidate);
    if (login !== undefined && (await changes.userByLogin(login)) === undefined) return login;
  }
  return `oidc-${mark}`;
}
