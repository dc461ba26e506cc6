import { isIP } from 'node:net';
import { unmapped } from '../lib/networks.ts';

/**
 * The network of a client address that one person usually has alone: the full IPv4 address, or the first 64 bits of
 * an IPv6 address.
 */
export function networkOf(address: string): string {
  const plain = unmapped(address);
  return isIP(plain) === 6 ? prefixOf(plain, 4) : plain;
}

/**
 * The wider network of a client address that one organization usually has alone: the first 24 bits of an IPv4 address,
 * or the first 48 bits of an IPv6 address.
 */
export function neighborhoodOf(address: string): string {
  const plain = unmapped(address);
  if (isIP(plain) === 6) return prefixOf(plain, 3);
  return isIP(plain) === 4 ? `${plain.slice(0, plain.lastIndexOf('.'))}.0/24` : plain;
}

/** The first `groups` 16-bit groups of an IPv6 address. */
function prefixOf(address: string, groups: number): string {
  const head = groupsOf(address).slice(0, groups);
  return `${head.map((group) => group.toString(16)).join(':')}::/${16 * groups}`;
}

/** The eight groups of an IPv6 address as numbers. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const numbers = (text: string) => (text === '' ? [] : text.split(':').flatMap(groupNumbers));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** A group is hexadecimal; the last two can be written as an IPv4 address. */
function groupNumbers(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}
