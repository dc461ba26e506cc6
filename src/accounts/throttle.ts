import { LRUCache } from 'lru-cache';
import { UserError } from '../lib/errors.ts';
import { counted } from '../lib/text.ts';
import { neighborhoodOf, networkOf } from './addresses.ts';

const SECOND = 1_000;
/** Failures without a delay. One address can serve a whole office. */
const FREE = { login: 5, device: 5, address: 20, code: 5, reset: 10 };
/** The first delay; each further failure doubles it. */
const FIRST_WAIT = 5 * SECOND;
const LONGEST_WAIT = 15 * 60 * SECOND;
/** Failures expire after this long without another one. */
const MEMORY = 60 * 60 * SECOND;
/** The most counters per kind; the oldest are dropped. */
const REMEMBERED = 50_000;

/** An attempt to prove an identity. */
export interface IdentityClaim {
  readonly login: string;
  /** The client address. */
  readonly address: string;
  /** The browser ID, if the login has signed in from this browser before. */
  readonly device: string | undefined;
}

/** An attempt in progress. The first of these calls ends it; further calls have no effect. */
export interface Attempt {
  /** The credentials do not match. */
  failed(): void;
  succeeded(): void;
  /** The credentials could not be checked, so the attempt does not count. */
  cancelled(): void;
}

/**
 * Slows down guessing without locking out the user. Guesses for a login count per network; a browser in which the
 * login has signed in before has its own counter. The counters live in the memory of this server.
 */
export class SignInThrottle {
  readonly #logins = new Counters(FREE.login);
  readonly #devices = new Counters(FREE.device);
  readonly #addresses = new Counters(FREE.address);
  readonly #codes = new Counters(FREE.code);
  readonly #resets = new Counters(FREE.reset);
  readonly #elapsed: () => number;

  /** @param elapsed the monotonic clock, milliseconds */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /**
   * Starts an attempt. It counts as failed until it ends, so concurrent attempts cannot bypass the limit.
   *
   * @throws UserError `too_many_requests` with the seconds to wait; the attempt does not count then
   */
  begin({ login, address, device }: IdentityClaim): Attempt {
    const own =
      device === undefined
        ? { counters: this.#logins, who: `${neighborhoodOf(address)} ${login}` }
        : { counters: this.#devices, who: `${device} ${login}` };
    // A known browser does not depend on others at the same address either.
    const shared = device === undefined ? [{ counters: this.#addresses, who: networkOf(address) }] : [];
    return beginAt([own, ...shared], own, this.#elapsed);
  }

  /**
   * Starts an attempt with a second-factor code, after the password. Codes are short, so all networks share one counter;
   * a known browser has its own.
   *
   * @throws UserError `too_many_requests`
   */
  beginCode({ login, device }: IdentityClaim): Attempt {
    const own = { counters: this.#codes, who: `${device ?? ''} ${login}` };
    return beginAt([own], own, this.#elapsed);
  }

  /** Counts a request for a password reset from an address, whatever it names. @throws UserError `too_many_requests` */
  countReset(address: string): void {
    const own = { counters: this.#resets, who: networkOf(address) };
    beginAt([own], own, this.#elapsed).failed();
  }
}

interface Place {
  readonly counters: Counters;
  readonly who: string;
}

/** @param own reset if the attempt succeeds; the other places only drop the attempt */
function beginAt(places: readonly Place[], own: Place, now: () => number): Attempt {
  const began = now();
  const wait = Math.max(...places.map(({ counters, who }) => counters.wait(who, began)));
  if (wait > 0) {
    const retryAfter = Math.ceil(wait / SECOND);
    throw new UserError('too_many_requests', `too many attempts; try again in ${counted(retryAfter, 'second')}`, {
      retryAfter,
    });
  }
  for (const { counters, who } of places) counters.begin(who, began);
  let over = false;
  const end = (each: (place: Place) => void) => {
    if (over) return;
    over = true;
    for (const place of places) each(place);
  };
  const release = ({ counters, who }: Place) => counters.release(who);
  return {
    failed: () => end(({ counters, who }) => counters.fail(who, now())),
    cancelled: () => end(release),
    succeeded: () => end((place) => (place === own ? own.counters.forget(own.who) : release(place))),
  };
}

interface Failures {
  readonly count: number;
  /** When the last attempt failed. */
  readonly latest: number;
  /** Attempts in progress, and when the last of them started. */
  readonly pending: number;
  readonly began: number;
}

const NONE: Failures = { count: 0, latest: 0, pending: 0, began: 0 };

class Counters {
  readonly #free: number;
  /** With `max`, the cache would reserve memory for all of them at once. */
  readonly #failures = new LRUCache<string, Failures>({ maxSize: REMEMBERED, sizeCalculation: () => 1 });

  constructor(free: number) {
    this.#free = free;
  }

  /** Milliseconds until the next attempt is allowed. */
  wait(who: string, now: number): number {
    const { count, latest, pending, began } = this.#of(who, now);
    const all = count + pending;
    if (all < this.#free) return 0;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (all - this.#free));
    return Math.max(latest, pending > 0 ? began : 0) + wait - now;
  }

  begin(who: string, now: number): void {
    const failures = this.#of(who, now);
    this.#failures.set(who, { ...failures, pending: failures.pending + 1, began: now });
  }

  fail(who: string, now: number): void {
    const { count, pending, began } = this.#of(who, now);
    this.#failures.set(who, { count: count + 1, latest: now, pending: Math.max(0, pending - 1), began });
  }

  release(who: string): void {
    const failures = this.#failures.get(who);
    if (failures === undefined) return;
    const pending = Math.max(0, failures.pending - 1);
    if (pending === 0 && failures.count === 0) this.#failures.delete(who);
    else this.#failures.set(who, { ...failures, pending });
  }

  forget(who: string): void {
    this.#failures.delete(who);
  }

  #of(who: string, now: number): Failures {
    const failures = this.#failures.get(who) ?? NONE;
    return failures.pending === 0 && now - failures.latest > MEMORY ? NONE : failures;
  }
}
