import { elapsed } from '../lib/world/clocks.ts';
import { AddressRefused } from './addresses.ts';
import { CookieJar } from './cookies.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpResponse } from './response.ts';

export interface FollowOptions {
  /** Sent to every host. Names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** May be secret, so they are sent only to the origin of the first URL, and not after a redirect to another one. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  /** Milliseconds for all requests together, including the last body. */
  readonly timeout: number;
  readonly maxRedirects: number;
  /** Whether a response with this status is final, even if it is a redirect. */
  readonly isLast: (status: number) => boolean;
}

/** A redirect must not or cannot be followed. The message does not contain its target. */
export class RedirectFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RedirectFailed';
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Requests a URL and follows redirects; the address of each is checked. Cookies are kept from one to the next.
 *
 * @throws RedirectFailed, or as `HttpClient.get`
 */
export async function follow(http: Pick<HttpClient, 'get'>, first: URL, options: FollowOptions): Promise<HttpResponse> {
  const end = elapsed() + options.timeout;
  const cookies = new CookieJar();
  let url = first;
  let leftOrigin = false;
  for (let redirects = 0; redirects <= options.maxRedirects; redirects++) {
    const given = { ...options.headers, ...(leftOrigin ? {} : options.ownHeaders) };
    const cookie = cookies.headerFor(url, given.cookie);
    const headers = { ...given, ...(cookie && { cookie }) };
    const response = await http.get(url, { headers, timeout: end - elapsed() }).catch((error) => {
      // Customers cannot follow such a redirect either, so it is a fault of the host.
      if (redirects > 0 && error instanceof AddressRefused) {
        throw new RedirectFailed('redirects to an address that is not public');
      }
      throw error;
    });
    if (options.isLast(response.status) || !REDIRECTS.has(response.status)) return response;
    response.drop();
    const next = targetOf(url, response.headers.location);
    if (next === undefined) throw new RedirectFailed('redirects to nowhere');
    cookies.take(url, response.headers['set-cookie'] ?? []);
    leftOrigin ||= next.origin !== first.origin;
    url = next;
  }
  throw new RedirectFailed(`more than ${options.maxRedirects} redirects`);
}

/** `undefined`: the target is invalid. */
function targetOf(from: URL, location: string | undefined): URL | undefined {
  const text = location === undefined ? undefined : fromUtf8(location);
  if (text === undefined || !URL.canParse(text, from.href)) return undefined;
  const to = new URL(text, from);
  return to.protocol === 'https:' || to.protocol === 'http:' ? to : undefined;
}

/** Node decodes headers as Latin-1, but some servers send UTF-8. */
function fromUtf8(location: string): string {
  const text = Buffer.from(location, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? location : text;
}
