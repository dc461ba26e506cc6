import { elapsed } from '../lib/world/clocks.ts';
import type { Timer } from '../lib/world/ports.ts';
import { every } from '../lib/world/timers.ts';

/** The minimum time between two progress updates within a phase, milliseconds. */
const PROGRESS_INTERVAL = 250;

/** A worker's hold on a running job: it records the progress, renews the lease, and notices when the job is lost. */
export class Claim {
  readonly #renew: (progress: number, phase: string | undefined) => Promise<boolean>;
  readonly #lost = new AbortController();
  readonly #timer: Timer | undefined;
  #progress = 0;
  #phase: string | undefined;
  #renewedAt = elapsed();

  /**
   * @param renew records the progress; `false`: the job is no longer this worker's
   * @param interval milliseconds between renewals while there is no progress; `undefined`: the claim does not expire
   */
  constructor(renew: (progress: number, phase: string | undefined) => Promise<boolean>, interval: number | undefined) {
    this.#renew = renew;
    if (interval !== undefined) this.#timer = every(interval, () => this.#renewInBackground());
  }

  /** Aborts when the job is no longer this worker's. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Records the progress, 0 to 1, a few times per second at most. */
  report(progress: number, phase?: string): void {
    const due = phase !== this.#phase || elapsed() - this.#renewedAt >= PROGRESS_INTERVAL;
    this.#progress = progress;
    this.#phase = phase;
    if (due) this.#renewInBackground();
  }

  /** Whether the job is still this worker's. */
  async holds(): Promise<boolean> {
    if (this.lost.aborted) return false;
    this.#renewedAt = elapsed();
    return this.#renew(this.#progress, this.#phase);
  }

  end(): void {
    this.#timer?.stop();
  }

  /** If the database is unavailable, the job itself will notice. */
  #renewInBackground(): void {
    this.holds().then(
      (held) => {
        if (!held) this.#lost.abort(new Error('the job was canceled, or another server has taken it over'));
      },
      () => {},
    );
  }
}
