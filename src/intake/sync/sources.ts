import { createHash } from 'node:crypto';
import type { FeedName } from '../feeds/feeds.ts';

/** A source of a feed as it is configured. */
export interface SyncSource {
  readonly feed: FeedName;
  /** A path, a folder, a pattern, or a URL. */
  readonly name: string;
}

export function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/**
 * The user and password of a URL for HTTP's Basic scheme; `undefined`: it has none.
 *
 * @throws URIError when they have a `%` that begins no escape of UTF-8
 */
export function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/**
 * What a source is called where people read. A URL goes without its user, password and query: they may be secret. Where
 * it had such, a few characters tell it from others.
 */
export function labelOf(name: string): string {
  if (!isUrl(name) || !URL.canParse(name)) return name;
  const { origin, pathname, username, password, search } = new URL(name);
  const secret = username + password + search;
  if (secret === '') return origin + pathname;
  return `${origin}${pathname}?… (${createHash('sha256').update(secret).digest('hex').slice(0, 6)})`;
}
