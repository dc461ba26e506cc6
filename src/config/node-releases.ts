import { formatDate } from '../calendar/instant.ts';

/**
 * The last day on which each major version of Node.js gets security fixes (https://github.com/nodejs/release). Versions
 * that are not listed are older or newer than this list.
 */
export const END_OF_LIFE: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
};

/** The recommended major version: the newest LTS release. */
export const RECOMMENDED_NODE = 24;

const DAY = 86_400_000;

/**
 * Returns a warning for a Node.js version that no longer gets security fixes; `undefined` if it does, or if unknown.
 *
 * @param version such as `20.20.2`
 * @param now in milliseconds since 1970
 */
export function endOfLifeWarning(version: string, now: number): string | undefined {
  const end = END_OF_LIFE[Number.parseInt(version, 10)];
  if (end === undefined || formatDate(Math.floor(now / DAY)) <= end) return undefined;
  return `Node ${version} has had no security fixes since ${end}; use Node ${RECOMMENDED_NODE}`;
}
