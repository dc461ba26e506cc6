/** A release of the time zone database: its year and one or two letters. */
const VERSION = /^(\d{4})([a-z]|z[a-z])$/;

export function isTzVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Negative if `a` is older than `b`; `2026z` is followed by `2026za`. */
export function compareTzVersions(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Older rules cause a warning. */
export const OLD_AFTER_MONTHS = 14;

/**
 * Whether a version is older than 14 months. Releases carry no date, so the first letter of a year counts as the first
 * of January, the second as the first of February and so on: rarely later than the release, and some months earlier
 * when a year has few releases.
 */
export function isOld(version: string, now: number): boolean {
  const [, year = '', letters = ''] = VERSION.exec(version) ?? [];
  const month = letters.charCodeAt(letters.length - 1) - 97 + (letters.length - 1) * 26;
  return now >= Date.UTC(Number(year), month + OLD_AFTER_MONTHS, 1);
}
