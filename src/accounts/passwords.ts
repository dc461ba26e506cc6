import { hash, verify } from '@node-rs/argon2';
import { UserError } from '../lib/errors.ts';
import { Semaphore } from '../lib/semaphore.ts';

/** What OWASP recommends for argon2id: 19 MiB, two passes, one thread; some 30 ms. The library's default is argon2id. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What an unknown user's password is compared with: it takes as long as any, and nothing is known that matches. */
const NOBODY = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** How many passwords are hashed at once, and how many may wait: sign-ins must not use up memory and threads. */
const AT_ONCE = 2;
const WAITING = 100;

/** Hashes passwords and compares them, a few at a time. */
export class Passwords {
  readonly #semaphore = new Semaphore(AT_ONCE);

  /** @throws UserError `too_many_requests` when a hundred are waiting */
  hash(password: string): Promise<string> {
    return this.#limited(() => hash(password.normalize('NFKC'), COST));
  }

  /**
   * Whether a password is the one of this hash. Without a hash it is not, and takes as long to say so.
   *
   * @throws UserError `too_many_requests` when a hundred are waiting
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
