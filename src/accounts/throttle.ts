import { UserError } from '../lib/errors.ts';
import { RecentMap } from '../lib/recent-map.ts';
import { neighborhoodOf, networkOf } from './addresses.ts';

const SECOND = 1_000;
/** So many failures are free. Behind one address may sit a whole office. */
const FREE = { login: 5, device: 5, address: 20, code: 5 };
/** The first wait; each further failure doubles it. */
const FIRST_WAIT = 5 * SECOND;
const LONGEST_WAIT = 15 * 60 * SECOND;
/** What was quiet for so long starts afresh. */
const MEMORY = 60 * 60 * SECOND;
/** The most counters of a kind; older ones are forgotten. */
const REMEMBERED = 50_000;

/** Who tries to prove who it is. */
export interface Claim {
  readonly login: string;
  /** Where the claim comes from. */
  readonly address: string;
  /** The browser, where the login has signed in from it before. */
  readonly device: string | undefined;
}

/** An attempt under way. One of these ends it; a second one does nothing. */
export interface Attempt {
  /** What was shown does not match. */
  failed(): void;
  succeeded(): void;
  /** It could not be compared: nothing was learned by it, so nothing counts. */
  cancelled(): void;
}

/**
 * Makes guessing slow without denying sign-in to anybody else. Guesses for a login count in the network that they come
 * from; a browser in which the login has signed in before has a counter of its own, whatever others do. Kept in the
 * memory of this server.
 */
export class SignInThrottle {
  readonly #logins = new Counters(FREE.login);
  readonly #devices = new Counters(FREE.device);
  readonly #addresses = new Counters(FREE.address);
  readonly #codes = new Counters(FREE.code);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Begins an attempt. Until it ends it counts as failed, so that many at once are no way around the limit.
   *
   * @throws UserError `too_many_requests` with the seconds to wait; then nothing counts
   */
  begin({ login, address, device }: Claim): Attempt {
    const own =
      device === undefined
        ? { counters: this.#logins, who: `${neighborhoodOf(address)} ${login}` }
        : { counters: this.#devices, who: `${device} ${login}` };
    // A known browser does not depend on what its neighbors do either.
    const shared = device === undefined ? [{ counters: this.#addresses, who: networkOf(address) }] : [];
    return beginAt([own, ...shared], own, this.#now);
  }

  /**
   * The same for the code of a second factor, which follows on the password. A code is short: those who know the password
   * get this many tries from all networks together, a known browser apart.
   *
   * @throws UserError `too_many_requests`
   */
  beginCode({ login, device }: Claim): Attempt {
    const own = { counters: this.#codes, who: `${device ?? ''} ${login}` };
    return beginAt([own], own, this.#now);
  }
}

interface Place {
  readonly counters: Counters;
  readonly who: string;
}

/** @param own starts afresh when the attempt succeeds; the other places only forget the attempt */
function beginAt(places: readonly Place[], own: Place, now: () => number): Attempt {
  const began = now();
  const wait = Math.max(...places.map(({ counters, who }) => counters.wait(who, began)));
  if (wait > 0) {
    const retryAfter = Math.ceil(wait / SECOND);
    throw new UserError('too_many_requests', `too many failed attempts; try again in ${retryAfter} seconds`, {
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
  /** When the last one failed. */
  readonly latest: number;
  /** Attempts under way, and when the last of them began. */
  readonly pending: number;
  readonly began: number;
}

const NONE: Failures = { count: 0, latest: 0, pending: 0, began: 0 };

class Counters {
  readonly #free: number;
  readonly #failures = new RecentMap<Failures>(REMEMBERED);

  constructor(free: number) {
    this.#free = free;
  }

  /** Milliseconds until another attempt is admitted. */
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
