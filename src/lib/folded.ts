/** How texts are compared in searches. The dashboard uses this file as well, so it imports nothing. */

const MARKS = /[\u0300-\u036f]/g;
const WHOLE_LETTERS: Readonly<Record<string, string>> = { Ø: 'O', Ł: 'L', Đ: 'D', ẞ: 'SS' };

/**
 * A text without case, accents and other marks of Latin, Greek and Cyrillic letters: `Crêperie` and `CREPERIE` are the
 * same. In other scripts, marks make another letter and stay.
 */
export function folded(text: string): string {
  // Upper case, since `ß` and `SS`, or the two small sigmas, are the same only there.
  const upper = text.toUpperCase();
  if (isAscii(upper)) return upper;
  return upper
    .normalize('NFD')
    .replaceAll(MARKS, '')
    .replaceAll(/[ØŁĐẞ]/g, (letter) => WHOLE_LETTERS[letter] ?? letter)
    .normalize('NFC');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
