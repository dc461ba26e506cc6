import { invalid } from './errors.ts';

/** A null character or an unpaired surrogate. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Whether every database can store a text unchanged. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Whether a text has at most this many characters (code points, not code units). */
export function hasAtMost(text: string, characters: number): boolean {
  return text.length <= characters || (text.length <= 2 * characters && [...text].length <= characters);
}

/** The beginning of a text: at most this many characters (code points). */
export function firstCharacters(text: string, count: number): string {
  return [...text.slice(0, 2 * count)].slice(0, count).join('');
}

/** The beginning of a text for a message, with an ellipsis if it is longer. */
export function excerpt(text: string, count = 100): string {
  const first = firstCharacters(text, count);
  return first.length < text.length ? `${first}…` : text;
}

type Range = readonly [first: number, last: number];

/** The Unicode property White_Space. */
const WHITE_SPACE: readonly Range[] = [
  [0x0009, 0x000d],
  [0x0020, 0x0020],
  [0x0085, 0x0085],
  [0x00a0, 0x00a0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

/** Zero-width characters: soft hyphens, joiners, direction marks, invisible operators, byte order marks. */
const ZERO_WIDTH: readonly Range[] = [
  [0x00ad, 0x00ad],
  [0x061c, 0x061c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
];

const CONTROL: readonly Range[] = [
  [0x0000, 0x001f],
  [0x007f, 0x009f],
];

const LINE_SEPARATORS: readonly Range[] = [[0x2028, 0x2029]];

/** The characters that trimming removes, each once. The SQL that reads feeds is built from the same string. */
export const TRIMMED = charactersIn([...WHITE_SPACE, ...ZERO_WIDTH]);

/** Invisible characters, which no id may contain: control characters, line separators, zero-width characters. */
export const UNSEEN = charactersIn([...CONTROL, ...LINE_SEPARATORS, ...ZERO_WIDTH]);

const TRIMMED_CODES = new Set(Array.from(TRIMMED, (character) => character.charCodeAt(0)));

/**
 * Removes white space, zero-width characters and byte order marks from both ends of a text. All input is trimmed with
 * this: ids, names, statuses, times and column headers.
 */
export function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && isTrimmed(text.charCodeAt(from))) from++;
  while (to > from && isTrimmed(text.charCodeAt(to - 1))) to--;
  return to - from === text.length ? text : text.slice(from, to);
}

function isTrimmed(code: number): boolean {
  // Fast path: nearly all texts begin and end with visible ASCII.
  return !(code > 0x20 && code < 0x7f) && TRIMMED_CODES.has(code);
}

function charactersIn(ranges: readonly Range[]): string {
  const codes = new Set(
    ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
  );
  return String.fromCharCode(...codes);
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(texts: readonly string[]): string {
  return [texts.slice(0, -1).join(', '), texts.at(-1)].filter(Boolean).join(' or ');
}

/** Text from UTF-8. @throws UserError `invalid_input` naming `what`, if it is not UTF-8 */
export function utf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid(`${what} is not UTF-8`);
  }
}

/** A text of at most so many UTF-16 code units, with an ellipsis if it was cut. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // A high surrogate alone is no character.
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A number and what it counts: `1 store`, `2 stores`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
