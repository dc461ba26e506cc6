import type { AccountCatalog, AccountChanges, SignInMethod, UserRecord } from '../storage/ports/account-catalog.ts';
import { SCOPES_OF, type Scope, type UserPrincipal } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import { type Known, type PrincipalCache, principalFrom } from './principals.ts';
import { refuseKeyOnAdmin } from './reauthentication.ts';
import { policyOf } from './second-factors.ts';
import { hashOf, isSessionToken, newSessionToken } from './tokens.ts';
import { foundUser } from './users.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A session ends when it was not used for so long. */
export const SESSION_IDLE = 12 * HOUR;
/** And after so long in any case. */
export const SESSION_LONGEST = 30 * 24 * HOUR;
/** That it was used is written down so often. */
const TOUCH_INTERVAL = MINUTE;
/** Of more sessions of one user the oldest are forgotten. */
const SESSIONS_EACH = 50;

/** A session's token and how long it can last. */
export interface SessionToken {
  /** For the browser's cookie, and nowhere else. */
  readonly token: string;
  /** When it ends in any case, milliseconds. */
  readonly endsAt: number;
}

/** How and from where a session begins. */
export interface Beginning {
  readonly method: SignInMethod;
  readonly address: string;
  /** When its user proved who it is, milliseconds; now if not given. */
  readonly provenAt?: number | undefined;
}

interface SessionsParts {
  readonly catalog: AccountCatalog;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** What lets a browser in: a token that the browser holds, and the database only as a hash. */
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

  /**
   * Begins a session of a user who has just proved who it is.
   */
  async begin(changes: AccountChanges, user: UserRecord, how: Beginning): Promise<SessionToken> {
    const token = newSessionToken();
    const now = this.#now();
    await changes.removeExpiredSessions(now);
    const { method, address, provenAt = now } = how;
    const session = { tokenHash: hashOf(token), userId: user.id, method, createdAt: now, lastSeenAt: now, provenAt };
    await changes.addSession({ ...session, expiresAt: expiry(now, now) }, SESSIONS_EACH);
    const detail = { address, method };
    await changes.addAudit(this.#audit.entry(actorFor(user, now), 'user.signed_in', subjectOf(user), detail));
    return { token, endsAt: now + SESSION_LONGEST };
  }

  /**
   * Gives a session whose user has proved again who it is a new token; the old one is worth nothing from then on.
   * `undefined`: it has ended meanwhile.
   */
  async renew(changes: AccountChanges, token: string, provenAt = this.#now()): Promise<SessionToken | undefined> {
    const session = await changes.session(hashOf(token));
    if (session === undefined) return undefined;
    const next = newSessionToken();
    await changes.renewSession(session.tokenHash, hashOf(next), provenAt);
    return { token: next, endsAt: session.createdAt + SESSION_LONGEST };
  }

  /** Who a session's token speaks for; `undefined`: nobody, or nobody any more. Being used keeps a session alive. */
  async principalOf(token: string): Promise<UserPrincipal | undefined> {
    if (!isSessionToken(token)) return undefined;
    const tokenHash = hashOf(token);
    return this.#principals.find(tokenHash, () => this.#look(tokenHash));
  }

  /** Ends a session; one that is not there has ended already. */
  async signOut(token: string): Promise<void> {
    if (!isSessionToken(token)) return;
    const tokenHash = hashOf(token);
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

  /** Ends all sessions of a user; returns how many. @throws UserError `not_found`; `forbidden` for a key on an admin */
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

  async #look(tokenHash: string): Promise<Known | undefined> {
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

  /** An identity provider sees to second factors itself. */
  async #mustEnroll(method: SignInMethod, { hasFactor, role }: UserRecord): Promise<boolean> {
    return method === 'password' && !hasFactor && (await policyOf(this.#catalog)).includes(role);
  }
}

function expiry(createdAt: number, now: number): number {
  return Math.min(now + SESSION_IDLE, createdAt + SESSION_LONGEST);
}

/** A user who acts for itself, as the audit log names it. */
export function actorFor(user: UserRecord, provenAt: number): Actor {
  return { userId: user.id, name: user.login, keyId: undefined, scopes: SCOPES_OF[user.role], proof: provenAt };
}

export function subjectOf({ id }: UserRecord): { kind: 'user'; id: string } {
  return { kind: 'user', id };
}
