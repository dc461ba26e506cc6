import { UserError } from '../errors.ts';
import { networkOf } from './addresses.ts';
import { RecentMap } from './recent-map.ts';

const SECOND = 1_000;
/** So many failures are free. Behind one address may sit a whole office. */
const FREE = { login: 5, address: 20 };
/** The first wait; each further failure doubles it. */
const FIRST_WAIT = 5 * SECOND;
const LONGEST_WAIT = 15 * 60 * SECOND;
/** A name or address that was quiet for so long starts afresh. */
const MEMORY = 60 * 60 * SECOND;
/** So many names and addresses are remembered, the latest ones. */
const REMEMBERED = 50_000;

/**
 * Makes guessing passwords slow: after some failures for one login name, or from one address, each further attempt has
 * to wait longer. Kept in the memory of this server.
 */
export class SignInThrottle {
  readonly #logins = new Attempts(FREE.login);
  readonly #addresses = new Attempts(FREE.address);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Lets an attempt begin, and counts it as failed: many at once are counted before the first of them ends.
   *
   * @throws UserError `too_many_requests` with the seconds to wait; then the attempt does not count
   */
  admit(login: string, address: string): void {
    const now = this.#now();
    const network = networkOf(address);
    const wait = Math.max(this.#logins.wait(login, now), this.#addresses.wait(network, now));
    if (wait > 0) {
      const retryAfter = Math.ceil(wait / SECOND);
      throw new UserError('too_many_requests', `too many failed attempts; try again in ${retryAfter} seconds`, {
        retryAfter,
      });
    }
    this.#logins.count(login, now);
    this.#addresses.count(network, now);
  }

  /** The attempt that began has succeeded. */
  succeeded(login: string, address: string): void {
    this.#logins.forget(login);
    this.#addresses.takeBack(networkOf(address));
  }
}

interface Failures {
  readonly count: number;
  readonly latest: number;
  /** Nothing is admitted before. */
  readonly until: number;
}

class Attempts {
  readonly #free: number;
  readonly #failures = new RecentMap<Failures>(REMEMBERED);

  constructor(free: number) {
    this.#free = free;
  }

  /** Milliseconds until another attempt is admitted. */
  wait(who: string, now: number): number {
    return (this.#failures.get(who)?.until ?? 0) - now;
  }

  count(who: string, now: number): void {
    const before = this.#failures.get(who);
    const count = (before === undefined || now - before.latest > MEMORY ? 0 : before.count) + 1;
    const wait = count < this.#free ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - this.#free));
    this.#failures.set(who, { count, latest: now, until: now + wait });
  }

  /** One that was counted was no failure. */
  takeBack(who: string): void {
    const failures = this.#failures.get(who);
    if (failures !== undefined) this.#failures.set(who, { ...failures, count: failures.count - 1, until: 0 });
  }

  forget(who: string): void {
    this.#failures.delete(who);
  }
}
