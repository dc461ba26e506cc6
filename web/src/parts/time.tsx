import type { StoreTime } from '../../api/schema.ts';
import { dateAndTime, dayAndTime, fullTime, timeOfDay, timeWithSeconds, VIEWER_ZONE } from '../lib/clock.ts';
import { ago } from '../lib/format.ts';
import { now } from '../state/live.ts';

const SPELLINGS = { time: timeOfDay, seconds: timeWithSeconds, day: dayAndTime, date: dateAndTime } as const;

interface InstantProps {
  /** RFC 3339, UTC. */
  readonly utc: string;
  /** The time zone; by default the viewer's. */
  readonly zone?: string;
  readonly as?: keyof typeof SPELLINGS;
}

/** An instant in store local time, with the viewer's local time on hover. */
export function Instant({ utc, zone = VIEWER_ZONE, as = 'day' }: InstantProps) {
  const instant = Date.parse(utc);
  return (
    <time dateTime={utc} title={bothClocks(instant, zone)} class="nowrap">
      {SPELLINGS[as](instant, zone)}
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
