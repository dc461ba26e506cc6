import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Semaphore } from '../lib/semaphore.ts';
import { type AddressGuard, AddressRefused } from './addresses.ts';

/** Returns all addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** Resolves names by the operating system, which uses its hosts file and name servers. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/**
 * How many names are resolved at once. Each occupies a thread of Node's pool, which file operations need too, and for
 * many seconds if a name server does not respond.
 */
const LOOKUPS = Math.max(2, Number(process.env.UV_THREADPOOL_SIZE ?? 4) - 2);

/** How long resolved addresses are cached, milliseconds. */
const CACHE_TIME = 60_000;
const MAX_CACHED_NAMES = 10_000;

interface CachedName {
  readonly until: number;
  readonly addresses: Promise<LookupAddress[]>;
}

/** Resolves host names to the addresses that requests may reach. */
export class GuardedResolver {
  readonly #guard: AddressGuard;
  readonly #resolve: Resolve;
  readonly #elapsed: () => number;
  readonly #cache = new LRUCache<string, CachedName>({ max: MAX_CACHED_NAMES });
  readonly #lookups = new Semaphore(LOOKUPS);

  /** @param elapsed the monotonic clock, milliseconds */
  constructor(guard: AddressGuard, resolve: Resolve, elapsed: () => number) {
    this.#guard = guard;
    this.#resolve = resolve;
    this.#elapsed = elapsed;
  }

  /**
   * A lookup function for sockets. A name may resolve to another address the next time, so a socket must connect to
   * exactly the addresses that were checked.
   */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.addresses(host).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, addresses);
        else if (first !== undefined) callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  /**
   * The allowed addresses of a host, at least one. Sockets do not call `lookup` for a host that is an address, so call
   * this before connecting.
   *
   * @throws AddressRefused if none is allowed
   */
  async addresses(host: string): Promise<LookupAddress[]> {
    const version = isIP(host);
    const all = version === 0 ? await this.#resolveName(host) : [{ address: host, family: version }];
    const allowed = all.filter(({ address }) => this.#guard.allows(address));
    if (allowed.length === 0) throw new AddressRefused(host, all[0]?.address ?? 'nowhere');
    return allowed;
  }

  #resolveName(host: string): Promise<LookupAddress[]> {
    const cached = this.#cache.get(host);
    if (cached !== undefined && this.#elapsed() < cached.until) return cached.addresses;
    const addresses = this.#lookups.run(() => this.#resolve(host));
    this.#cache.set(host, { until: this.#elapsed() + CACHE_TIME, addresses });
    addresses.catch(() => {
      // Meanwhile, another lookup may have begun.
      if (this.#cache.peek(host)?.addresses === addresses) this.#cache.delete(host);
    });
    return addresses;
  }
}
