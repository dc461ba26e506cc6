import { UserError } from '../../lib/errors.ts';
import { Semaphore } from '../../lib/semaphore.ts';

/** Milliseconds that a request waits for an import to end, if not given. */
export const WRITE_WAIT = 5_000;

/** Runs the transactions of this process that write data one at a time: they wait here, not on a connection. */
export class WriteQueue {
  readonly #turn = new Semaphore(1);
  readonly #wait: number;

  /** @param wait how long a request waits, milliseconds */
  constructor(wait: number) {
    this.#wait = wait;
  }

  /** For imports and maintenance, which wait as long as necessary. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#turn.run(work);
  }

  /**
   * For a request.
   *
   * @throws UserError `busy` when others have not finished in time
   */
  runSoon<T>(work: () => Promise<T>): Promise<T> {
    return this.#turn.run(work, {
      milliseconds: this.#wait,
      error: () => new UserError('busy', 'an import or other changes are being written; try again in a moment'),
    });
  }
}
