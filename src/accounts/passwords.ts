import { hash, verify } from '@node-rs/argon2';
import { UserError } from '../lib/errors.ts';
import { Semaphore } from '../lib/semaphore.ts';

/** The OWASP recommendation for argon2id: 19 MiB, two passes, one thread, about 30 ms. The library defaults to argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash to compare with if the user is unknown. It takes as long as any other, and no known password matches. */
const NOBODY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Limits on concurrent and waiting hashes, so that sign-ins cannot exhaust memory and threads. */
const AT_ONCE = 2;
const WAITING = 100;

/** Hashes and verifies passwords, a few at a time. */
export class Passwords {
  readonly #semaphore = new Semaphore(AT_ONCE);

  /** @throws UserError `too_many_requests` if 100 requests are waiting */
  hash(password: string): Promise<string> {
    return this.#limited(() => hash(password.normalize('NFKC'), COST));
  }

  /**
   * Whether a password matches a hash. Without a hash the result is false and takes as long.
   *
   * @throws UserError `too_many_requests` if 100 requests are waiting
   */
  matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    return this.#limited(() => verify(passwordHash ?? NOBODY, password.normalize('NFKC')));
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#semaphore.waiting >= WAITING) {
      throw new UserError('too_many_requests', 'too many sign-ins at once; try again in a moment', { retryAfter: 2 });
    }
    return this.#semaphore.run(work);
  }
}
