import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../../lib/errors.ts';
import type { CoverageGap, CoverageGaps } from '../../storage/ports/coverage-gaps.ts';
import { ENOUGH_SITES, EvidenceLog, NEARBY, REACH } from './evidence.ts';

export interface SelfOutageOptions {
  readonly gaps: CoverageGaps;
  /** This server's name in the gaps. */
  readonly server: string;
  readonly log: Logger;
  /** Whether a control address responds; `undefined`: none is configured. */
  readonly control: (() => Promise<boolean>) | undefined;
  /** Milliseconds that a probe may take. */
  readonly timeout: number;
}

/** A target that failed twice: when the second probe began, and its site. */
export interface Suspect {
  readonly startedAt: number;
  readonly site: string;
}

/** `down`: the store is; `self_outage`: the network of the monitor is; `undecided`: more evidence is needed. */
export type Judgment = 'down' | 'self_outage' | 'undecided';

const SECOND = 1_000;
const MOST_FAIL = 'most probes of unrelated hosts fail';
const CONTROL_INTERVAL = 30_000;
/** The interval while there are suspects or a self-outage. */
const CONTROL_INTERVAL_SUSPECTS = 5_000;
/** Milliseconds between two saves of a gap that has not ended. */
const SAVE_INTERVAL = 60_000;
/** A gap that was not saved for this long belongs to a server that has crashed. */
const ABANDONED = 5 * SAVE_INTERVAL;

/**
 * Distinguishes an outage of the monitor from an outage of stores. A target that failed counts as down only if other
 * sites were reached shortly before and after, and a control address responds. Failures during a self-outage are not
 * recorded. Each self-outage is stored as a coverage gap.
 */
export class SelfOutageDetector {
  readonly #options: SelfOutageOptions;
  readonly #evidence = new EvidenceLog();
  #control: { readonly at: number; readonly ok: boolean } | undefined;
  #checking: Promise<void> | undefined;
  #gap: CoverageGap | undefined;
  #last: CoverageGap | undefined;
  readonly #unsaved = new Map<string, CoverageGap>();
  #savedAt = Number.NEGATIVE_INFINITY;
  #abandonedEndedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> | undefined;

  constructor(options: SelfOutageOptions) {
    this.#options = options;
  }

  /** @param alone whether no other server uses the database: then every gap that has not ended is abandoned */
  async open(now: number, alone: boolean): Promise<void> {
    await this.#options.gaps.endAbandoned(alone ? now : now - ABANDONED);
    this.#abandonedEndedAt = now;
  }

  /** When the current self-outage began; `undefined`: there is none. */
  get since(): number | undefined {
    return this.#gap?.from;
  }

  /** @param startedAt when the probe began, milliseconds */
  addResult(site: string, startedAt: number, reached: boolean): void {
    this.#evidence.add(site, startedAt, reached);
  }

