import { UserError } from './errors.ts';

export interface FairQueueLimits {
  /** Pieces of work that may wait for one asker. */
  readonly perAsker: number;
  /** Pieces of work that may wait in all. */
  readonly total: number;
}

interface Job {
  readonly name: string;
  readonly result: Promise<unknown>;
  readonly start: () => void;
  /** The lanes it stands in: those of all who asked for it. */
  readonly lanes: Set<string>;
}

/** The lane of those who are not told apart; it has no bound of its own. */
const COMMON = '';

/** Seconds after which one who was refused may ask again. */
const RETRY_AFTER = 5;

/**
 * Runs pieces of asynchronous work one after the other. Askers take turns: the next one is served who waits longest
 * since its last turn, however much others have asked for. Work that several ask for runs in the earliest of their turns.
 */
export class FairQueue {
  readonly #limits: FairQueueLimits;
  /** The one whose turn is next comes first. */
  readonly #lanes = new Map<string, Job[]>();
  readonly #waiting = new Map<string, Job>();
  #running = false;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` when its turn comes. While work of the same name waits, that one is shared.
   *
   * @param asker whose turn it takes; `undefined`: askers are not told apart
   * @throws UserError at once: `too_many_requests` when too much waits for the asker, `unavailable` when too much waits
   */
  run<T>(asker: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      this.join(asker, name);
      return waiting.result as Promise<T>;
    }
    this.#admit(asker);
    let start = () => {};
    const result = new Promise<void>((resolve) => {
      start = resolve;
    }).then(work);
    this.#waiting.set(name, { name, result, start, lanes: new Set() });
    this.join(asker, name);
    void this.#serve();
    return result;
  }

  /** Lets waiting work of this name, if there is any, take a turn of this asker, too, as far as that one has room. */
  join(asker: string | undefined, name: string): void {
    const lane = asker ?? COMMON;
    const job = this.#waiting.get(name);
    if (job === undefined || job.lanes.has(lane) || this.#isFull(lane)) return;
    this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), job]);
    job.lanes.add(lane);
  }

  #admit(asker = COMMON): void {
    if (this.#isFull(asker)) {
      const message = `${this.#limits.perAsker} of your questions are waiting already; ask more when some are answered`;
      throw new UserError('too_many_requests', message, { retryAfter: RETRY_AFTER });
    }
    if (this.#waiting.size >= this.#limits.total) {
      throw new UserError('unavailable', `${this.#waiting.size} questions are waiting already; try again in a moment`);
    }
  }

  #isFull(lane: string): boolean {
    return lane !== COMMON && (this.#lanes.get(lane)?.length ?? 0) >= this.#limits.perAsker;
  }

  async #serve(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      job.start();
      // Whoever asked is told of an error.
      await job.result.catch(() => {});
    }
    this.#running = false;
  }

  #next(): Job | undefined {
    const [first] = this.#lanes;
    if (first === undefined) return undefined;
    const [served, [job]] = first;
    if (job === undefined) return undefined;
    this.#waiting.delete(job.name);
    for (const lane of job.lanes) {
      const left = this.#lanes.get(lane)?.filter((other) => other !== job) ?? [];
      // Who was served goes to the end of the line.
      if (left.length === 0 || lane === served) this.#lanes.delete(lane);
      if (left.length > 0) this.#lanes.set(lane, left);
    }
    return job;
  }
}
