/** Wall clocks by the server's time zone rules, since a browser's rules may be outdated. */

/** The UTC offsets of a zone, in milliseconds. */
export interface ZoneClock {
  /** The instant from which each offset applies, ascending; the first is −∞. */
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/** The zone of the browser, for which the browser's own rules are used. */
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const MINUTE = 60_000;

const clocks = new Map<string, ZoneClock>([['UTC', { starts: [Number.NEGATIVE_INFINITY], offsets: [0] }]]);

/** Adds the offsets of a zone. */
export function learnZone(name: string, clock: ZoneClock): void {
  clocks.set(name, clock);
}

export function offsetOf({ starts, offsets }: ZoneClock, instant: number): number {
  let i = starts.length - 1;
  while (i > 0 && instant < (starts[i] as number)) i--;
  return offsets[i] as number;
}

/**
 * The wall time of a zone at an instant, encoded as if it were UTC.
 *
 * @throws Error for a zone other than the viewer's that was not learned
 */
export function wallAt(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/** The UTC offset, milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const clock = clocks.get(zone);
  if (clock !== undefined) return offsetOf(clock, instant);
  if (zone === VIEWER_ZONE) return -new Date(instant).getTimezoneOffset() * MINUTE;
  throw new Error(`the clock of ${zone} is not known yet`);
}

/** A zone for an instant that the server gives with the store's local time: the offset of that moment. */
export function fixedZone(utc: string, local: string): string {
  const wall = Date.parse(`${local.replace(/(?:Z|[+-]\d\d:\d\d)$/, '')}Z`);
  const offset = wall - Date.parse(utc);
  const name = `offset ${offset}`;
  learnZone(name, { starts: [Number.NEGATIVE_INFINITY], offsets: [offset] });
  return name;
}

/** `UTC−6`, `UTC+5:30`, `UTC` */
export function offsetName(instant: number, zone: string): string {
  const minutes = Math.round(offsetAt(instant, zone) / MINUTE);
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const rest = size % 60 === 0 ? '' : `:${String(size % 60).padStart(2, '0')}`;
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(size / 60)}${rest}`;
}

/** A zone with its offset between two instants, or both if it changes: `Europe/Berlin (UTC+2, later UTC+1)`. */
export function zoneWords(zone: string, from: number, to: number): string {
  const [first, last] = [offsetName(from, zone), offsetName(to, zone)];
  if (first !== last) return `${zone} (${first}, later ${last})`;
  return first === zone ? zone : `${zone} (${first})`;
}
