import type { JudgementEntry, JudgementRecord, RevocationRecord } from '../storage/ports/judgements.ts';

/** A judgement with what is known of its revocation. */
export interface KnownJudgement {
  readonly record: JudgementRecord;
  /** The revocation that leaves the least of it; `undefined`: it is not revoked. */
  readonly revocation: RevocationRecord | undefined;
  /** How often it was revoked: first from an instant on, then entirely. */
  readonly revocations: number;
}

/**
 * The judgements among some entries, with their revocations.
 *
 * @param entries in the order in which they were recorded
 */
export function knownJudgements(entries: readonly JudgementEntry[]): KnownJudgement[] {
  const known = new Map<string, KnownJudgement>();
  for (const entry of entries) {
    if ('kind' in entry) {
      known.set(entry.id, newlyKnown(entry));
      continue;
    }
    const judgement = known.get(entry.revokes);
    if (judgement === undefined) continue;
    const revocation = isEarlier(entry, judgement.revocation) ? entry : judgement.revocation;
    known.set(entry.revokes, { ...judgement, revocation, revocations: judgement.revocations + 1 });
  }
  return [...known.values()];
}

/** A judgement that is not revoked. */
export function newlyKnown(record: JudgementRecord): KnownJudgement {
  return { record, revocation: undefined, revocations: 0 };
}

/** The instant from which a judgement no longer applies, milliseconds; +∞: it is not revoked, −∞: it never applied. */
export function appliesUntil({ revocation }: KnownJudgement): number {
  if (revocation === undefined) return Number.POSITIVE_INFINITY;
  return revocation.from ?? Number.NEGATIVE_INFINITY;
}

/** Whether a revocation leaves less than another one. */
export function isEarlier({ from }: RevocationRecord, other: RevocationRecord | undefined): boolean {
  const until = from ?? Number.NEGATIVE_INFINITY;
  return other === undefined || until < (other.from ?? Number.NEGATIVE_INFINITY);
}
