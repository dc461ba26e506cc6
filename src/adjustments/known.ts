import type { AdjustmentEntry, AdjustmentRecord, RevocationRecord } from '../storage/ports/adjustments.ts';

/** An adjustment with what is known of its revocation. */
export interface KnownAdjustment {
  readonly record: AdjustmentRecord;
  /** The revocation that leaves the least of it; `undefined`: it is not revoked. */
  readonly revocation: RevocationRecord | undefined;
  /** How often it was revoked: first from an instant on, then entirely. */
  readonly revocations: number;
}

/**
 * The adjustments among some entries, with their revocations.
 *
 * @param entries in the order in which they were recorded
 */
export function knownAdjustments(entries: readonly AdjustmentEntry[]): KnownAdjustment[] {
  const known = new Map<string, KnownAdjustment>();
  for (const entry of entries) {
    if ('kind' in entry) {
      known.set(entry.id, newlyKnown(entry));
      continue;
    }
    const adjustment = known.get(entry.revokes);
    if (adjustment === undefined) continue;
    const revocation = isEarlier(entry, adjustment.revocation) ? entry : adjustment.revocation;
    known.set(entry.revokes, { ...adjustment, revocation, revocations: adjustment.revocations + 1 });
  }
  return [...known.values()];
}

/** An adjustment that is not revoked. */
export function newlyKnown(record: AdjustmentRecord): KnownAdjustment {
  return { record, revocation: undefined, revocations: 0 };
}

/** The instant from which an adjustment no longer applies, milliseconds; +∞: it is not revoked, −∞: it never applied. */
export function appliesUntil({ revocation }: KnownAdjustment): number {
  if (revocation === undefined) return Number.POSITIVE_INFINITY;
  return revocation.from ?? Number.NEGATIVE_INFINITY;
}

/** Whether a revocation leaves less than another one. */
export function isEarlier({ from }: RevocationRecord, other: RevocationRecord | undefined): boolean {
  const until = from ?? Number.NEGATIVE_INFINITY;
  return other === undefined || until < (other.from ?? Number.NEGATIVE_INFINITY);
}
