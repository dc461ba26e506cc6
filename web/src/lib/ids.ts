/** Lists of store IDs as text, one on each line, or separated by commas or spaces. */

/** The distinct IDs in a text. Quotes keep an ID with commas or spaces together. */
export function idsIn(text: string): string[] {
  const parts = [...text.matchAll(/"([^"]+)"|[^\s,;"]+/g)].map(([whole, quoted]) => quoted ?? whole);
  return [...new Set(parts)];
}

/** The text of these IDs, one on each line. */
export function idsText(ids: readonly string[]): string {
  return ids.map((id) => (/[\s,;]/.test(id) ? `"${id}"` : id)).join('\n');
}
