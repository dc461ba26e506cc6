import { BlockList, isIP } from 'node:net';
import { invalid } from './errors.ts';

/** The IPv4 address in an IPv4-mapped IPv6 address (`::ffff:127.0.0.1`); any other text as it is. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** A list of networks to check addresses against. @param cidrs as returned by `parseNetwork` */
export function networks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits = ''] = cidr.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether an address, IPv4-mapped or not, is in one of the networks. `false` for text that is not an address. */
export function isWithin(list: BlockList, address: string): boolean {
  const plain = unmapped(address);
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = networks(['127.0.0.0/8', '::1/128']);

/** Whether a host name, or an address with or without brackets, can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isWithin(LOOPBACK, name);
}

/**
 * Parses a network or a single address.
 *
 * @throws UserError `invalid_input`
 */
export function parseNetwork(name: string, text: string): string {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || address.includes('%') || Number(bits ?? most) > most) {
    throw invalid(`${name} has "${text}", expected a network such as 10.1.0.0/16 or an address`, name);
  }
  return `${address}/${bits ?? most}`;
}
