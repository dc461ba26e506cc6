import { createHash } from 'node:crypto';
import type { FeedName } from '../feeds/registry.ts';

/** A configured source of a feed. */
export interface SyncSource {
  readonly feed: FeedName;
  /** A file, a folder, a pattern, or a URL. */
  readonly name: string;
}

export function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/**
 * The `Authorization` header for the user and password of a URL; `undefined`: it has none.
 *
 * @throws URIError if they contain a `%` that does not begin an escape sequence of UTF-8
 */
export function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/**
 * The name of a source in messages and results. The user, password and query of a URL are left out, since they may be
 * secret; a short hash in their place distinguishes it from similar URLs.
 */
export function labelOf(name: string): string {
  if (!isUrl(name) || !URL.canParse(name)) return name;
  const { origin, pathname, username, password, search } = new URL(name);
  const secret = username + password + search;
  if (secret === '') return origin + pathname;
  return `${origin}${pathname}?… (${createHash('sha256').update(secret).digest('hex').slice(0, 6)})`;
}