  /** @param sites how many sites this server probes */
  judge({ startedAt, site }: Suspect, now: number, sites: number): Judgment {
    // Until then, probes that began at the same time may be running.
    if (now < startedAt + NEARBY + this.#options.timeout) return 'undecided';
    const others = Math.min(ENOUGH_SITES, sites - 1);
    if (others > 0) {
      const before = this.#evidence.before(startedAt, ENOUGH_SITES, site);
      const after = this.#evidence.after(startedAt, others, site);
      if (before === 'failing' || after === 'failing') return 'self_outage';
      if (after === 'insufficient' && now < startedAt + REACH) return 'undecided';
    }
    if (this.#options.control === undefined) return 'down';
    if (this.#control === undefined || this.#control.at < startedAt) return 'undecided';
    return this.#control.ok ? 'down' : 'self_outage';
  }

  /** Whether there are too few recent results, so that reference probes are needed. */
  needsReferences(now: number): boolean {
    return this.#evidence.sitesSince(now - NEARBY) <= ENOUGH_SITES;
  }

  /** Detects the start and the end of a self-outage, and saves gaps. */
  step(now: number, hasSuspects: boolean, sites: number): void {
    this.#evidence.refresh(now);
    this.#checkControl(now, hasSuspects);
    const controlFails = this.#control?.ok === false;
    const finding = this.#evidence.before(now + SECOND, Math.min(ENOUGH_SITES, sites));
    if (this.#gap === undefined) {
      if (controlFails) this.#begin(this.#control?.at ?? now, 'the control address does not answer');
      else if (finding === 'failing' && sites >= ENOUGH_SITES) this.#begin(this.#evidence.failingSince(now), MOST_FAIL);
    } else if (!controlFails && (finding === 'reached' || sites === 0)) this.#end(now, 'self-outage ended');
    if (this.#gap !== undefined && now >= this.#savedAt + SAVE_INTERVAL) this.#unsaved.set(this.#gap.id, this.#gap);
    this.#save(now);
  }

  /** Counts a probe that failed because of a self-outage, which may have been detected only now. */
  addUnobserved(at: number): void {
    if (this.#gap === undefined && (this.#last?.until ?? Number.NEGATIVE_INFINITY) < at - NEARBY) {
      this.#begin(at, MOST_FAIL);
    }
    if (this.#gap !== undefined) {
      this.#gap = { ...this.#gap, unobserved: this.#gap.unobserved + 1 };
    } else if (this.#last !== undefined) {
      this.#last = { ...this.#last, unobserved: this.#last.unobserved + 1 };
      this.#unsaved.set(this.#last.id, this.#last);
    }
  }

  /** Ends the current gap and saves it. */
  async close(now: number): Promise<void> {
    if (this.#gap !== undefined) this.#end(now, 'prober stopped during a self-outage');
    await this.settled();
    this.#save(now);
    await this.settled();
  }

  /** Resolves when no check of a control address and no save is running. */
  async settled(): Promise<void> {
    await this.#checking;
    await this.#saving;
  }

  #begin(from: number, reason: string): void {
    this.#gap = { id: randomUUID(), server: this.#options.server, from, until: undefined, reason, unobserved: 0 };
    this.#unsaved.set(this.#gap.id, this.#gap);
    this.#options.log.error({ reason }, 'self-outage detected; failed probes are not recorded');
  }

  #end(until: number, message: string): void {
    if (this.#gap === undefined) return;
    this.#last = { ...this.#gap, until };
    this.#gap = undefined;
    this.#unsaved.set(this.#last.id, this.#last);
    const { reason, unobserved, from } = this.#last;
    this.#options.log.warn({ reason, unobserved, ms: until - from }, message);
  }

  #checkControl(now: number, hasSuspects: boolean): void {
    const { control } = this.#options;
    if (control === undefined || this.#checking !== undefined) return;
    const interval = hasSuspects || this.#gap !== undefined ? CONTROL_INTERVAL_SUSPECTS : CONTROL_INTERVAL;
    if (this.#control !== undefined && now < this.#control.at + interval) return;
    this.#checking = control()
      .then((ok) => {
        this.#control = { at: now, ok };
      })
      .finally(() => {
        this.#checking = undefined;
      });
  }

  #save(now: number): void {
    if (this.#saving !== undefined) return;
    if (this.#unsaved.size === 0 && now < this.#abandonedEndedAt + SAVE_INTERVAL) return;
    const gaps = [...this.#unsaved.values()];
    this.#saving = this.#saveAll(gaps, now).finally(() => {
      this.#saving = undefined;
    });
  }

  async #saveAll(gaps: readonly CoverageGap[], now: number): Promise<void> {
    try {
      for (const gap of gaps) {
        await this.#options.gaps.save(gap, now);
        if (this.#unsaved.get(gap.id) === gap) this.#unsaved.delete(gap.id);
      }
      this.#savedAt = now;
      if (now < this.#abandonedEndedAt + SAVE_INTERVAL) return;
      this.#abandonedEndedAt = now;
      await this.#options.gaps.endAbandoned(now - ABANDONED);
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'cannot save a coverage gap; trying again');
    }
  }
}
