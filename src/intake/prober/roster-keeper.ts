import { messageOf } from '../../lib/errors.ts';
import type { Background } from './background.ts';
import { HEARTBEAT_INTERVAL } from './peers.ts';
import type { PollerParts } from './poller-parts.ts';
import type { ProbeTarget, Roster, Watched } from './roster.ts';
import { slotAt } from './slots.ts';
import type { Timetable } from './timetable.ts';

/** The list of stores is looked at so often. */
const REFRESH_INTERVAL = 60_000;

type Surroundings = Pick<PollerParts, 'peers' | 'targets' | 'history' | 'log'>;

/** Keeps the roster as the fleet is, and as the servers assignment it: reads what others have polled, and takes that over. */
export class RosterKeeper {
  readonly #roster: Roster;
  readonly #timetable: Timetable;
  readonly #interval: number;
  readonly #background: Background;
  readonly #parts: Surroundings;
  #assignment: string | undefined;
  #targets: Iterable<ProbeTarget> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #heartbeatAt = Number.NEGATIVE_INFINITY;
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
    this.#sendHeartbeat(now);
    this.#keepRoster(now);
  }

  #sendHeartbeat(now: number): void {
    const { peers, log } = this.#parts;
    if (peers === undefined || now < this.#heartbeatAt + HEARTBEAT_INTERVAL) return;
    this.#background.once('peers', async () => {
      this.#heartbeatAt = now;
      try {
        await peers.heartbeat(now);
        if (peers.takeLapse()) this.#lapsed = true;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'heartbeat failed; other servers may take over the stores of this one');
      }
    });
  }

  #keepRoster(now: number): void {
    const { peers, log } = this.#parts;
    const assignment = peers === undefined ? 'all' : peers.assignment(now);
    if (assignment === this.#assignment && now < this.#refreshedAt + REFRESH_INTERVAL) return;
    this.#background.once('roster', async () => {
      try {
        await this.#refresh(assignment, now);
        this.#assignment = assignment;
        this.#refreshedAt = now;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'the list of stores cannot be read; trying again soon');
      }
    });
  }

  async #refresh(assignment: string | undefined, now: number): Promise<void> {
    const { peers, targets, log } = this.#parts;
    const owns = (id: string) => assignment !== undefined && (peers?.owns(id) ?? true);
    const given = await targets();
    if (given === this.#targets && assignment === this.#assignment) return;
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
