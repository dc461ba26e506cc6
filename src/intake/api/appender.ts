import { UserError } from '../../lib/errors.ts';
import { counted } from '../../lib/text.ts';
import type { MergeCounts } from '../../storage/ports/import-session.ts';
import type { PollBatch, Storage } from '../../storage/ports/storage.ts';

/** The most polls in one transaction: about 100 ms of work. */
const GROUP = 50_000;

/** What may wait, including what is being stored. */
export interface AppenderLimits {
  /** Each is a request with a connection. */
  readonly batches: number;
  readonly polls: number;
  /** The approximate memory of the polls. */
  readonly bytes: number;
}

const LIMITS: AppenderLimits = { batches: 5_000, polls: 1_000_000, bytes: 256 * 1024 * 1024 };

/** Seconds after which it is worth trying again. */
const RETRY_AFTER = 2;

interface Waiting {
  readonly batch: PollBatch;
  readonly bytes: number;
  readonly done: (counts: MergeCounts) => void;
  readonly failed: (reason: unknown) => void;
}

/**
 * Appends the polls of many requests. Those that arrive during a transaction share the next one, so that many small
 * requests need few commits. A later request wins over an earlier one.
 */
export class PollAppender {
  readonly #storage: Pick<Storage, 'appendPolls'>;
  readonly #limits: AppenderLimits;
  readonly #waiting: Waiting[] = [];
  readonly #held = { batches: 0, polls: 0, bytes: 0 };
  #running = false;

  constructor(storage: Pick<Storage, 'appendPolls'>, limits = LIMITS) {
    this.#storage = storage;
    this.#limits = limits;
  }

  /**
   * Resolves when the polls are in the database, with the numbers of new and changed ones.
   *
   * @param signal when it aborts, polls that still wait for a transaction are dropped
   * @throws UserError `busy` when too many are waiting; as `Storage.appendPolls` does; the reason of `signal`
   */
  append(batch: PollBatch, signal?: AbortSignal): Promise<MergeCounts> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const bytes = bytesOf(batch);
    if (!this.#hasRoom(batch.ids.length, bytes)) return Promise.reject(this.#tooMany());
    return new Promise((resolve, reject) => {
      const drop = () => {
        const place = this.#waiting.indexOf(waiting);
        if (place < 0) return;
        this.#waiting.splice(place, 1);
        this.#hold(waiting, -1);
        reject(signal?.reason);
      };
      const ended = () => signal?.removeEventListener('abort', drop);
      const waiting: Waiting = {
        batch,
        bytes,
        done: (counts) => {
          ended();
          resolve(counts);
        },
        failed: (reason) => {
          ended();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', drop, { once: true });
      this.#waiting.push(waiting);
      this.#hold(waiting, 1);
      if (!this.#running) void this.#run();
    });
  }

  /** A batch that is larger than the limits is accepted when nothing waits. */
  #hasRoom(polls: number, bytes: number): boolean {
    const [held, limits] = [this.#held, this.#limits];
    if (held.batches === 0) return true;
    return held.batches < limits.batches && held.polls + polls <= limits.polls && held.bytes + bytes <= limits.bytes;
  }

  #tooMany(): UserError {
    const { polls, batches } = this.#held;
    const message = `${counted(polls, 'poll')} of ${counted(batches, 'request')} are waiting to be stored; send these again later`;
    return new UserError('busy', message, { retryAfter: RETRY_AFTER });
  }

  #hold({ batch, bytes }: Waiting, sign: 1 | -1): void {
    this.#held.batches += sign;
    this.#held.polls += sign * batch.ids.length;
    this.#held.bytes += sign * bytes;
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
      for (const waiting of group) this.#hold(waiting, -1);
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

/** A poll takes an instant, a state and a reference to its id, besides the text of the id. */
const POLL_BYTES = 24;
/** A character takes up to two bytes. */
const CHARACTER_BYTES = 2;

/** The approximate memory of a batch. */
function bytesOf({ ids, reasons }: PollBatch): number {
  let characters = 0;
  for (const id of ids) characters += id.length;
  for (const reason of reasons?.values() ?? []) characters += reason.length;
  return ids.length * POLL_BYTES + characters * CHARACTER_BYTES;
}
