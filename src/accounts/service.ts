import type { AccountCatalog } from '../storage/ports/account-catalog.ts';
import type { UserPrincipal } from './access.ts';
import { AuditLog } from './audit.ts';
import { Devices } from './devices.ts';
import { IdentityProvider, type OidcSettings } from './identity-provider.ts';
import { ApiKeys } from './keys.ts';
import { LastAdmin } from './last-admin.ts';
import { OidcSignIn } from './oidc.ts';
import { OwnAccount } from './own-account.ts';
import { Passkeys } from './passkeys.ts';
import { PasswordProof } from './password-proof.ts';
import { Passwords } from './passwords.ts';
import { PrincipalCache } from './principals.ts';
import { SecondFactors } from './second-factors.ts';
import { ServerSecrets } from './secrets.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import { type LinkMail, SignInLinks } from './sign-in-links.ts';
import { SignInThrottle } from './throttle.ts';
import { Tickets } from './tickets.ts';
import { Users } from './users.ts';

export interface AccountsOptions {
  readonly catalog: AccountCatalog;
  /** The current time in milliseconds. */
  readonly now: () => number;
  /** The monotonic clock, milliseconds; `now`, if not given. */
  readonly elapsed?: () => number;
  /** Encrypts the secrets of authenticator apps; `undefined`: they are stored in plain text. */
  readonly secretKey?: string | undefined;
  /** The identity provider; `undefined`: none. */
  readonly oidc?: OidcSettings | undefined;
  /** How sign-in links are mailed; `undefined`: they are not. */
  readonly mail?: LinkMail | undefined;
}

/** Users, how they sign in, and what they changed. */
export class Accounts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** `undefined` if no identity provider is configured. */
  readonly oidc: OidcSignIn | undefined;
  readonly own: OwnAccount;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly links: SignInLinks;
  readonly keys: ApiKeys;
  readonly audit: AuditLog;
  readonly #catalog: AccountCatalog;
  readonly #principals: PrincipalCache;
  #seen: number | undefined;

  constructor({ catalog, now, elapsed = now, secretKey, oidc, mail }: AccountsOptions) {
    const passwords = new Passwords();
    const principals = new PrincipalCache({ now, elapsed });
    const throttle = new SignInThrottle(elapsed);
    const audit = new AuditLog(catalog, now);
    const lastAdmin = new LastAdmin(oidc?.issuer);
    const secrets = new ServerSecrets(catalog);
    const devices = new Devices(secrets);
    const tickets = new Tickets(secrets, now);
    const sessions = new Sessions({ catalog, principals, audit, now });
    const proof = new PasswordProof({ catalog, passwords, throttle, devices, audit });
    const factors = new SecondFactors({
      ...{ catalog, tickets, throttle, principals, audit, lastAdmin, now, secretKey },
    });
    const passkeys = new Passkeys({ catalog, tickets, factors, principals, lastAdmin, now });
    this.audit = audit;
    this.#catalog = catalog;
    this.#principals = principals;
    this.sessions = sessions;
    this.factors = factors;
    this.passkeys = passkeys;
    this.users = new Users({ catalog, passwords, principals, audit, lastAdmin, now });
    this.signIn = new SignIn({ catalog, proof, factors, passkeys, devices, sessions });
    this.oidc =
      oidc &&
      new OidcSignIn({
        ...{ catalog, users: this.users, sessions, devices, tickets, proof, principals, audit, lastAdmin, now },
        provider: new IdentityProvider(oidc, now),
      });
    this.own = new OwnAccount({ catalog, passwords, proof, factors, passkeys, sessions, principals, audit, now });
    this.links = new SignInLinks({
      ...{ catalog, passwords, proof, factors, passkeys, devices, sessions, principals, throttle, audit, now, mail },
    });
    this.keys = new ApiKeys({ catalog, principals, audit, now });
  }

  /** Whether there are users. Without them the API is open, but only to this machine. Cheap enough for every request. */
  hasUsers(): Promise<boolean> {
    return this.users.any();
  }

  /**
   * Changes with every change to an account, on any server. Cached principals are dropped when it has changed.
   */
  async revision(): Promise<string> {
    const revision = await this.#catalog.revision();
    if (revision !== this.#seen) this.#principals.clear();
    this.#seen = revision;
    return String(revision);
  }

  /** The principal of a session token; `undefined` if it is unknown or has ended. */
  principalOfSession(token: string): Promise<UserPrincipal | undefined> {
    return this.sessions.principalOf(token);
  }

  /** The principal of an API key; `undefined` if it is unknown, expired or revoked. */
  principalOfKey(key: string): Promise<UserPrincipal | undefined> {
    return this.keys.principalOf(key);
  }
}
