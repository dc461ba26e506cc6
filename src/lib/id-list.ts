/** Lists of store ids as text. The dashboard uses this file as well, so it imports nothing. */

/**
 * The distinct parts of a text that commas, semicolons or white space separate: the ids, if the text is a list of ids.
 * Quotes keep an id with such characters together: `17 18, "a b"`.
 */
export function idsIn(text: string): string[] {
  const parts = [...text.matchAll(/"([^"]+)"|[^\s,;"]+/g)].map(([whole, quoted]) => quoted ?? whole);
  return [...new Set(parts)];
}

/** The text of these ids, one on each line; `idsIn` reads it. */
export function idsText(ids: readonly string[]): string {
  return ids.map((id) => (/[\s,;]/.test(id) ? `"${id}"` : id)).join('\n');
}
