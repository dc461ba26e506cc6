/** The local day of a store, in words. */

import type { TimelineTotals } from '../../api/schema.ts';
import { openTime } from './format.ts';
import { inWords, type Opening } from './openings.ts';

/** What was seen of a day so far: `25 min`, `none seen · 3 h unknown`. */
export function downtimeWords({ open_seconds: open, down_seconds: down, unknown_seconds: unknown }: TimelineTotals) {
  if (open === 0) return 'not open so far';
  if (unknown === open) return 'unknown';
  const known = down > 0 ? openTime(down) : unknown > 0 ? 'none seen' : 'none';
  return unknown > 0 ? `${known} · ${openTime(unknown)} unknown` : known;
}

/** The openings of a day: `09:00 – 17:00`, `24 hours`, `closed`. */
export function hoursWords(hours: 'always' | 'unknown' | readonly Opening[]): string {
  if (hours === 'always') return '24 hours';
  if (hours === 'unknown') return 'unknown';
  return hours.length === 0 ? 'closed' : hours.map(inWords).join(', ');
}
