import { invalid } from '../lib/errors.ts';
import type { AccountCatalog, AccountChanges, Role, UserRecord } from '../storage/ports/account-catalog.ts';
import { ROLES } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import type { Devices } from './devices.ts';
import { isText, loginOf } from './fields.ts';
import { type Identity, type IdentityProvider, type OidcChecks, OidcRefusal } from './identity-provider.ts';
import type { Origin, PasswordProof } from './password-proof.ts';
import type { PrincipalCache } from './principals.ts';
import { returnPathOf } from './return-path.ts';
import { type Sessions, subjectOf } from './sessions.ts';
import type { SignedIn } from './sign-in.ts';
import { TICKET_LIFETIME, type Tickets } from './tickets.ts';
import { hashOf } from './tokens.ts';
import { foundUser, type Users } from './users.ts';

/** Changes that follow from what the provider says. */
const PROVIDER: Actor = {
  userId: undefined,
  name: 'identity provider',
  keyId: undefined,
  scopes: 'all',
  proof: 'trusted',
};
const TICKET = 'oidc';
/** How far the provider's clock may be behind, milliseconds. */
const CLOCK_SKEW = 30_000;
const LONGEST_NAME = 200;

/** What the server has to know when the browser comes back. */
interface Journey extends OidcChecks {
  readonly returnTo: string;
  /** Set to prove again who one is: this user has to sign in at the provider after this instant, milliseconds. */
  readonly proving?: { readonly userId: string; readonly since: number } | undefined;
}

export interface OidcRequest {
  /** A page of this site. */
  readonly returnTo: string;
  /** The user of the session, who is to prove again who it is; `undefined`: this is a sign-in. */
  readonly userId?: string | undefined;
}

export interface OidcBeginning {
  /** Where to send the browser. */
  readonly url: string;
  /** For a cookie of this browser. */
  readonly ticket: string;
  /** When the ticket ends, milliseconds. */
  readonly endsAt: number;
}

export interface OidcCallback extends Origin {
  /** What the browser has of the beginning. */
  readonly ticket: string | undefined;
  /** What the provider sent along with the browser. */
  readonly parameters: URLSearchParams;
  /** The session that the browser has now; the new one replaces it. */
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
  readonly now: () => number;
}

/** Sign-in with an identity provider, which decides who a user is and which role it has. */
export class OidcSignIn {
  readonly #parts: OidcSignInParts;

  constructor(parts: OidcSignInParts) {
    this.#parts = parts;
  }

  /** What the sign-in page calls the provider. */
  get label(): string {
    return this.#parts.provider.settings.label;
  }

  /** @throws UserError `invalid_input` for a return path that leaves this site; `unavailable` */
  async begin({ returnTo, userId }: OidcRequest, { address }: Origin): Promise<OidcBeginning> {
    const { provider, proof, tickets, now } = this.#parts;
    const path = returnPathOf(returnTo);
    if (path === undefined) {
      await proof.note(undefined, address, 'oidc', 'return_to');
      throw invalid(`return_to is "${returnTo.slice(0, 100)}", expected the path of a page of this site`, 'return_to');
    }
    const checks = provider.newChecks();
    const since = now();
    const url = await provider.authorizationUrl(checks, userId !== undefined);
    const journey: Journey = { ...checks, returnTo: path, ...(userId !== undefined && { proving: { userId, since } }) };
    return { url, ticket: await tickets.issue(TICKET, journey), endsAt: since + TICKET_LIFETIME };
  }

  /**
   * Begins a session of the user whom the provider vouches for. A user who is new gets an account, one whose role
   * changed gets the new role; neither happens if anything else is refused.
   *
   * @returns the session, and the page to return to
   * @throws OidcRefusal, which is in the audit log then; UserError `unavailable`
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
    const journey = ticket === undefined ? undefined : await tickets.read<Journey>(TICKET, ticket);
    if (ticket === undefined || journey === undefined) throw new OidcRefusal('expired');
    const identity = await provider.redeem(parameters, journey);
    refuseOldProof(identity, journey);
    const role = this.#roleOf(identity);
    if (role === undefined) return this.#shutOut(identity);
    const begun = await catalog.changing(async (changes) => {
      if (!(await tickets.spend(changes.factors, ticket))) throw new OidcRefusal('expired');
      const known = await changes.factors.userOfIdentity(identity.issuer, identity.subject);
      const { proving } = journey;
      if (proving !== undefined && proving.userId !== known) {
        throw new OidcRefusal('other_user', { userId: proving.userId });
      }
      const user =
        known === undefined ? await this.#add(changes, identity, role) : await this.#update(changes, known, role);
      await changes.removeSession(hashOf(token));
      // Without a word of the provider on when that was, the session may not change what people can do.
      const provenAt = Math.min(identity.authenticatedAt ?? 0, this.#parts.now());
      return { user, ...(await sessions.begin(changes, user, { method: 'oidc', address, provenAt })) };
    });
    principals.clear();
    return { ...begun, device: await devices.remember(device, begun.user.login), returnTo: journey.returnTo };
  }

  /** Of several roles the one that may do most. */
  #roleOf({ groups }: Identity): Role | undefined {
    const { roles } = this.#parts.provider.settings;
    const had = new Set(groups.map((group) => roles.get(group)));
    return ROLES.find((role) => had.has(role));
  }

  /** Who has no role at the provider any more has no sessions here either. */
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

  /** Never takes over an account that is there: whoever can choose a name at the provider would get in as anybody. */
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
    const { users, audit } = this.#parts;
    const user = await foundUser(changes, userId);
    if (user.disabled) throw new OidcRefusal('no_access', { userId });
    if (user.role === role) return user;
    if (user.role === 'admin' && (await changes.countEnabledAdmins()) === 1) {
      const detail = { login: user.login, role: user.role, role_at_provider: role };
      await changes.addAudit(audit.entry(PROVIDER, 'user.last_admin_kept', subjectOf(user), detail));
      return user;
    }
    return users.changeWithin(changes, PROVIDER, userId, { role });
  }
}

/** @throws OidcRefusal when the user was to sign in afresh and did not */
function refuseOldProof({ authenticatedAt = 0 }: Identity, { proving }: Journey): void {
  if (proving === undefined || authenticatedAt >= proving.since - CLOCK_SKEW) return;
  throw new OidcRefusal('refused', { userId: proving.userId });
}

/** A login that nobody has: the provider's name for the user, or one that is made of the subject. */
async function freeLogin(changes: AccountChanges, { logins, issuer, subject }: Identity): Promise<string> {
  const mark = hashOf(`${issuer}\n${subject}`);
  for (const candidate of [...logins, `oidc-${mark.slice(0, 12)}`]) {
    const login = loginOf(candidate);
    if (login !== undefined && (await changes.userByLogin(login)) === undefined) return login;
  }
  return `oidc-${mark}`;
}
