import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../../lib/errors.ts';
import type { CoverageGap, CoverageGaps } from '../../storage/ports/coverage-gaps.ts';
import { ENOUGH_SITES, EvidenceLog, NEARBY, REACH } from './evidence.ts';

export interface TroubleWatchOptions {
  readonly gaps: CoverageGaps;
  /** This server's name in the gaps. */
  readonly server: string;
  readonly log: Logger;
  /** Whether an address that always answers does; `undefined`: none is known. */
  readonly control: (() => Promise<boolean>) | undefined;
  /** Milliseconds that a probe may take. */
  readonly timeout: number;
}

/** A store that failed twice: when the second probe began, and where it went. */
export interface Suspect {
  readonly startedAt: number;
  readonly site: string;
}

const SECOND = 1_000;
const MOST_FAIL = 'most probes of unrelated hosts fail';
const CONTROL_INTERVAL = 30_000;
/** While there are suspects, it is asked more often. */
const CONTROL_SOON = 5_000;
/** A gap that lasts is recorded so often. */
const SAVE_INTERVAL = 60_000;
/** One that nobody has recorded for so long is over: its server is gone. */
const ABANDONED = 5 * SAVE_INTERVAL;

/**
 * Tells the monitor's own trouble from that of stores. A store that failed is down only when, shortly before and after,
 * other sites were reached and the control address was; what was seen in trouble is not observed at all. Each trouble
 * is recorded as a gap of the coverage.
 */
export class TroubleWatch {
  readonly #options: TroubleWatchOptions;
  readonly #evidence = new EvidenceLog();
  #control: { readonly at: number; readonly ok: boolean } | undefined;
  #asking: Promise<void> | undefined;
  #gap: CoverageGap | undefined;
  #last: CoverageGap | undefined;
  readonly #unsaved = new Map<string, CoverageGap>();
  #savedAt = Number.NEGATIVE_INFINITY;
  #tidiedAt = Number.NEGATIVE_INFINITY;
  #saving: Promise<void> | undefined;

  constructor(options: TroubleWatchOptions) {
    this.#options = options;
  }

  /** @param alone whether no other server sees trouble of its own: whatever lasts was then left by one that is gone */
  async open(now: number, alone: boolean): Promise<void> {
    await this.#options.gaps.endAbandoned(alone ? now : now - ABANDONED);
    this.#tidiedAt = now;
  }

  /** When the present trouble began. */
  get since(): number | undefined {
    return this.#gap?.from;
  }

  note(site: string, startedAt: number, reached: boolean): void {
    this.#evidence.note(site, startedAt, reached);
  }

  /**
   * Whether a suspect is down, or was caught in trouble, or that cannot be told yet.
   *
   * @param sites how many sites are probed at all
   */
  judge({ startedAt, site }: Suspect, now: number, sites: number): 'down' | 'trouble' | 'wait' {
    // Until then, probes that began at the same time may be under way.
    if (now < startedAt + NEARBY + this.#options.timeout) return 'wait';
    const others = Math.min(ENOUGH_SITES, sites - 1);
    if (others > 0) {
      const before = this.#evidence.before(startedAt, ENOUGH_SITES, site);
      const after = this.#evidence.after(startedAt, others, site);
      if (before === 'trouble' || after === 'trouble') return 'trouble';
      if (after === 'unsure' && now < startedAt + REACH) return 'wait';
    }
    if (this.#options.control === undefined) return 'down';
    if (this.#control === undefined || this.#control.at < startedAt) return 'wait';
    return this.#control.ok ? 'down' : 'trouble';
  }

  /** Whether too little is being probed to tell trouble by, so that other sites should be asked at once. */
  wantsWitnesses(now: number): boolean {
    return this.#evidence.sitesSince(now - NEARBY) <= ENOUGH_SITES;
  }

  /** Looks whether trouble has begun or ended. */
  step(now: number, suspects: boolean, sites: number): void {
    this.#evidence.refresh(now);
    this.#askControl(now, suspects);
    const cutOff = this.#control?.ok === false;
    const finding = this.#evidence.before(now + SECOND, Math.min(ENOUGH_SITES, sites));
    if (this.#gap === undefined) {
      if (cutOff) this.#begin(this.#control?.at ?? now, 'the control address does not answer');
      else if (finding === 'trouble' && sites >= ENOUGH_SITES) this.#begin(this.#evidence.failingSince(now), MOST_FAIL);
    } else if (!cutOff && (finding === 'clear' || sites === 0)) this.#end(now, 'the trouble of the monitor is over');
    if (this.#gap !== undefined && now >= this.#savedAt + SAVE_INTERVAL) this.#unsaved.set(this.#gap.id, this.#gap);
    this.#save(now);
  }

  /** A store was to be polled at `at` and could not be because of trouble. */
  missed(at: number): void {
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

  /** Ends the gap, as the poller ends, and sees it recorded. */
  async close(now: number): Promise<void> {
    if (this.#gap !== undefined) this.#end(now, 'the poller ends while the monitor is in trouble');
    await this.settled();
    this.#save(now);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.#asking;
    await this.#saving;
  }

  #begin(from: number, reason: string): void {
    this.#gap = { id: randomUUID(), server: this.#options.server, from, until: undefined, reason, unobserved: 0 };
    this.#unsaved.set(this.#gap.id, this.#gap);
    this.#options.log.error({ reason }, 'the monitor itself is in trouble: what fails now is not observed');
  }

  #end(until: number, message: string): void {
    if (this.#gap === undefined) return;
    this.#last = { ...this.#gap, until };
    this.#gap = undefined;
    this.#unsaved.set(this.#last.id, this.#last);
    const { reason, unobserved, from } = this.#last;
    this.#options.log.warn({ reason, unobserved, ms: until - from }, message);
  }

  #askControl(now: number, suspects: boolean): void {
    const { control } = this.#options;
    if (control === undefined || this.#asking !== undefined) return;
    const wait = suspects || this.#gap !== undefined ? CONTROL_SOON : CONTROL_INTERVAL;
    if (this.#control !== undefined && now < this.#control.at + wait) return;
    this.#asking = control()
      .then((ok) => {
        this.#control = { at: now, ok };
      })
      .finally(() => {
        this.#asking = undefined;
      });
  }

  #save(now: number): void {
    if (this.#saving !== undefined || (this.#unsaved.size === 0 && now < this.#tidiedAt + SAVE_INTERVAL)) return;
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
      if (now < this.#tidiedAt + SAVE_INTERVAL) return;
      this.#tidiedAt = now;
      await this.#options.gaps.endAbandoned(now - ABANDONED);
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'a gap of the coverage could not be recorded yet');
    }
  }
}
