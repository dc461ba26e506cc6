import { offsetAt, zoneBetween } from '../calendar/tzdb.ts';
import { DAY } from '../domain/hours.ts';
import { instantOf } from '../domain/zone.ts';
import type { QuietHours } from '../storage/ports/contact-points.ts';

/**
 * When the quiet hours around an instant end, in milliseconds; `undefined`: the instant is outside them. After a clock
 * change they still begin and end at the same wall time.
 */
export function quietUntil({ start, end }: QuietHours, zone: string, at: number): number | undefined {
  const wall = at + offsetAt(zone, at);
  const time = wall - Math.floor(wall / DAY) * DAY;
  const isQuiet = start < end ? time >= start && time < end : time >= start || time < end;
  if (!isQuiet) return undefined;
  const endWall = wall - time + end + (time < end ? 0 : DAY);
  const instant = instantOf(zoneBetween(zone, at - DAY, at + 2 * DAY), endWall);
  // A wall time that occurs twice may have been over once already.
  return instant > at ? instant : at + (endWall - wall);
}
