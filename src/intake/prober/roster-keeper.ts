import { messageOf } from '../../lib/errors.ts';
import type { Background } from './background.ts';
import { BEAT_INTERVAL } from './members.ts';
import type { PollerParts } from './poller-parts.ts';
import type { ProbeTarget, Roster, Watched } from './roster.ts';
import { slotAt } from './slots.ts';
import type { Timetable } from './timetable.ts';

/** The list of stores is looked at so often. */
const REFRESH_INTERVAL = 60_000;

type Surroundings = Pick<PollerParts, 'membership' | 'targets' | 'history' | 'log'>;

/** Keeps the roster as the fleet is, and as the servers share it: reads what others have polled, and takes that over. */
export class RosterKeeper {
  readonly #roster: Roster;
  readonly #timetable: Timetable;
  readonly #interval: number;
  readonly #background: Background;
  readonly #parts: Surroundings;
  #share: string | undefined;
  #targets: Iterable<ProbeTarget> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #beatAt = Number.NEGATIVE_INFINITY;
  #lapsed = false;

  constructor(
    { roster, timetable, interval }: { roster: Roster; timetable: Timetable; interval: number },
    background: Background,
    parts: Surroundings,
  ) {
    this.#roster = roster;
    this.#timetable = timetable;
    this.#interval = interval;
    this.#background = background;
    this.#parts = parts;
  }

  /** While stores are being taken over, nobody knows yet which of them have been polled. */
  get busy(): boolean {
    return this.#background.has('roster');
  }

  /** Whether others may have polled this server's stores since `forgive` was called. */
  get lapsed(): boolean {
    return this.#lapsed;
  }

  forgive(): void {
    this.#lapsed = false;
  }

  step(now: number): void {
    this.#keepMembership(now);
    this.#keepRoster(now);
  }

  #keepMembership(now: number): void {
    const { membership, log } = this.#parts;
    if (membership === undefined || now < this.#beatAt + BEAT_INTERVAL) return;
    this.#background.once('membership', async () => {
      this.#beatAt = now;
      try {
        await membership.beat(now);
        if (membership.takeLapse()) this.#lapsed = true;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'other servers cannot be told that this one polls');
      }
    });
  }

  #keepRoster(now: number): void {
    const { membership, log } = this.#parts;
    const share = membership === undefined ? 'all' : membership.share(now);
    if (share === this.#share && now < this.#refreshedAt + REFRESH_INTERVAL) return;
    this.#background.once('roster', async () => {
      try {
        await this.#refresh(share, now);
        this.#share = share;
        this.#refreshedAt = now;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'the list of stores cannot be read; trying again soon');
      }
    });
  }

  async #refresh(share: string | undefined, now: number): Promise<void> {
    const { membership, targets, log } = this.#parts;
    const owns = (id: string) => share !== undefined && (membership?.owns(id) ?? true);
    const given = await targets();
    if (given === this.#targets && share === this.#share) return;
    const acquired = await this.#roster.replace(given, owns);
    if (this.#roster.known === 0) log.warn('no store has a URL to probe: set PROBE_URL, or the probe_url of stores');
    if (acquired.length > 0) {
      try {
        await this.#takeOver(acquired, now);
      } catch (error) {
        // They are this server's only when it knows when they were polled.
        for (const store of acquired) store.mine = false;
        throw error;
      }
    }
    this.#targets = given;
  }

  async #takeOver(acquired: readonly Watched[], now: number): Promise<void> {
    const { history, log } = this.#parts;
    await history.forEach(now - 2 * this.#interval, (id, instant, active) => {
      const store = this.#roster.find(id);
      if (store === undefined) return;
      store.slot = Math.max(store.slot, slotAt(instant, store.offset, this.#interval));
      store.down = !active;
      store.failing = !active;
    });
    this.#timetable.takeOver(acquired, now);
    log.info({ stores: acquired.length, overdue: this.#timetable.overdue, of: this.#roster.size }, 'stores taken over');
  }
}
