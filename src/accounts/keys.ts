import { formatInstant } from '../calendar/instant.ts';
import { invalid, UserError } from '../lib/errors.ts';
import { newId } from '../lib/world/random.ts';
import type {
  AccountCatalog,
  AccountReader,
  KeyRecord,
  TimePlace,
  UserRecord,
} from '../storage/ports/account-catalog.ts';
import { knownScopes, SCOPES_OF, type Scope, type UserPrincipal } from './access.ts';
import type { Actor, AuditLog } from './audit.ts';
import { isText, nameFrom, scopesFrom } from './fields.ts';
import { type Page, type PageRequest, readPage } from './pages.ts';
import { type CachedPrincipal, type PrincipalCache, principalFrom } from './principals.ts';
import { requireRecentProof } from './reauthentication.ts';
import { isApiKey, newApiKey, prefixOf, sha256 } from './tokens.ts';
import { foundUser } from './users.ts';

/** How often the last use of a key is written, in milliseconds. */
const TOUCH_INTERVAL = 60_000;
/** The most active keys of one user. */
const KEYS_EACH = 100;

export interface KeyDraft {
  readonly userId: string;
  /** What the key is for. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** In milliseconds; `undefined`: never. */
  readonly expiresAt?: number | undefined;
}

export interface IssuedKey {
  /** Returned only once; the database stores a hash. */
  readonly key: string;
  readonly record: KeyRecord;
}

interface KeysParts {
  readonly catalog: AccountCatalog;
  readonly principals: PrincipalCache;
  readonly audit: AuditLog;
  readonly now: () => number;
}

/** API keys, with which programs sign in. A key acts for its user, within its own scopes. */
export class ApiKeys {
  readonly #catalog: AccountCatalog;
  readonly #principals: PrincipalCache;
  readonly #audit: AuditLog;
  readonly #now: () => number;

  constructor({ catalog, principals, audit, now }: KeysParts) {
    this.#catalog = catalog;
    this.#principals = principals;
    this.#audit = audit;
    this.#now = now;
  }

