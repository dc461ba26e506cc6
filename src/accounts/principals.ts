import { LRUCache } from 'lru-cache';
import type { Clocks } from '../lib/world/ports.ts';
import type { AccountReader, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Scope, UserPrincipal } from './access.ts';

/** How long a change made by another server can go unnoticed, in milliseconds. */
const FRESH = 5_000;
const REMEMBERED = 10_000;

/** The principal of a token or key, and when it expires. */
export interface CachedPrincipal {
  readonly principal: UserPrincipal;
  /** In milliseconds; `undefined`: never. */
  readonly until: number | undefined;
}

interface Entry {
  /** On the monotonic clock. */
  readonly at: number;
  readonly answer: Promise<CachedPrincipal | undefined>;
}

/**
 * Caches the principals of tokens and keys for a few seconds, so that not every request queries the database. Every
 * change to accounts in this process clears it.
 */
export class PrincipalCache {
  readonly #entries = new LRUCache<string, Entry>({ max: REMEMBERED });
  readonly #clocks: Clocks;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  async find(tokenHash: string, look: () => Promise<CachedPrincipal | undefined>): Promise<UserPrincipal | undefined> {
    const known = await this.#answer(tokenHash, look);
    return known === undefined || (known.until ?? Number.POSITIVE_INFINITY) <= this.#clocks.now()
      ? undefined
      : known.principal;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Concurrent requests share one lookup. Unknown tokens are not cached, since there is no limit to them. */
  async #answer(
    tokenHash: string,
    look: () => Promise<CachedPrincipal | undefined>,
  ): Promise<CachedPrincipal | undefined> {
    const elapsed = this.#clocks.elapsed();
    const cached = this.#entries.get(tokenHash);
    if (cached !== undefined && elapsed < cached.at + FRESH) return cached.answer;
    const entry: Entry = { at: elapsed, answer: look() };
    this.#entries.set(tokenHash, entry);
    const drop = () => {
      if (this.#entries.get(tokenHash) === entry) this.#entries.delete(tokenHash);
    };
    try {
      const known = await entry.answer;
      if (known === undefined) drop();
      return known;
    } catch (error) {
      drop();
      throw error;
    }
  }
}

/** Builds the principal of a user for this session or key. */
export async function principalFrom(
  accounts: AccountReader,
  user: UserRecord,
  entry: Pick<UserPrincipal, 'via' | 'keyId' | 'provenAt' | 'mustEnroll'>,
  scopes: ReadonlySet<Scope>,
): Promise<UserPrincipal> {
  const { id: userId, login, name, role } = user;
  const stores = role === 'owner' ? new Set(await accounts.storesOf(userId)) : 'all';
  return { kind: 'user', userId, login, name, role, ...entry, scopes, stores };
}
