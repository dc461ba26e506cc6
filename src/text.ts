/** A null character, or half of a character. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether every database keeps a text as it is. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Whether a text has at most so many characters, of which one may be two code units. */
export function isWithin(text: string, characters: number): boolean {
  return text.length <= characters || (text.length <= 2 * characters && [...text].length <= characters);
}
