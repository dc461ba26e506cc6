import { Temporal } from 'temporal-polyfill';
import { DAY, MINUTE } from '../domain/hours.ts';
import { trimmed } from '../lib/text.ts';

/**
 * A duration as RFC 5545 adds it to a local time: days are calendar days, which a clock change makes longer or shorter,
 * and the rest is elapsed time.
 */
export interface Lasting {
  readonly days: number;
  /** Milliseconds. */
  readonly time: number;
}

/**
 * A duration in weeks, days, hours and minutes, such as `PT2H30M` or `P1D`; `undefined` for anything else, such as one
 * with months, and for an empty one.
 */
export function parseDuration(text: string): Lasting | undefined {
  let duration: Temporal.Duration;
  try {
    duration = Temporal.Duration.from(trimmed(text));
  } catch {
    return undefined;
  }
  const { years, months, weeks, days, hours, minutes } = duration;
  const isWhole = duration.seconds === 0 && duration.milliseconds === 0 && duration.microseconds === 0;
  if (duration.sign <= 0 || years !== 0 || months !== 0 || !isWhole || duration.nanoseconds !== 0) return undefined;
  return { days: 7 * weeks + days, time: (60 * hours + minutes) * MINUTE };
}

/** The length of a duration if no clock changes, milliseconds. */
export function lengthOf({ days, time }: Lasting): number {
  return days * DAY + time;
}
