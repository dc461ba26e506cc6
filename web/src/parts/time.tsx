import type { StoreTime } from '../../api/schema.ts';
import { fullTime, inZone, type Spelling, VIEWER_ZONE, withOffset } from '../lib/clock.ts';
import { ago } from '../lib/format.ts';
import { now } from '../state/live.ts';

interface InstantProps {
  /** RFC 3339, UTC. */
  readonly utc: string;
  /** The time zone; by default the viewer's. */
  readonly zone?: string;
  readonly as?: Spelling;
  /** A heading beside it names the zone, so its offset is left out. */
  readonly zoneIsNamed?: boolean;
}

/** An instant in a time zone, with the viewer's local time on hover. */
export function Instant({ utc, zone = VIEWER_ZONE, as = 'day', zoneIsNamed = false }: InstantProps) {
  const instant = Date.parse(utc);
  return (
    <time dateTime={utc} title={bothClocks(instant, zone)} class="nowrap">
      {(zoneIsNamed ? inZone : withOffset)(instant, zone, as)}
    </time>
  );
}

export function bothClocks(instant: number, zone: string): string {
  const there = fullTime(instant, zone);
  return zone === VIEWER_ZONE ? there : `${there}\nYour time: ${fullTime(instant, VIEWER_ZONE)}`;
}

/** The age of an instant, with its date and time on hover. */
export function Ago({ at, zone = VIEWER_ZONE, from }: { at: StoreTime | string; zone?: string; from?: number }) {
  const utc = typeof at === 'string' ? at : at.utc;
  const instant = Date.parse(utc);
  return (
    <time dateTime={utc} title={bothClocks(instant, zone)} class="nowrap">
      {ago(instant, from ?? now.value)}
    </time>
  );
}
