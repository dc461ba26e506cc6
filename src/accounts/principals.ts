import { RecentMap } from '../lib/recent-map.ts';
import type { AccountReader, UserRecord } from '../storage/ports/account-catalog.ts';
import type { Scope, UserPrincipal } from './access.ts';

/** So long, in milliseconds, a change that another server made may go unnoticed. */
const FRESH = 5_000;
const REMEMBERED = 10_000;

/** Who a token or key speaks for, and until when. */
export interface Known {
  readonly principal: UserPrincipal;
  /** `undefined`: no end. */
  readonly until: number | undefined;
}

interface Entry {
  readonly at: number;
  readonly answer: Promise<Known | undefined>;
}

/**
 * Remembers for some seconds who a token or key speaks for, so that not every request asks the database. Whatever
 * changes accounts in this process clears it.
 */
export class PrincipalCache {
  readonly #entries = new RecentMap<Entry>(REMEMBERED);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async find(tokenHash: string, look: () => Promise<Known | undefined>): Promise<UserPrincipal | undefined> {
    const known = await this.#answer(tokenHash, look);
    return known === undefined || (known.until ?? Number.POSITIVE_INFINITY) <= this.#now()
      ? undefined
      : known.principal;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Requests that come together share one look. What is not known is not remembered: there is no end of that. */
  async #answer(tokenHash: string, look: () => Promise<Known | undefined>): Promise<Known | undefined> {
    const now = this.#now();
    const cached = this.#entries.get(tokenHash);
    if (cached !== undefined && cached.at <= now && now < cached.at + FRESH) return cached.answer;
    const entry: Entry = { at: now, answer: look() };
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

/** A user as a principal who came in this way, with these scopes. */
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
