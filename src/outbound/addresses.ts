import { type BlockList, isIP } from 'node:net';
import { isLoopback, networks } from '../lib/networks.ts';

/** IPv4 networks, besides loopback, that are not public: IANA's special-purpose addresses, and multicast. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
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

/** The public IPv6 addresses … */
const PUBLIC_IPV6 = ['2000::/3'];
/** … except Teredo and similar protocols, documentation, and 6to4, which reaches any IPv4 address through a relay. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** A request to an address that is not allowed was refused. */
export class AddressRefused extends Error {
  constructor(host: string, address: string) {
    super(host === address ? `${address} is not a public address` : `${host} is ${address}, not a public address`);
    this.name = 'AddressRefused';
  }
}

/**
 * Decides which addresses requests may reach. Users choose URLs, and must not reach the private network with them.
 * Refused are private, loopback, link-local, shared (CGNAT), multicast and all other special addresses, and IPv6
 * addresses that contain an IPv4 address.
 */
export class AddressGuard {
  readonly #allowed: BlockList;
  readonly #special = networks(SPECIAL_IPV4);
  readonly #specialIpv6 = networks(SPECIAL_IPV6);
  readonly #public = networks(PUBLIC_IPV6);

  /** @param allowed networks that are allowed although they are not public, such as `10.1.0.0/16` */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = networks(allowed);
  }

  allows(address: string): boolean {
    const version = isIP(address);
    // An address with a zone (`fe80::1%eth0`) is link-local.
    if (version === 0 || address.includes('%')) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.#allowed.check(address, family)) return true;
    if (isLoopback(address)) return false;
    if (version === 4) return !this.#special.check(address, family);
    return this.#public.check(address, family) && !this.#specialIpv6.check(address, family);
  }
}
