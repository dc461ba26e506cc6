import { timeOfDayFrom } from '../calendar/time-of-day.ts';
import { DAY } from '../domain/hours.ts';
import type { Digest } from '../storage/ports/contact-points.ts';

/** A digest as a user gives it. */
export interface DigestDraft {
  /** A local time: `08:00`. */
  readonly time: string;
  /** 0 is Monday; `undefined`: every day. */
  readonly day?: number | undefined;
}

/**
 * @param now from which instant on digests are due, milliseconds
 * @throws UserError `invalid_input`
 */
export function digestFrom({ time, day }: DigestDraft, now: number): Digest {
  return { time: timeOfDayFrom('digest.time', time, DAY - 1), ...(day !== undefined && { day }), since: now };
}

/** Whether two digests are sent at the same times. */
export function isSameDigest(a: Digest | undefined, b: Digest | undefined): boolean {
  return a?.time === b?.time && a?.day === b?.day;
}
