import { DAY, endOf } from './hours.ts';

const WEEK = 7 * DAY;

/**
 * The pairs of weekly rows that are open at the same wall time, as indexes, the smaller one first. Rows that only touch
 * do not overlap.
 *
 * @param rows `day` is 0 = Monday … 6 = Sunday; times are milliseconds since local midnight
 */
export function overlappingPairs(
  rows: readonly { readonly day: number; readonly start: number; readonly end: number }[],
): [number, number][] {
  const spans = rows.map(({ day, start, end }) => ({ from: day * DAY + start, to: day * DAY + endOf(start, end) }));
  return spans.flatMap((span, first) =>
    spans.slice(first + 1).flatMap((other, after): [number, number][] => {
      // Sunday night reaches into the next Monday.
      const overlap = [-WEEK, 0, WEEK].some((shift) => span.from < other.to + shift && other.from + shift < span.to);
      return overlap ? [[first, first + 1 + after]] : [];
    }),
  );
}
