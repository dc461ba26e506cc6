import { parseInstant } from '../../calendar/instant.ts';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Like `parseInstant`, but about fifty times as fast for the usual forms:
 * `2023-01-22T12:09:39.388Z` and `2023-01-22 12:09:39.388884 UTC`, with or without a fraction.
 */
export function parsePollInstant(text: string): number | undefined {
  return usualInstant(text) ?? parseInstant(text);
}

function usualInstant(text: string): number | undefined {
  const { length } = text;
  if (length < 20) return undefined;
  const separator = text.charCodeAt(10);
  const marks =
    text.charCodeAt(4) === DASH &&
    text.charCodeAt(7) === DASH &&
    (separator === LETTER_T || separator === BLANK) &&
    text.charCodeAt(13) === COLON &&
    text.charCodeAt(16) === COLON;
  if (!marks) return undefined;
  const [year, month, day] = [twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return undefined;
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  let at = 19;
  let millis = 0;
  if (text.charCodeAt(at) === POINT) {
    let weight = 100;
    const first = ++at;
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      // Digits beyond milliseconds are dropped.
      if (weight >= 1) millis += digit * weight;
      weight /= 10;
    }
    if (at === first) return undefined;
  }
  const zone = at === length - 1 ? text.charCodeAt(at) === LETTER_Z : text.slice(at) === ' UTC';
  return zone ? Date.UTC(year, month - 1, day, hour, minute, second) + millis : undefined;
}

const [DASH, COLON, POINT, BLANK, ZERO, LETTER_T, LETTER_Z] = [45, 58, 46, 32, 48, 84, 90];

/** Reads two digits; NaN if there are none. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - ZERO, text.charCodeAt(at + 1) - ZERO];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (DAYS[month - 1] as number);
}
