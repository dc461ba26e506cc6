import { BlockList, isIP } from 'node:net';
import { invalid } from './errors.ts';

/** Of an IPv4 address in the guise of an IPv6 one (`::ffff:127.0.0.1`) the IPv4 address. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** A list of networks to check addresses against, from what `parseNetwork` returns. */
export function networks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits = ''] = cidr.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether an address, IPv4-mapped or not, lies in one of the networks. What is no address lies in none. */
export function isWithin(list: BlockList, address: string): boolean {
  const plain = unmapped(address);
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * One network or address of a user's list, as a network.
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
