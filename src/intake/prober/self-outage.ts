import type { Logger } from 'pino';
import type { Clocks } from '../../lib/world/ports.ts';
import { newId } from '../../lib/world/random.ts';
import type { CoverageGap } from '../../storage/ports/coverage-gaps.ts';
import { ENOUGH_SITES, EvidenceLog, NEARBY, REACH } from './evidence.ts';
import type { GapRecorder } from './gap-recorder.ts';

export interface SelfOutageOptions {
  readonly clock: Clocks;
  readonly gaps: Pick<GapRecorder, 'put' | 'grow'>;
  /** This server's name in the gaps. */
  readonly server: string;
  readonly log: Logger;
  /** Whether a control address responds; `undefined`: none is configured. */
  readonly control: (() => Promise<boolean>) | undefined;
  /** Milliseconds that a probe may take. */
  readonly timeout: number;
}

/** A target that failed twice: when the second probe began, on the monotonic clock, and its site. */
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
/**
 * Distinguishes an outage of the monitor from an outage of stores. A target that failed counts as down only if other
 * sites were reached shortly before and after, and a control address responds. Failures during a self-outage are not
 * recorded. Each self-outage is stored as a coverage gap.
 *
 * Gaps are stored with wall clock times; everything else here uses the monotonic clock.
 */
export class SelfOutageDetector {
  readonly #options: SelfOutageOptions;
  readonly #evidence = new EvidenceLog();
  #control: { readonly at: number; readonly ok: boolean } | undefined;
  #checking: Promise<void> | undefined;
  #gap: CoverageGap | undefined;
  #last: CoverageGap | undefined;
  #lastEndedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SelfOutageOptions) {
    this.#options = options;
  }

  /** When the current self-outage began, on the wall clock; `undefined`: there is none. */
  get since(): number | undefined {
    return this.#gap?.from;
  }

  /** @param startedAt when the probe began, milliseconds */
  addResult(site: string, startedAt: number, reached: boolean): void {
    this.#evidence.add(site, startedAt, reached);
  }

  /** @param sites how many sites this server probes */
  judge({ startedAt, site }: Suspect, elapsed: number, sites: number): Judgment {
    // Until then, probes that began at the same time may be running.
    if (elapsed < startedAt + NEARBY + this.#options.timeout) return 'undecided';
    const others = Math.min(ENOUGH_SITES, sites - 1);
    if (others > 0) {
      const before = this.#evidence.before(startedAt, ENOUGH_SITES, site);
      const after = this.#evidence.after(startedAt, others, site);
      if (before === 'failing' || after === 'failing') return 'self_outage';
      if (after === 'insufficient' && elapsed < startedAt + REACH) return 'undecided';
    }
    if (this.#options.control === undefined) return 'down';
    if (this.#control === undefined || this.#control.at < startedAt) return 'undecided';
    return this.#control.ok ? 'down' : 'self_outage';
  }

  /** Whether there are too few recent results, so that reference probes are needed. */
  needsReferences(elapsed: number): boolean {
    return this.#evidence.sitesSince(elapsed - NEARBY) <= ENOUGH_SITES;
  }

  /** Detects the start and the end of a self-outage. */
  step(elapsed: number, hasSuspects: boolean, sites: number): void {
    this.#evidence.refresh(elapsed);
    this.#checkControl(elapsed, hasSuspects);
    const controlFails = this.#control?.ok === false;
    if (this.#gap === undefined) {
      if (controlFails) this.#begin(this.#control?.at ?? elapsed, 'the control address does not respond');
      else if (sites >= ENOUGH_SITES && this.#evidence.before(elapsed + SECOND, ENOUGH_SITES) === 'failing')
        this.#begin(this.#evidence.failingSince(elapsed), MOST_FAIL);
      // Stores that go on failing are no evidence, so there may be few other sites.
    } else if (!controlFails && (sites === 0 || this.#evidence.before(elapsed + SECOND, 1) === 'reached'))
      this.#end('self-outage ended');
    if (this.#gap !== undefined) this.#options.gaps.grow(this.#gap);
  }

  /** Counts a probe that failed because of a self-outage, which may have been detected only now. */
  addUnobserved(at: number): void {
    if (this.#gap === undefined && this.#lastEndedAt < at - NEARBY) {
      this.#begin(at, MOST_FAIL);
    }
    if (this.#gap !== undefined) {
      this.#gap = { ...this.#gap, unobserved: this.#gap.unobserved + 1 };
    } else if (this.#last !== undefined) {
      this.#last = { ...this.#last, unobserved: this.#last.unobserved + 1 };
      this.#options.gaps.put(this.#last);
    }
  }

  /** Ends the current gap. */
  async close(): Promise<void> {
    if (this.#gap !== undefined) this.#end('prober stopped during a self-outage');
    await this.settled();
  }

  /** Resolves when no check of a control address is running. */
  async settled(): Promise<void> {
    await this.#checking;
  }

  #begin(startedAt: number, reason: string): void {
    const { clock } = this.#options;
    const from = clock.now() - (clock.elapsed() - startedAt);
    this.#gap = { id: newId(), server: this.#options.server, from, until: undefined, reason, unobserved: 0 };
    this.#options.gaps.put(this.#gap);
    this.#options.log.error({ reason }, 'self-outage detected; failed probes are not recorded');
  }

  #end(message: string): void {
    if (this.#gap === undefined) return;
    const until = this.#options.clock.now();
    this.#lastEndedAt = this.#options.clock.elapsed();
    this.#last = { ...this.#gap, until };
    this.#gap = undefined;
    this.#options.gaps.put(this.#last);
    const { reason, unobserved, from } = this.#last;
    this.#options.log.warn({ reason, unobserved, ms: until - from }, message);
  }

  #checkControl(elapsed: number, hasSuspects: boolean): void {
    const { control } = this.#options;
    if (control === undefined || this.#checking !== undefined) return;
    const interval = hasSuspects || this.#gap !== undefined ? CONTROL_INTERVAL_SUSPECTS : CONTROL_INTERVAL;
    if (this.#control !== undefined && elapsed < this.#control.at + interval) return;
    this.#checking = control()
      .then((ok) => {
        this.#control = { at: elapsed, ok };
      })
      .finally(() => {
        this.#checking = undefined;
      });
  }
}
