import { UserError } from '../../lib/errors.ts';
import type { MergeCounts } from '../../storage/ports/import-session.ts';
import type { PollBatch, Storage } from '../../storage/ports/storage.ts';

/** The most polls in one transaction: about 100 ms of work. */
const GROUP = 50_000;
/** How many polls may wait. */
const WAITING = 1_000_000;

interface Waiting {
  readonly batch: PollBatch;
  readonly done: (counts: MergeCounts) => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * Appends the polls of many requests. Those that arrive during a transaction share the next one, so that many small
 * requests need few commits. A later request wins over an earlier one.
 */
export class PollAppender {
  readonly #storage: Pick<Storage, 'appendPolls'>;
  readonly #waiting: Waiting[] = [];
  #polls = 0;
  #running = false;

  constructor(storage: Pick<Storage, 'appendPolls'>) {
    this.#storage = storage;
  }

  /**
   * Resolves when the polls are in the database, with the numbers of new and changed ones.
   *
   * @throws UserError `unavailable` when too many are waiting or the database is unavailable
   */
  append(batch: PollBatch): Promise<MergeCounts> {
    if (this.#polls > 0 && this.#polls + batch.ids.length > WAITING) {
      const message = `${this.#polls} polls are waiting to be stored; send these again later`;
      return Promise.reject(new UserError('unavailable', message, { retryAfter: 1 }));
    }
    this.#polls += batch.ids.length;
    return new Promise((done, failed) => {
      this.#waiting.push({ batch, done, failed });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) {
      try {
        const counts = await this.#storage.appendPolls(group.map(({ batch }) => batch));
        for (const [i, { done }] of group.entries()) done(counts[i] as MergeCounts);
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
      for (const { batch } of group) this.#polls -= batch.ids.length;
    }
    this.#running = false;
  }

  #nextGroup(): Waiting[] {
    let polls = 0;
    let end = 0;
    for (const { batch } of this.#waiting) {
      polls += batch.ids.length;
      if (end > 0 && polls > GROUP) break;
      end++;
    }
    return this.#waiting.splice(0, end);
  }
}
