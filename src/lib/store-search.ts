/** The most characters of a search: some hundred ids of the usual length. */
export const SEARCH_LENGTH = 8_000;

/**
 * The parts of a text that commas, semicolons or white space separate: the ids, if the text is a list of ids. Quotes keep
 * an id with such characters together: `17 18, "a b"`.
 */
export function idsIn(text: string): string[] {
  const parts = [...text.matchAll(/"([^"]+)"|[^\s,;"]+/g)].map(([whole, quoted]) => quoted ?? whole);
  return [...new Set(parts)];
}

/**
 * A test whether a search finds a store: one of its texts (id, name, …) contains the whole search, or its id is one of
 * several that the search lists. Case does not matter. An empty search finds every store.
 */
export function storeMatcher(search: string): (id: string, ...texts: (string | undefined)[]) => boolean {
  if (search === '') return () => true;
  const pattern = new RegExp(search.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu');
  const ids = new Set(idsIn(search).map((id) => id.toLowerCase()));
  const listed = (id: string) => ids.size > 1 && ids.has(id.toLowerCase());
  return (id, ...texts) =>
    pattern.test(id) || texts.some((text) => text !== undefined && pattern.test(text)) || listed(id);
}
