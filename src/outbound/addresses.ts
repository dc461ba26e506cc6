import { type BlockList, isIP } from 'node:net';
import { networks } from '../lib/networks.ts';

/** IPv4 networks that no store on the internet has (IANA's registry of special-purpose addresses, and multicast). */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Of IPv6, only this is given out to the public … */
const PUBLIC_IPV6 = ['2000::/3'];
/** … but for these: Teredo and its like, examples, 6to4 (which reaches any IPv4 address through a relay). */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** A probe was about to reach an address that it must not. */
export class AddressRefused extends Error {
  constructor(host: string, address: string) {
    super(host === address ? `${address} is not a public address` : `${host} is ${address}, not a public address`);
    this.name = 'AddressRefused';
  }
}

/**
 * Tells the addresses that a probe may reach: probe URLs come from users, who must not look into this network with
 * them. Refused are private, loopback, link-local, shared (CGNAT), multicast and all other special addresses, and those
 * of IPv6 that carry an IPv4 address within.
 */
export class AddressGuard {
  readonly #allowed: BlockList;
  readonly #special = networks(SPECIAL_IPV4);
  readonly #specialIpv6 = networks(SPECIAL_IPV6);
  readonly #public = networks(PUBLIC_IPV6);

  /** @param allowed networks that may be reached all the same, such as `10.1.0.0/16` */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = networks(allowed);
  }

  allows(address: string): boolean {
    const version = isIP(address);
    // An address with a zone (`fe80::1%eth0`) is link-local.
    if (version === 0 || address.includes('%')) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.#allowed.check(address, family)) return true;
    if (version === 4) return !this.#special.check(address, family);
    return this.#public.check(address, family) && !this.#specialIpv6.check(address, family);
  }
}
