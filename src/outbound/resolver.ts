import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import { Semaphore } from '../lib/semaphore.ts';
import { type AddressGuard, AddressRefused } from './addresses.ts';

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** As the operating system does it: with its hosts file and its name servers. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/**
 * So many names are looked up at once. The operating system's way holds a thread of Node's pool for each, which files
 * need as well; when name servers hang, it is for many seconds.
 */
const LOOKUPS = Math.max(2, Number(process.env.UV_THREADPOOL_SIZE ?? 4) - 2);

/** Milliseconds for which an answer is used again. */
const KEEP = 60_000;
const KEPT_NAMES = 10_000;

interface Kept {
  readonly until: number;
  readonly addresses: Promise<LookupAddress[]>;
}

/** Turns host names into the addresses that a probe may reach. */
export class GuardedResolver {
  readonly #guard: AddressGuard;
  readonly #resolve: Resolve;
  readonly #elapsed: () => number;
  readonly #kept = new LRUCache<string, Kept>({ max: KEPT_NAMES });
  readonly #lookups = new Semaphore(LOOKUPS);

  /** @param elapsed the monotonic clock, milliseconds */
  constructor(guard: AddressGuard, resolve: Resolve, elapsed: () => number) {
    this.#guard = guard;
    this.#resolve = resolve;
    this.#elapsed = elapsed;
  }

  /**
   * To be given to a socket, which then connects to no address but the ones that were checked here: what a name
   * resolves to may change between a check and the next look.
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
   * The addresses of a host that may be reached, at least one. A socket does not look up a host that is an address
   * itself, so ask here before connecting to one.
   *
   * @throws AddressRefused when it has others only
   */
  async addresses(host: string): Promise<LookupAddress[]> {
    const version = isIP(host);
    const all = version === 0 ? await this.#lookUp(host) : [{ address: host, family: version }];
    const allowed = all.filter(({ address }) => this.#guard.allows(address));
    if (allowed.length === 0) throw new AddressRefused(host, all[0]?.address ?? 'nowhere');
    return allowed;
  }

  #lookUp(host: string): Promise<LookupAddress[]> {
    const kept = this.#kept.get(host);
    if (kept !== undefined && this.#elapsed() < kept.until) return kept.addresses;
    const addresses = this.#lookups.run(() => this.#resolve(host));
    this.#kept.set(host, { until: this.#elapsed() + KEEP, addresses });
    addresses.catch(() => this.#kept.delete(host));
    return addresses;
  }
}
