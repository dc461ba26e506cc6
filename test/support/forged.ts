/**
 * A signed or sealed text (base64url) with another letter in the middle, so that it always means other bytes: of the last
 * letter, some bits may mean nothing.
 */
export function forged(text: string): string {
  const at = Math.floor(text.length / 2);
  return `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
}
