/** The clocks of zones, by the rules of the server: those of a browser age. */

/** How far a clock is ahead of UTC, in milliseconds. */
export interface ZoneClock {
  /** The instants from which each offset holds, ascending; the first is −∞. */
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/** The zone of the browser, which says itself what its clock shows. */
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const MINUTE = 60_000;

const clocks = new Map<string, ZoneClock>([['UTC', { starts: [Number.NEGATIVE_INFINITY], offsets: [0] }]]);

/** From here on, the clock of this zone is known. */
export function learnZone(name: string, clock: ZoneClock): void {
  clocks.set(name, clock);
}

export function offsetOf({ starts, offsets }: ZoneClock, instant: number): number {
  let i = starts.length - 1;
  while (i > 0 && instant < (starts[i] as number)) i--;
  return offsets[i] as number;
}

/**
 * What the clock of a zone shows at an instant, as if it were one of UTC.
 *
 * @throws Error for a zone that was not learned and is not the viewer's
 */
export function wallAt(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/** How far the clock is ahead of UTC, milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const clock = clocks.get(zone);
  if (clock !== undefined) return offsetOf(clock, instant);
  if (zone === VIEWER_ZONE) return -new Date(instant).getTimezoneOffset() * MINUTE;
  throw new Error(`the clock of ${zone} is not known yet`);
}

/** `UTC−6`, `UTC+5:30`, `UTC` */
export function offsetName(instant: number, zone: string): string {
  const minutes = Math.round(offsetAt(instant, zone) / MINUTE);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}
