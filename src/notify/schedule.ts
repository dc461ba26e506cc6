import type { Severity } from '../domain/alerts/facts.ts';
import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import type { ContactPointRecord } from '../storage/ports/contact-points.ts';
import type { DeliveryOutcome } from '../storage/ports/deliveries.ts';
import type { SendResult } from './channel.ts';
import { quietUntil } from './quiet-hours.ts';

/** Milliseconds after each failed attempt until the next one; then the last value again and again. */
const PAUSES = [10_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, HOUR];
/** Other messages to a contact point that fails wait for at most this long, milliseconds. */
const LONGEST_HOLD = MINUTE;
/** How long a message is tried, from when it may be sent first; milliseconds. */
export const TRIED_FOR = DAY;

type Recipient = Pick<ContactPointRecord, 'zone' | 'quietHours'>;

/** When a message may be sent that is due at an instant: at once, or when the quiet hours of its recipient end. */
export function sendableFrom({ zone, quietHours }: Recipient, severity: Severity, at: number): number {
  if (quietHours === undefined || (severity === 'page' && !quietHours.holdPages)) return at;
  return quietUntil(quietHours, zone, at) ?? at;
}

/** When a delivery is given up. */
export function deadlineOf(recipient: Recipient, severity: Severity, notBefore: number): number {
  return sendableFrom(recipient, severity, notBefore) + TRIED_FOR;
}

interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly now: number;
  /** When the delivery is given up. */
  readonly deadline: number;
  /** In `[0, 1)`, so that messages that failed together are not all tried again together. */
  readonly random: number;
}

/** What becomes of a delivery after an attempt, and until when its contact point gets no other message. */
export function afterAttempt(
  result: SendResult,
  { number, now, deadline, random }: Attempt,
): { readonly outcome: DeliveryOutcome; readonly holdUntil: number } {
  switch (result.status) {
    case 'sent':
      return { outcome: result, holdUntil: now };
    case 'rejected':
      return { outcome: { status: 'failed', reason: result.reason }, holdUntil: now };
    case 'gone': {
      const { reason } = result;
      const notice = `disabled because its address no longer exists: ${reason}`;
      return { outcome: { status: 'failed', reason, notice }, holdUntil: now };
    }
    case 'retry': {
      const { reason, after = 0 } = result;
      const pause = (PAUSES[Math.min(number, PAUSES.length) - 1] as number) * (0.9 + 0.2 * random);
      const nextAt = Math.round(now + Math.max(pause, after));
      const holdUntil = Math.round(now + Math.max(after, Math.min(pause, LONGEST_HOLD)));
      if (nextAt <= deadline) return { outcome: { status: 'pending', reason, nextAt, counts: true }, holdUntil };
      const attempts = number === 1 ? 'one attempt' : `${number} attempts`;
      return { outcome: { status: 'failed', reason: `given up after ${attempts}: ${reason}` }, holdUntil };
    }
  }
}
