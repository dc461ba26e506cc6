import { UserError } from '../errors.ts';
import { CLOCKS } from './clocks.ts';
import type { Clocks, Timer } from './ports.ts';
import { every } from './timers.ts';

/** The wall clock was set. Instants in milliseconds since 1970. */
export interface ClockStep {
  /** What the clock would have shown. */
  readonly from: number;
  /** What it shows instead. */
  readonly to: number;
  /** The difference, milliseconds; negative: the clock was set back. */
  readonly by: number;
}

export interface ClockWatchOptions {
  /** Default: those of the current world. */
  readonly clocks?: Clocks;
  readonly log: { warn(fields: object, message: string): void };
}

const CHECK_INTERVAL = 1_000;
/** Clocks are slewed by less than a millisecond per second; a larger difference between two checks is a step. */
const SMALLEST_STEP = 1_000;
/** A wall clock that was set far is trusted when it has not been set again for this long, milliseconds. */
export const PROBATION = 60_000;
/** A harmless error, milliseconds: polls may be this far in the future. */
const HARMLESS = 5 * 60_000;
/** Milliseconds for which a step is mentioned in the warnings. */
const WARNING_TIME = 60 * 60_000;
/** If reading both clocks took longer than this, the process was suspended in between, which may look like a step. */
const LONGEST_READING = 100;

/** The error of work that is judged by the wall clock, while that is not trusted. The same may succeed in a minute. */
export function untrustedClock(): UserError {
  return new UserError(
    'unavailable',
    'the system clock is not trusted: it was set within the last minute, or differs from that of the database',
    { retryAfter: PROBATION / 1_000 },
  );
}

/**
 * Compares the wall clock with the monotonic clock and reports when the wall clock was set. A clock that is an hour ahead
 * for twenty seconds must not affect stored data, so a clock that was set far is not trusted for a minute.
 */
export class ClockWatch implements Clocks {
  readonly #clocks: Clocks;
  readonly #log: ClockWatchOptions['log'];
  readonly #listeners: ((step: ClockStep) => void)[] = [];
  /** Wall clock minus monotonic clock: at the last check, and when the wall clock was last trusted. */
  #offset: number;
  #trustedOffset: number;
  /** The last step, or when the clock was found to be wrong; on the monotonic clock. */
  #steppedAt = Number.NEGATIVE_INFINITY;
  /** What people should know about the clock, since `#steppedAt`. */
  #warning: string | undefined;
  #steps = 0;
  #timer: Timer | undefined;

  constructor({ clocks = CLOCKS, log }: ClockWatchOptions) {
    this.#clocks = clocks;
    this.#log = log;
    const { now, elapsed } = this.#read();
    this.#offset = now - elapsed;
    this.#trustedOffset = this.#offset;
  }

  now(): number {
    return this.#clocks.now();
  }

  elapsed(): number {
    return this.#clocks.elapsed();
  }

  /** How many steps there were. */
  get steps(): number {
    this.check();
    return this.#steps;
  }

  /**
   * Whether instants of the wall clock may be stored: within the last minute it was not set far, nor found to be far from
   * another clock, or it was set right since.
   */
  get trusted(): boolean {
    this.check();
    return Math.abs(this.#offset - this.#trustedOffset) <= HARMLESS;
  }

  /** A warning about the clock, for people; `undefined`: there is none. */
  get warning(): string | undefined {
    this.check();
    return this.elapsed() - this.#steppedAt > WARNING_TIME ? undefined : this.#warning;
  }

  /**
   * Compares the wall clock with that of another machine. A clock that was wrong before the program started makes no
   * step, so call this at the start. If they differ by more than polls may, the wall clock is trusted when it is set
   * right, or when nobody has set it for a minute.
   *
   * @param other what the other clock shows, milliseconds since 1970; `undefined`: it cannot be read
   */
  compare(other: number | undefined): void {
    this.check();
    const { now, elapsed } = this.#read();
    if (other !== undefined && Math.abs(now - other) <= HARMLESS) return;
    this.#trustedOffset = other === undefined ? Number.NaN : other - elapsed;
    this.#steppedAt = elapsed;
    if (other === undefined) return;
    this.#warning = `the system clock showed ${iso(now)} when that of the database showed ${iso(other)}`;
    this.#log.warn({ system: iso(now), database: iso(other) }, 'the system clock differs from the database clock');
  }

  /** @param listener called at every step, as soon as it is noticed */
  onStep(listener: (step: ClockStep) => void): void {
    this.#listeners.push(listener);
  }

  /** Checks once a second from now on. */
  start(): void {
    this.#timer ??= every(CHECK_INTERVAL, () => this.check()).unref();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  /** Compares the clocks now. Cheap enough to call before each use of the wall clock. */
  check(): void {
    const { now, elapsed } = this.#read();
    const before = this.#offset;
    this.#offset = now - elapsed;
    const by = this.#offset - before;
    if (Math.abs(by) > SMALLEST_STEP) {
      this.#steppedAt = elapsed;
      this.#tell({ from: now - by, to: now, by });
    } else if (elapsed - this.#steppedAt >= PROBATION) {
      this.#trustedOffset = this.#offset;
    }
  }

  #tell(step: ClockStep): void {
    this.#steps++;
    const { from, to, by } = step;
    const direction = `${by > 0 ? 'ahead' : 'back'} by ${Math.round(Math.abs(by) / 1_000)} s`;
    this.#warning = `the system clock was set ${direction}, from ${iso(from)} to ${iso(to)}`;
    this.#log.warn({ from: iso(from), to: iso(to), by_ms: Math.round(by) }, 'the system clock was set');
    for (const listener of this.#listeners) listener(step);
  }

  #read(): { readonly now: number; readonly elapsed: number } {
    for (;;) {
      const before = this.#clocks.elapsed();
      const now = this.#clocks.now();
      const elapsed = this.#clocks.elapsed();
      if (elapsed - before <= LONGEST_READING) return { now, elapsed };
    }
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