  /**
   * Creates a key.
   *
   * @throws UserError `invalid_input` if there is no scope, a scope exceeds the user's role, or the expiry has passed;
   * `forbidden` if the actor lacks a scope or is an API key; `reauthentication_required`; `not_found`; `conflict` beyond
   * 100 keys
   */
  async add(actor: Actor, draft: KeyDraft): Promise<IssuedKey> {
    const now = this.#now();
    requireRecentProof(actor, now);
    const name = nameFrom(draft.name);
    const scopes = scopesFrom(draft.scopes);
    const expiresAt = draft.expiresAt;
    if (expiresAt !== undefined && expiresAt <= now)
      throw invalid('expires_at is in the past, expected a future time', 'expires_at');
    refuseToHandOn(actor, scopes);
    const [id, key] = [newId(), newApiKey()];
    const record = await this.#catalog.changing(async (changes) => {
      const user = await foundUser(changes, draft.userId);
      refuseBeyondRole(user, scopes);
      if ((await changes.countLiveKeys(user.id, now)) >= KEYS_EACH) {
        throw new UserError('conflict', `${user.login} already has ${KEYS_EACH} active keys; revoke one first`);
      }
      const stored = { id, userId: user.id, name, prefix: prefixOf(key), scopes, createdAt: now, expiresAt };
      await changes.addKey({ ...stored, tokenHash: sha256(key) });
      const detail = {
        login: user.login,
        name,
        prefix: stored.prefix,
        scopes,
        expires_at: expiresAt === undefined ? null : formatInstant(expiresAt),
      };
      await changes.addAudit(this.#audit.entry(actor, 'key.created', { kind: 'key', id }, detail));
      return foundKey(changes, id, user.id);
    });
    return { key, record };
  }

  /** Returns a key. @throws UserError `not_found` */
  get(id: string): Promise<KeyRecord> {
    return foundKey(this.#catalog, id, undefined);
  }

  /** Lists the keys of one user or of all, newest first. */
  async list(userId: string | undefined, page: PageRequest<TimePlace>): Promise<Page<KeyRecord, TimePlace>> {
    if (userId !== undefined && !isText(userId)) return { items: [], next: undefined };
    return readPage(
      page,
      (before, limit) => this.#catalog.keys(userId, before, limit),
      ({ createdAt, id }) => ({ at: createdAt, id }),
    );
  }

  /**
   * Revokes a key for good; it stays in the lists. An actor that uses a key can revoke only that key.
   *
   * @param userId the user who must own the key; `undefined`: any
   * @throws UserError `not_found`
   */
  async revoke(actor: Actor, id: string, userId?: string): Promise<KeyRecord> {
    if (actor.keyId !== undefined && actor.keyId !== id) throw noKey(id);
    const key = await this.#catalog.changing(async (changes) => {
      const { login, name, revokedAt } = await foundKey(changes, id, userId);
      if (revokedAt === undefined) {
        await changes.revokeKey(id, this.#now());
        await changes.addAudit(this.#audit.entry(actor, 'key.revoked', { kind: 'key', id }, { login, name }));
      }
      return foundKey(changes, id, userId);
    });
    this.#principals.clear();
    return key;
  }

  /** The principal of a key; `undefined` if the key is unknown, expired or revoked. */
  async principalOf(key: string): Promise<UserPrincipal | undefined> {
    if (!isApiKey(key)) return undefined;
    const tokenHash = sha256(key);
    return this.#principals.find(tokenHash, () => this.#look(tokenHash));
  }

  /** The first use of a key is recorded in the audit log. */
  async #noteUse({ id, name, lastUsedAt }: KeyRecord, { id: userId, login }: UserRecord, now: number): Promise<void> {
    if (lastUsedAt !== undefined) return this.#catalog.touchKey(id, now);
    const actor = { userId, name: login, keyId: id, scopes: new Set<Scope>(), proof: 'key' } as const;
    await this.#catalog.changing(async (changes) => {
      if ((await changes.key(id))?.lastUsedAt !== undefined) return;
      await changes.useKeyFirst(id, now);
      await changes.addAudit(this.#audit.entry(actor, 'key.first_used', { kind: 'key', id }, { login, name }));
    });
  }

  async #look(tokenHash: string): Promise<CachedPrincipal | undefined> {
    const key = await this.#catalog.keyByToken(tokenHash);
    const now = this.#now();
    if (key === undefined || key.revokedAt !== undefined) return undefined;
    if (key.expiresAt !== undefined && key.expiresAt <= now) return undefined;
    const user = await this.#catalog.user(key.userId);
    if (user === undefined || user.disabled) return undefined;
    if (key.lastUsedAt === undefined || now - key.lastUsedAt >= TOUCH_INTERVAL) {
      await this.#noteUse(key, user, now);
    }
    const allowed = SCOPES_OF[user.role];
    const scopes = new Set(knownScopes(key.scopes).filter((scope) => allowed.has(scope)));
    const entry = { via: 'key', keyId: key.id, provenAt: undefined, mustEnroll: false } as const;
    return { principal: await principalFrom(this.#catalog, user, entry, scopes), until: key.expiresAt };
  }
}

/** @throws UserError `not_found` */
async function foundKey(accounts: AccountReader, id: string, userId: string | undefined): Promise<KeyRecord> {
  const key = isText(id) ? await accounts.key(id) : undefined;
  if (key !== undefined && (userId === undefined || key.userId === userId)) return key;
  throw noKey(id);
}

function noKey(id: string): UserError {
  return new UserError('not_found', `there is no key ${id.slice(0, 100)}`);
}

/** @throws UserError `forbidden` */
function refuseToHandOn(actor: Actor, scopes: readonly Scope[]): void {
  const { scopes: own } = actor;
  if (own === 'all') return;
  const beyond = scopes.filter((scope) => !own.has(scope));
  if (beyond.length > 0)
    throw new UserError('forbidden', `you cannot grant ${beyond.join(', ')}: you don't have access yourself`);
}

/** @throws UserError `invalid_input` */
function refuseBeyondRole({ login, role }: UserRecord, scopes: readonly Scope[]): void {
  const allowed = SCOPES_OF[role];
  const beyond = scopes.filter((scope) => !allowed.has(scope));
  if (beyond.length === 0) return;
  const message = `${login} is an ${role} and cannot have ${beyond.join(', ')}, only ${[...allowed].join(', ')}`;
  throw invalid(message, 'scopes');
}
