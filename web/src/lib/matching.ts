import { folded } from '../../../src/lib/folded.ts';

/** Whether a text has every word of a search, or all of it. Case and accents do not matter. */
export function matches(search: string, text: string): boolean {
  const all = folded(text);
  const words = folded(search).trim();
  return all.includes(words) || words.split(/\s+/).every((word) => all.includes(word));
}
