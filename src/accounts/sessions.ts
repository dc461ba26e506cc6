import type { AccountCatalog, AccountChanges, SignInMethod, UserRecord } from '../storage/ports/account-catalog.ts';
import { SCOPES_OF, type Scope, type UserPrincipal } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import { type CachedPrincipal, type PrincipalCache, principalFrom } from './principals.ts';
import { refuseKeyOnAdmin } from './reauthentication.ts';
import { policyOf } from './second-factors.ts';
import { isSessionToken, newSessionToken, sha256 } from './tokens.ts';
import { foundUser } from './users.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A session ends when it was not used for this long, in milliseconds. */
export const SESSION_IDLE = 12 * HOUR;
/** The longest lifetime of a session, in milliseconds. */
export const SESSION_LONGEST = 30 * 24 * HOUR;
/** How often the last use of a session is written. */
const TOUCH_INTERVAL = MINUTE;
/** The most sessions per user; the oldest are removed. */
const SESSIONS_EACH = 50;

/** A session token and its expiry. */
export interface SessionToken {
  /** For the browser's cookie only. */
  readonly token: string;
  /** The latest time at which the session ends, in milliseconds. */
  readonly endsAt: number;
}

/** How and where a session starts. */
export interface SessionStart {
  readonly method: SignInMethod;
  readonly address: string;
  /** When the user proved its identity, in milliseconds; defaults to now. */
  readonly provenAt?: number | undefined;
}

interface SessionsParts {
  readonly catalog: AccountCatalog;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** Browser sessions. The browser holds a token, the database only its hash. */
export class Sessions {
  readonly #catalog: AccountCatalog;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #now: () => number;

  constructor({ catalog, principals, audit, now }: SessionsParts) {
    this.#catalog = catalog;
    this.#principals = principals;
    this.#audit = audit;
    this.#now = now;
  }

  /** Starts a session of a user who has just proved its identity. */
  async begin(changes: AccountChanges, user: UserRecord, how: SessionStart): Promise<SessionToken> {
    const token = newSessionToken();
    const now = this.#now();
    await changes.removeExpiredSessions(now);
    const { method, address, provenAt = now } = how;
    const session = { tokenHash: sha256(token), userId: user.id, method, createdAt: now, lastSeenAt: now, provenAt };
    await changes.addSession({ ...session, expiresAt: expiry(now, now) }, SESSIONS_EACH);
    const detail = { address, method };
    await changes.addAudit(this.#audit.entry(actorFor(user, now), 'user.signed_in', subjectOf(user), detail));
    return { token, endsAt: now + SESSION_LONGEST };
  }

  /**
   * Gives a session a new token after its user reauthenticated; the old token stops working.
   *
   * @returns `undefined` if the session has ended
   */
  async renew(changes: AccountChanges, token: string, provenAt = this.#now()): Promise<SessionToken | undefined> {
    const session = await changes.session(sha256(token));
    if (session === undefined) return undefined;
    const next = newSessionToken();
    await changes.renewSession(session.tokenHash, sha256(next), provenAt);
    return { token: next, endsAt: session.createdAt + SESSION_LONGEST };
  }

  /** The principal of a session token; `undefined` if it is unknown or has ended. Use extends the session. */
  async principalOf(token: string): Promise<UserPrincipal | undefined> {
    if (!isSessionToken(token)) return undefined;
    const tokenHash = sha256(token);
    return this.#principals.find(tokenHash, () => this.#look(tokenHash));
  }

  /** Ends a session, if it exists. */
  async signOut(token: string): Promise<void> {
    if (!isSessionToken(token)) return;
    const tokenHash = sha256(token);
    await this.#catalog.changing(async (changes) => {
      const session = await changes.session(tokenHash);
      const user = session && (await changes.user(session.userId));
      if (user === undefined) return;
      await changes.removeSession(tokenHash);
      const actor = actorFor(user, this.#now());
      await changes.addAudit(this.#audit.entry(actor, 'user.signed_out', subjectOf(user), { login: user.login }));
    });
    this.#principals.clear();
  }

  /** Ends all sessions of a user and returns their number. @throws UserError `not_found`; `forbidden` for a key on an admin */
  async endAll(actor: Actor, userId: string): Promise<number> {
    const ended = await this.#catalog.changing(async (changes) => {
      const user = await foundUser(changes, userId);
      refuseKeyOnAdmin(actor, user.role);
      const count = await changes.removeSessionsOf(userId);
      const detail = { login: user.login, sessions: count };
      await changes.addAudit(this.#audit.entry(actor, 'user.signed_out', subjectOf(user), detail));
      return count;
    });
    this.#principals.clear();
    return ended;
  }

  async #look(tokenHash: string): Promise<CachedPrincipal | undefined> {
    const session = await this.#catalog.session(tokenHash);
    const now = this.#now();
    if (session === undefined || session.expiresAt <= now) return undefined;
    const user = await this.#catalog.user(session.userId);
    if (user === undefined || user.disabled) return undefined;
    const until = expiry(session.createdAt, now);
    if (now - session.lastSeenAt >= TOUCH_INTERVAL) await this.#catalog.touchSession(tokenHash, now, until);
    const mustEnroll = await this.#mustEnroll(session.method, user);
    const entry = { via: 'session', keyId: undefined, provenAt: session.provenAt, mustEnroll } as const;
    const scopes = mustEnroll ? new Set<Scope>() : SCOPES_OF[user.role];
    return { principal: await principalFrom(this.#catalog, user, entry, scopes), until };
  }

  /** Identity providers enforce second factors themselves. */
  async #mustEnroll(method: SignInMethod, { hasFactor, role }: UserRecord): Promise<boolean> {
    return method === 'password' && !hasFactor && (await policyOf(this.#catalog)).includes(role);
  }
}

function expiry(createdAt: number, now: number): number {
  return Math.min(now + SESSION_IDLE, createdAt + SESSION_LONGEST);
}

/** The actor for a user who acts on its own account. */
export function actorFor(user: UserRecord, provenAt: number): Actor {
  return { userId: user.id, name: user.login, keyId: undefined, scopes: SCOPES_OF[user.role], proof: provenAt };
}

export function subjectOf({ id }: UserRecord): { kind: 'user'; id: string } {
  return { kind: 'user', id };
}
