import { UserError } from './errors.ts';
import { counted } from './text.ts';

export interface FairQueueLimits {
  /** Jobs that may wait for one requester. */
  readonly perRequester: number;
  /** Jobs that may wait in all. */
  readonly total: number;
}

interface Job {
  readonly name: string;
  readonly result: Promise<unknown>;
  readonly start: () => void;
  /** The lanes it waits in: one for each of its requesters. */
  readonly lanes: Set<string>;
}

/** The lane of anonymous requesters. It has no limit of its own. */
const ANONYMOUS = '';

/** Seconds after which a refused requester may try again. */
const RETRY_AFTER = 5;

/**
 * Runs jobs one after the other. Requesters take turns: the next one is the one served least recently, no matter how
 * many jobs the others have waiting. A job that several requesters share runs in the earliest of their turns.
 */
export class FairQueue {
  readonly #limits: FairQueueLimits;
  /** Jobs by requester; the requester whose turn is next comes first. */
  readonly #lanes = new Map<string, Job[]>();
  readonly #waiting = new Map<string, Job>();
  #running = false;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` in the requester's turn. If a job of the same name is waiting, shares that one instead.
   *
   * @param requester `undefined`: anonymous
   * @throws UserError synchronously: `too_many_requests` when the requester has too many jobs waiting, `busy` when
   * all requesters together have
   */
  run<T>(requester: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) {
      this.join(requester, name);
      return waiting.result as Promise<T>;
    }
    this.#admit(requester);
    let start = () => {};
    const result = new Promise<void>((resolve) => {
      start = resolve;
    }).then(work);
    this.#waiting.set(name, { name, result, start, lanes: new Set() });
    this.join(requester, name);
    void this.#serve();
    return result;
  }

  /** Lets a waiting job of this name also run in a turn of this requester, unless the requester's lane is full. */
  join(requester: string | undefined, name: string): void {
    const lane = requester ?? ANONYMOUS;
    const job = this.#waiting.get(name);
    if (job === undefined || job.lanes.has(lane) || this.#isFull(lane)) return;
    this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), job]);
    job.lanes.add(lane);
  }

  #admit(requester = ANONYMOUS): void {
    if (this.#isFull(requester)) {
      const message = `${this.#limits.perRequester} of your requests are waiting already; send more when some are done`;
      throw new UserError('too_many_requests', message, { retryAfter: RETRY_AFTER });
    }
    if (this.#waiting.size >= this.#limits.total) {
      const message = `${counted(this.#waiting.size, 'request is', 'requests are')} waiting already; try again in a moment`;
      throw new UserError('busy', message, { retryAfter: RETRY_AFTER });
    }
  }

  #isFull(lane: string): boolean {
    return lane !== ANONYMOUS && (this.#lanes.get(lane)?.length ?? 0) >= this.#limits.perRequester;
  }

  async #serve(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      job.start();
      // The requesters get the error.
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
      // The requester just served moves to the end of the line.
      if (left.length === 0 || lane === served) this.#lanes.delete(lane);
      if (left.length > 0) this.#lanes.set(lane, left);
    }
    return job;
  }
}
