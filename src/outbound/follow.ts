import { elapsed } from '../lib/world/clocks.ts';
import { AddressRefused } from './addresses.ts';
import type { Answer } from './answer.ts';
import { CookieJar } from './cookies.ts';
import type { Exchanger } from './exchange.ts';

export interface FollowOptions {
  /** Sent to every host; names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** May be secret: sent to the origin of the first URL, and no more once another origin was asked. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  /** Milliseconds for all of it, up to the end of the last body. */
  readonly timeout: number;
  readonly maxRedirects: number;
  /** Whether an answer with this status is the last, though it may be a redirect. */
  readonly isLast: (status: number) => boolean;
}

/** A chain of redirects has no end, or one that must not be followed. The message does not say where it leads. */
export class RedirectFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RedirectFailed';
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a URL and follows its redirects, each through the guard of the exchanger. Cookies are kept along the way.
 *
 * @throws RedirectFailed, or as `Exchanger.get`
 */
export async function follow(exchanger: Pick<Exchanger, 'get'>, first: URL, options: FollowOptions): Promise<Answer> {
  const end = elapsed() + options.timeout;
  const cookies = new CookieJar();
  let url = first;
  let away = false;
  for (let redirects = 0; redirects <= options.maxRedirects; redirects++) {
    const given = { ...options.headers, ...(away ? {} : options.ownHeaders) };
    const cookie = cookies.headerFor(url, given.cookie);
    const headers = { ...given, ...(cookie && { cookie }) };
    const answer = await exchanger.get(url, { headers, timeout: end - elapsed() }).catch((error) => {
      // Where a host sends its customers, they cannot follow either.
      if (redirects > 0 && error instanceof AddressRefused) {
        throw new RedirectFailed('redirects to an address that is not public');
      }
      throw error;
    });
    if (options.isLast(answer.status) || !REDIRECTS.has(answer.status)) return answer;
    answer.drop();
    const next = targetOf(url, answer.headers.location);
    if (next === undefined) throw new RedirectFailed('redirects to nowhere');
    cookies.take(url, answer.headers['set-cookie'] ?? []);
    away ||= next.origin !== first.origin;
    url = next;
  }
  throw new RedirectFailed(`more than ${options.maxRedirects} redirects`);
}

/** `undefined`: there is no such place. */
function targetOf(from: URL, location: string | undefined): URL | undefined {
  const text = location === undefined ? undefined : decoded(location);
  if (text === undefined || !URL.canParse(text, from.href)) return undefined;
  const to = new URL(text, from);
  return to.protocol === 'https:' || to.protocol === 'http:' ? to : undefined;
}

/** Node gives the bytes of a header as Latin-1; some servers write UTF-8. */
function decoded(location: string): string {
  const text = Buffer.from(location, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? location : text;
}
