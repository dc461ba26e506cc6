import { isIP } from 'node:net';
import { getPublicSuffix } from 'tldts';
import { now } from '../lib/world/clocks.ts';

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The host that set it, or its `Domain`. */
  readonly domain: string;
  /** It is sent only to this host, not to hosts below it. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
}

/** Limits on the number of cookies and the length of each. */
const MAX_COOKIES = 50;
const MAX_LENGTH = 4_096;

/** The cookies of one chain of redirects (RFC 6265). Each is sent only to the site that set it. */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** @param headers the `Set-Cookie` headers of a response from `url` */
  take(url: URL, headers: readonly string[]): void {
    for (const header of headers) {
      const [pair = '', ...attributes] = header.split(';');
      const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(pair)?.map((part) => part.trim()) ?? [];
      // Node refuses to send a header with other characters.
      if (name === '' || pair.length > MAX_LENGTH || /[^\t\x20-\x7e\x80-\xff]/.test(pair)) continue;
      const cookie = cookieOf(url, name, value, attributesOf(attributes));
      if (cookie === undefined) continue;
      const key = `${cookie.name};${cookie.domain};${cookie.path}`;
      this.#cookies.delete(key);
      if (!hasExpired(attributesOf(attributes)) && this.#cookies.size < MAX_COOKIES) this.#cookies.set(key, cookie);
    }
  }

  /**
   * The `Cookie` header of a request; `undefined`: none.
   *
   * @param given the `Cookie` header that the request has anyway; a cookie set by a host replaces one in it
   */
  headerFor(url: URL, given = ''): string | undefined {
    const cookies = [...this.#cookies.values()].filter((cookie) => goesTo(cookie, url));
    const sorted = cookies.sort((a, b) => b.path.length - a.path.length);
    const others = given.split(';').map((pair) => pair.trim());
    const pairs = [
      ...others.filter((pair) => pair !== '' && !cookies.some(({ name }) => pair.startsWith(`${name}=`))),
      ...sorted.map(({ name, value }) => `${name}=${value}`),
    ];
    return pairs.length === 0 ? undefined : pairs.join('; ');
  }
}

type Attributes = ReadonlyMap<string, string>;

function attributesOf(parts: readonly string[]): Attributes {
  return new Map(
    parts.map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()];
    }),
  );
}

/** `undefined`: the host is not allowed to set it. */
function cookieOf(url: URL, name: string, value: string, attributes: Attributes): Cookie | undefined {
  const given = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? '';
  const domain = given === '' ? url.hostname : given;
  const secure = attributes.has('secure');
  if (!isWithin(url.hostname, domain) || (secure && url.protocol !== 'https:')) return undefined;
  const hostOnly = domain === url.hostname;
  // Names below a public suffix have unrelated owners.
  if (!hostOnly && getPublicSuffix(domain, { allowPrivateDomains: true }) === domain) return undefined;
  const path = attributes.get('path') ?? '';
  return { name, value, domain, hostOnly, secure, path: path.startsWith('/') ? path : folderOf(url.pathname) };
}

function hasExpired(attributes: Attributes): boolean {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= now();
}

function goesTo({ domain, hostOnly, path, secure }: Cookie, url: URL): boolean {
  if (secure && url.protocol !== 'https:') return false;
  if (hostOnly ? url.hostname !== domain : !isWithin(url.hostname, domain)) return false;
  return url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0);
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}
