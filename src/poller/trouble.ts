import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import type { CoverageGap, CoverageGaps } from '../storage/coverage-gaps.ts';
import { EvidenceLog, NEARBY, REACH } from './evidence.ts';

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

/** Sites that are needed beside the suspect's own to hear of it from others. */
const OTHER_SITES = 3;
const SECOND = 1_000;
const CONTROL_INTERVAL = 30_000;
/** While there are suspects, it is asked more often. */
const CONTROL_SOON = 5_000;
/** A gap that lasts is recorded so often. */
const SAVE_INTERVAL = 60_000;

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
  #saving: Promise<void> | undefined;

  constructor(options: TroubleWatchOptions) {
    this.#options = options;
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
    const before = this.#evidence.before(startedAt, site);
    const after = this.#evidence.after(startedAt, site);
    if (before === 'trouble' || after === 'trouble') return 'trouble';
    if (this.#options.control !== undefined) {
      if (this.#control === undefined || this.#control.at < startedAt) return 'wait';
      return this.#control.ok ? 'down' : 'trouble';
    }
    return after === 'unsure' && sites > OTHER_SITES && now < startedAt + REACH ? 'wait' : 'down';
  }

  /** Looks whether trouble has begun or ended. */
  step(now: number, suspects: boolean): void {
    this.#evidence.refresh(now);
    this.#askControl(now, suspects);
    const finding = this.#evidence.before(now + SECOND);
    const cutOff = this.#control?.ok === false;
    if (this.#gap === undefined && (cutOff || finding === 'trouble')) {
      const reason = cutOff ? 'the control address does not answer' : 'most probes of unrelated hosts fail';
      this.#begin((cutOff ? this.#control?.at : undefined) ?? this.#evidence.failingSince(now), reason);
    } else if (this.#gap !== undefined && !cutOff && finding !== 'trouble') {
      this.#end(now);
    }
    if (this.#gap !== undefined && now >= this.#savedAt + SAVE_INTERVAL) this.#unsaved.set(this.#gap.id, this.#gap);
    this.#save(now);
  }

  /** A store was to be polled and could not be because of trouble that `at` lies in. */
  missed(at: number, now: number): void {
    if (this.#gap === undefined && at > (this.#last?.until ?? Number.NEGATIVE_INFINITY) + 2 * NEARBY) {
      this.#begin(at, 'most probes of unrelated hosts failed');
      this.#end(now);
    }
    const gap = this.#gap ?? this.#last;
    if (gap === undefined) return;
    const counted = { ...gap, unobserved: gap.unobserved + 1 };
    if (this.#gap === undefined) this.#last = counted;
    else this.#gap = counted;
    // One that has ended is recorded again, one that lasts will be.
    if (this.#gap === undefined) this.#unsaved.set(counted.id, counted);
  }

  /** Ends the gap, as the poller ends, and sees it recorded. */
  async close(now: number): Promise<void> {
    if (this.#gap !== undefined) this.#end(now);
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

  #end(until: number): void {
    if (this.#gap === undefined) return;
    this.#last = { ...this.#gap, until };
    this.#gap = undefined;
    this.#unsaved.set(this.#last.id, this.#last);
    const { reason, unobserved, from } = this.#last;
    this.#options.log.warn({ reason, unobserved, ms: until - from }, 'the trouble of the monitor is over');
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
    if (this.#saving !== undefined || this.#unsaved.size === 0) return;
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
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'a gap of the coverage could not be recorded yet');
    }
  }
}
