import { Background } from './background.ts';
import { Lanes } from './lanes.ts';
import { Observer } from './observer.ts';
import { PollWriter } from './poll-writer.ts';
import type { PollerParts, PollerSettings, PollerStats } from './poller-parts.ts';
import { Roster } from './roster.ts';
import { RosterKeeper } from './roster-keeper.ts';
import { STEP_INTERVAL, Timetable, type Turn } from './timetable.ts';
import { TroubleWatch } from './trouble.ts';

/**
 * Polls stores, each once in every slot of its own. Time moves by `step`, so that a test can be any hour of any day;
 * `start` steps by itself.
 */
export class Poller {
  readonly #parts: PollerParts;
  readonly #roster: Roster;
  readonly #keeper: RosterKeeper;
  readonly #timetable: Timetable;
  readonly #lanes: Lanes<Turn>;
  readonly #observer: Observer;
  readonly #writer: PollWriter;
  readonly #trouble: TroubleWatch;
  readonly #background = new Background();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PollerParts, settings: PollerSettings) {
    this.#parts = parts;
    const { prober, gaps, control, log } = parts;
    const { interval, concurrency, perHost, folder, server } = settings;
    const roster = new Roster(interval, prober.rule);
    const lanes = new Lanes<Turn>({ total: concurrency, perHost }, (turn) => this.#observer.observe(turn));
    const timetable = new Timetable(roster, interval, (turn) => lanes.add(turn.store.host, turn));
    const background = this.#background;
    this.#roster = roster;
    this.#lanes = lanes;
    this.#timetable = timetable;
    this.#keeper = new RosterKeeper({ roster, timetable, interval }, background, parts);
    this.#writer = new PollWriter({ ...parts, folder, interval });
    this.#trouble = new TroubleWatch({ gaps, server, log, control, timeout: prober.rule.timeout });
    const [writer, trouble] = [this.#writer, this.#trouble];
    this.#observer = new Observer({ ...parts, roster, timetable, trouble, writer, background, interval });
  }

  /** Takes up what the last program left, and begins. */
  async start(): Promise<void> {
    await this.open();
    this.#timer = setInterval(() => this.step(), STEP_INTERVAL);
  }

  /** Takes up what the last program left; what happens next is up to whoever calls `step`. */
  async open(): Promise<void> {
    const { log, peers, now } = this.#parts;
    const recovered = await this.#writer.catchUp(peers !== undefined);
    if (recovered > 0) log.info({ polls: recovered }, 'polls that were written down only are in the database now');
    await this.#trouble.open(now(), peers === undefined);
  }

  /** Gives up what is under way, and writes down what is known. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timetable.end();
    this.#lanes.clear();
    await this.#lanes.settled();
    await this.#writer.close(this.#keeper.lapsed);
    await this.#background.settled();
    await this.#trouble.close(this.#parts.now());
    await this.#parts.peers?.leave().catch(() => {});
  }

  /** Does what is to be done at this moment, or begins to. */
  step(): void {
    const now = this.#parts.now();
    this.#keeper.step(now);
    this.#observer.watchTrouble(now);
    if (!this.#keeper.busy) {
      this.#timetable.beginDue(now);
      this.#timetable.beginOverdue(now);
    }
    this.#timetable.beginConfirmations(now);
    this.#observer.judge(now);
    if (this.#parts.peers?.holdsLease(now) ?? true) this.#writer.store(this.#keeper.lapsed);
    if (this.#writer.pending === 0) this.#keeper.forgive();
  }

  /** Resolves when nothing is under way that does not wait for a later moment. */
  async settled(): Promise<void> {
    do {
      await this.#background.settled();
      await this.#lanes.settled();
      await this.#writer.settled();
      await this.#trouble.settled();
    } while (this.#background.size + this.#lanes.running + this.#lanes.waiting > 0);
  }

  stats(): PollerStats {
    return {
      ...this.#observer.counts,
      inactiveReasons: this.#observer.reasons,
      stores: this.#roster.size,
      running: this.#lanes.running,
      waiting: this.#lanes.waiting + this.#timetable.overdue,
      pending: this.#writer.pending,
      writeFailures: this.#writer.failures,
      troubleSince: this.#trouble.since,
    };
  }
}
