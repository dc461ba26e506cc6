/**
 * An instant in milliseconds, given as a number or an SQL expression, as an SQL expression; exact, and immutable, so that
 * of a number it is computed once and not for each row.
 */
export function instant(milliseconds: number | string): string {
  return `((timestamp 'epoch' + ${milliseconds} * interval '1 millisecond') at time zone 'UTC')`;
}
