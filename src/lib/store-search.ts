import { folded } from './folded.ts';
import { idsIn } from './id-list.ts';

/** The most characters of a search: some hundred ids of the usual length. */
export const SEARCH_LENGTH = 8_000;

/**
 * A test whether a search finds a store: one of its texts (id, name, …) contains the whole search, or each word of it is in
 * one of them, or the search is a list of ids with that of the store. Case and accents do not matter, nor do spaces after a
 * colon. An empty search finds every store.
 *
 * @param ids those of all stores that are searched
 */
export function storeMatcher(
  search: string,
  ids: () => Iterable<string>,
): (id: string, ...texts: (string | undefined)[]) => boolean {
  if (search === '') return () => true;
  const wanted = normalized(search);
  const listed = listedIds(search, ids);
  const words = listed.size > 0 ? [wanted] : wanted.split(/\s+/);
  return (id, ...texts) => {
    if (listed.has(folded(id))) return true;
    const all = [id, ...texts].flatMap((text) => (text === undefined ? [] : normalized(text)));
    const isFound = (part: string) => all.some((text) => text.includes(part));
    return words.every(isFound);
  };
}

/** The text without what does not matter: case and accents, and spaces after colons. */
function normalized(text: string): string {
  return folded(text).replace(/:\s+/g, ':');
}

/** What is not a word of a name: letters, digits and `_.:-`, with at least one digit. */
const LOOKS_LIKE_ID = /^[\w.:-]*\d[\w.:-]*$/;

/**
 * The folded ids that a search lists, two or more. None if a part of it is neither the id of a store nor looks like
 * one: `anna & c` is a text, also where a store has the id `c`.
 */
function listedIds(search: string, ids: () => Iterable<string>): ReadonlySet<string> {
  const parts = new Set(idsIn(search).map(folded));
  if (parts.size < 2) return new Set();
  const doubtful = new Set([...parts].filter((part) => !LOOKS_LIKE_ID.test(part)));
  if (doubtful.size > 0) for (const id of ids()) doubtful.delete(folded(id));
  return doubtful.size === 0 ? parts : new Set();
}
