/**
 * An SQL expression for an instant, given in milliseconds as a number or SQL expression. It is exact, and immutable, so a
 * number is converted once and not for each row.
 */
export function instant(milliseconds: number | string): string {
  return `((timestamp 'epoch' + ${milliseconds} * interval '1 millisecond') at time zone 'UTC')`;
}
