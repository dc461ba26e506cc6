import type { Logger } from 'pino';
import type { Clocks } from '../../lib/world/ports.ts';
import { newId } from '../../lib/world/random.ts';
import type { CoverageGap } from '../../storage/ports/coverage-gaps.ts';
import type { GapRecorder } from './gap-recorder.ts';

/** Why a slot ended without a poll although the network of the monitor works, as the text of a coverage gap. */
export const MISSED = {
  late: 'probes ended after their interval: hosts respond late, or POLL_PER_HOST or POLL_CONCURRENCY is too low',
  paused: 'the prober did not run for longer than the interval',
  fault: 'a fault of this machine prevented probes',
} as const;
export type MissedReason = keyof typeof MISSED;

export interface MissedSlotsOptions {
  readonly clock: Clocks;
  readonly gaps: Pick<GapRecorder, 'grow'>;
  /** This server's name in the gaps. */
  readonly server: string;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
  readonly log: Logger;
}

/**
 * Counts the slots that ended without a poll, and records them as coverage gaps. Such a gap grows while more slots are
 * missed, and never counts as ongoing, since other stores are observed.
 */
export class MissedSlots {
  readonly #options: MissedSlotsOptions;
  readonly #gaps = new Map<MissedReason, CoverageGap>();
  #count = 0;

  constructor(options: MissedSlotsOptions) {
    this.#options = options;
  }

  /** All slots that were missed. */
  get count(): number {
    return this.#count;
  }

  add(reason: MissedReason, slots = 1): void {
    if (slots <= 0) return;
    this.#count += slots;
    const { clock, gaps, server, interval, log } = this.#options;
    const now = clock.now();
    const last = this.#gaps.get(reason);
    const isNew = last?.until === undefined || now - last.until > 2 * interval || now < last.from;
    const begun = isNew ? { id: newId(), server, from: now - interval, reason: MISSED[reason], unobserved: 0 } : last;
    if (isNew) log.warn({ reason: MISSED[reason] }, 'slots ended without a poll; recorded as a coverage gap');
    const gap = { ...begun, until: now, unobserved: begun.unobserved + slots };
    this.#gaps.set(reason, gap);
    gaps.grow(gap);
  }
}
