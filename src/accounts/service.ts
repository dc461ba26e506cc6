import type { AccountCatalog } from '../storage/account-catalog.ts';
import type { UserPrincipal } from './access.ts';
import { AuditLog } from './audit.ts';
import { Devices } from './devices.ts';
import { ApiKeys } from './keys.ts';
import { Passwords } from './passwords.ts';
import { PrincipalCache } from './principals.ts';
import { ServerSecrets } from './secrets.ts';
import { Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import { SignInThrottle } from './throttle.ts';
import { Users } from './users.ts';

export interface AccountsOptions {
  readonly catalog: AccountCatalog;
  /** The clock, milliseconds. */
  readonly now: () => number;
}

/** Who may use this, how they get in, and what they changed. */
export class Accounts {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly keys: ApiKeys;
  readonly audit: AuditLog;

  constructor({ catalog, now }: AccountsOptions) {
    const passwords = new Passwords();
    const principals = new PrincipalCache(now);
    const throttle = new SignInThrottle(now);
    const audit = new AuditLog(catalog, now);
    this.audit = audit;
    this.users = new Users({ catalog, passwords, principals, audit, now });
    const sessions = new Sessions({ catalog, principals, audit, now });
    this.sessions = sessions;
    const devices = new Devices(new ServerSecrets(catalog));
    this.signIn = new SignIn({ catalog, passwords, throttle, devices, sessions, principals, audit, now });
    this.keys = new ApiKeys({ catalog, principals, audit, now });
  }

  /** Without users, everything is open, to this machine alone. Cheap enough to ask at every request. */
  hasUsers(): Promise<boolean> {
    return this.users.any();
  }

  /** Who a session's token speaks for; `undefined`: nobody, or nobody any more. */
  principalOfSession(token: string): Promise<UserPrincipal | undefined> {
    return this.sessions.principalOf(token);
  }

  /** Who an API key speaks for; `undefined`: nobody, or nobody any more. */
  principalOfKey(key: string): Promise<UserPrincipal | undefined> {
    return this.keys.principalOf(key);
  }
}
