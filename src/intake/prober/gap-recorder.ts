import type { Logger } from 'pino';
import { messageOf } from '../../lib/errors.ts';
import type { Clocks } from '../../lib/world/ports.ts';
import type { CoverageGap, CoverageGaps } from '../../storage/ports/coverage-gaps.ts';

export interface GapRecorderOptions {
  readonly clock: Clocks;
  readonly gaps: CoverageGaps;
  readonly log: Logger;
}

/** Milliseconds between two saves of a gap that grows. */
const SAVE_INTERVAL = 60_000;
/** An ongoing gap that was not saved for this long belongs to a server that has crashed. */
const ABANDONED = 5 * SAVE_INTERVAL;

/** Saves coverage gaps. Gaps that cannot be saved are tried again. */
export class GapRecorder {
  readonly #options: GapRecorderOptions;
  /** Gaps that are saved as soon as possible, and those that are saved once in a while. */
  readonly #urgent = new Map<string, CoverageGap>();
  readonly #growing = new Map<string, CoverageGap>();
  #savedAt = Number.NEGATIVE_INFINITY;
  #abandonedEndedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> | undefined;

  constructor(options: GapRecorderOptions) {
    this.#options = options;
  }

  /** @param alone whether no other server uses the database: then every gap that has not ended is abandoned */
  async open(alone: boolean): Promise<void> {
    const { clock, gaps } = this.#options;
    await gaps.endAbandoned(alone ? clock.now() : clock.now() - ABANDONED);
    this.#abandonedEndedAt = clock.elapsed();
  }

  /** Saves a gap as soon as possible: it has begun, ended or changed afterwards. */
  put(gap: CoverageGap): void {
    this.#growing.delete(gap.id);
    this.#urgent.set(gap.id, gap);
  }

  /** Saves the new state of a gap within a minute. */
  grow(gap: CoverageGap): void {
    if (this.#urgent.has(gap.id)) this.#urgent.set(gap.id, gap);
    else this.#growing.set(gap.id, gap);
  }

  /** Begins to save what is due, unless a save is running. */
  step(): void {
    const elapsed = this.#options.clock.elapsed();
    if (elapsed >= this.#savedAt + SAVE_INTERVAL) this.#takeGrowing();
    if (this.#saving !== undefined) return;
    if (this.#urgent.size === 0 && elapsed < this.#abandonedEndedAt + SAVE_INTERVAL) return;
    const gaps = [...this.#urgent.values()];
    this.#saving = this.#saveAll(gaps).finally(() => {
      this.#saving = undefined;
    });
  }

  /** Resolves when no save is running. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  /** Tries once to save everything. */
  async close(): Promise<void> {
    await this.settled();
    this.#takeGrowing();
    this.step();
    await this.settled();
  }

  #takeGrowing(): void {
    for (const gap of this.#growing.values()) this.put(gap);
  }

  async #saveAll(gaps: readonly CoverageGap[]): Promise<void> {
    const { clock, gaps: storage, log } = this.#options;
    const [now, elapsed] = [clock.now(), clock.elapsed()];
    try {
      for (const gap of gaps) {
        await storage.save(gap, now);
        if (this.#urgent.get(gap.id) === gap) this.#urgent.delete(gap.id);
      }
      this.#savedAt = elapsed;
      if (elapsed < this.#abandonedEndedAt + SAVE_INTERVAL) return;
      this.#abandonedEndedAt = elapsed;
      await storage.endAbandoned(now - ABANDONED);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'cannot save a coverage gap; trying again');
    }
  }
}
