import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { latestInstant } from '../domain/future.ts';
import { POLL_REACH } from '../domain/window.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { FairQueue } from '../lib/fair-queue.ts';
import { PromiseCache } from '../lib/promise-cache.ts';
import type { FleetGauges } from '../metrics.ts';
import type { StoreCensus } from '../storage/ports/import-session.ts';
import type { Storage } from '../storage/ports/storage.ts';
import { type StoreDirectory, type StoreEntry, storeNamed, visibleEntries } from '../stores/directory.ts';
import { unknownSchedules } from '../stores/known.ts';
import type { AskedInstant, Outages, StateSource } from '../stores/states.ts';
import { type FleetFigures, readFigures } from './figures.ts';
import { type LiveStates, readLive } from './live.ts';
import { FleetOutages } from './outages.ts';
import type { ReadPlanned } from './planned.ts';
import { type FleetSchedule, Schedules } from './schedules.ts';
import { StaleWhileRevalidate } from './stale-while-revalidate.ts';
import { readTimeline, type StoreTimeline, type TimelineRange } from './timeline.ts';
import { nameOf, type Visible } from './visible.ts';

export interface FleetServiceParts {
  readonly storage: Pick<Storage, 'snapshot' | 'gaps'>;
  readonly directory: StoreDirectory;
  readonly log: Logger;
  /** The wall clock, milliseconds. */
  readonly now: () => number;
  /** The monotonic clock, milliseconds. */
  readonly elapsed: () => number;
  /** Milliseconds between two polls of a store. */
  readonly pollInterval: number;
  readonly planned: ReadPlanned;
  /** Questions about an instant that may wait for one requester. */
  readonly waitingPerRequester: number;
}

/** Milliseconds for which a value is fresh, and then for which it is returned while a new one is computed. */
const DATA = { fresh: 1_000, stale: 0 };
const LIVE = { fresh: 5_000, stale: 30_000 };
const FIGURES = { fresh: 60_000, stale: 300_000 };

/** The most past instants, and the most owners, whose values are cached. */
const PAST_STATES = 4;
const PAST_FIGURES = 32;
const OWNERS = 64;

/** Questions about an instant that may wait in all. */
const QUEUE = 500;

/** The state of the data. */
interface DataState {
  readonly revision: number;
  readonly latestPoll: number | undefined;
}

export interface NamedTimeline extends StoreTimeline {
  readonly storeId: string;
}

/** Some stores at one instant. */
export interface FleetView {
  readonly asOf: number;
  readonly entries: readonly StoreEntry[];
  readonly live: LiveStates;
  /** Of these stores; `undefined`: none is known. */
  readonly latestPoll: number | undefined;
  /** When the present self-outage of a prober began; `undefined`: there is none. */
  readonly troubleSince: number | undefined;
  /** The revision of the data behind it, or of slightly older data. */
  readonly revision: number;
}

/**
 * States, figures and timelines of stores. Present states are a few seconds old and present figures up to a minute;
 * nothing is computed more often than that, or twice at a time.
 */
export class FleetService implements StateSource {
  readonly pollInterval: number;
  readonly #storage: Pick<Storage, 'snapshot' | 'gaps'>;
  readonly #directory: StoreDirectory;
  readonly #schedules: Schedules;
  readonly #planned: ReadPlanned;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #data: StaleWhileRevalidate<DataState>;
  readonly #live: StaleWhileRevalidate<LiveStates>;
  readonly #trouble: StaleWhileRevalidate<number | undefined>;
  readonly #census: StaleWhileRevalidate<StoreCensus>;
  readonly #pastStates = new PromiseCache<LiveStates>(PAST_STATES);
  readonly #latestPolls = new PromiseCache<number | undefined>(OWNERS);
  /** By the set of visible stores. */
  readonly #figures = new LRUCache<string, StaleWhileRevalidate<FleetFigures>>({ max: OWNERS });
  readonly #pastFigures = new PromiseCache<FleetFigures>(PAST_FIGURES);
  /** Computations over all stores. */
  readonly #walks: FairQueue;
  /** Computations over one store, which are short and do not wait for the others. */
  readonly #timelines: FairQueue;

  constructor(parts: FleetServiceParts) {
    const { storage, directory, log, now, elapsed, pollInterval, planned, waitingPerRequester } = parts;
    const limits = { perRequester: waitingPerRequester, total: QUEUE };
    this.#walks = new FairQueue(limits);
    this.#timelines = new FairQueue(limits);
    this.pollInterval = pollInterval;
    this.#storage = storage;
    this.#directory = directory;
    this.#schedules = new Schedules(storage, directory);
    this.#planned = planned;
    this.#log = log;
    this.#now = now;
    this.#elapsed = elapsed;
    this.#data = this.#revalidated(DATA, () => this.#readData());
    this.#live = this.#revalidated(LIVE, () => this.#readLive(this.#now()));
    this.#census = this.#revalidated(FIGURES, () => storage.snapshot((snapshot) => snapshot.census(), 'background'));
    this.#trouble = this.#revalidated(LIVE, () => this.#troubleAt(this.#now()));
  }

  /** Drops what was computed before the wall clock was set. */
  drop(): void {
    for (const made of [this.#data, this.#live, this.#trouble, ...this.#figures.values()]) made.drop();
  }

  /** The server's clock. */
  now(): number {
    return this.#now();
  }

  /** The latest poll of the visible stores. @throws UserError `conflict` if there is none */
  async latestPoll(stores: Visible): Promise<number> {
    const { revision, latestPoll } = await this.#data.get();
    const latest =
      stores === 'all'
        ? latestPoll
        : await this.#latestPolls.get(`${revision} ${nameOf(stores)}`, () =>
            this.#storage.snapshot((s) => s.latestPollOf([...stores], latestInstant(this.#now()))),
          );
    if (latest !== undefined) return latest;
    const where = stores === 'all' ? 'in the database' : 'of your stores';
    throw new UserError('conflict', `there are no polls ${where}, so there is no latest one; leave out "as_of"`);
  }

  /** @throws UserError as `FairQueue.run` does */
  async states(asked: AskedInstant | undefined): Promise<LiveStates> {
    if (asked === undefined) return this.#live.get();
    const { asOf, requester } = asked;
    const { revision } = await this.#data.get();
    return this.#inTurn(this.#pastStates, requester, `states ${revision} ${asOf}`, () => this.#readLive(asOf));
  }

  /** @throws UserError as `FairQueue.run` does */
  async outages(stores: Visible, asked: AskedInstant | undefined): Promise<Outages> {
    const [live, figures] = await Promise.all([this.states(asked), this.figures(stores, asked)]);
    return new FleetOutages(live, figures);
  }

  /** The visible stores with their states. */
  async view(stores: Visible, asked: AskedInstant | undefined): Promise<FleetView> {
    const [live, directory, { revision }, troubleSince] = await Promise.all([
      this.states(asked),
      this.#directory.current(),
      this.#data.get(),
      asked === undefined ? this.#trouble.get() : this.#troubleAt(asked.asOf),
    ]);
    const entries = visibleEntries(directory, stores);
    const latestPoll = stores === 'all' ? live.latestPoll : live.latestPollOf(entries);
    return { asOf: live.asOf, entries, live, latestPoll, troubleSince, revision };
  }

  /**
   * The figures of the visible stores; no others are read.
   *
   * @throws UserError as `FairQueue.run` does
   */
  async figures(stores: Visible, asked: AskedInstant | undefined): Promise<FleetFigures> {
    const name = nameOf(stores);
    if (asked !== undefined) {
      const { asOf, requester } = asked;
      const { revision } = await this.#data.get();
      const question = `figures ${revision} ${name} ${asOf}`;
      return this.#inTurn(this.#pastFigures, requester, question, () => this.#readFigures(stores, asOf));
    }
    // Principals who see the same stores share these, and wait in one turn.
    const now = `figures now ${name}`;
    const make = async () => this.#walks.run(now, now, () => this.#readFigures(stores, this.#now()));
    const figures = this.#figures.get(name) ?? this.#revalidated(FIGURES, make);
    this.#figures.set(name, figures);
    return figures.get();
  }

  /**
   * Explains one of the visible stores.
   *
   * @param range within the eight days before `asOf`
   * @param requester takes turns with the others; `undefined`: the range ends now, and the request does not queue
   * @throws UserError `not_found`, `invalid_input` when no store can have such an id; as `FairQueue.run` does
   */
  async timeline(
    stores: Visible,
    storeId: string,
    range: TimelineRange,
    requester: string | undefined,
  ): Promise<NamedTimeline> {
    const read = () => this.#readTimeline(stores, storeId, range);
    if (requester === undefined) return read();
    const question = JSON.stringify([nameOf(stores), storeId, range]);
    return this.#timelines.run(requester, question, read);
  }

  async #readTimeline(stores: Visible, storeId: string, range: TimelineRange): Promise<NamedTimeline> {
    const fleet = await this.#schedules.current();
    const store = storeNamed(fleet.directory, stores, storeId);
    const timeline = await this.#storage.snapshot((snapshot) =>
      readTimeline(snapshot, fleet, store.key, range, this.pollInterval),
    );
    return { ...timeline, storeId: store.id };
  }

  /** The schedules of all stores, as current as the directory. */
  schedules(): Promise<FleetSchedule> {
    return this.#schedules.current();
  }

  /** How many stores each feed knows; at most a minute old. */
  census(): Promise<StoreCensus> {
    return this.#census.get();
  }

  /** The gauges of a scrape; a few seconds old at most. */
  async gauges(): Promise<FleetGauges> {
    const { live, entries, latestPoll } = await this.view('all', undefined);
    return {
      states: live.count(entries),
      offlineReasons: live.countReasons(entries),
      unknown: unknownSchedules(entries, this.#now()),
      pollAge: latestPoll === undefined ? undefined : (this.#now() - latestPoll) / 1_000,
    };
  }

  async #troubleAt(instant: number): Promise<number | undefined> {
    const [gap] = await this.#storage.gaps.list(instant, instant + 1);
    return gap?.from;
  }

  async #readData(): Promise<DataState> {
    return this.#storage.snapshot(async (snapshot) => ({
      revision: await snapshot.revision(),
      latestPoll: await snapshot.latestPoll(latestInstant(this.#now())),
    }));
  }

  async #readLive(asOf: number): Promise<LiveStates> {
    const fleet = await this.#schedules.current();
    const planned = await this.#planned(fleet, asOf, asOf);
    return this.#storage.snapshot(
      (snapshot) => readLive(snapshot, fleet, asOf, this.pollInterval, planned),
      'background',
    );
  }

  async #readFigures(stores: Visible, asOf: number): Promise<FleetFigures> {
    const fleet = await this.#schedules.current();
    const entries = visibleEntries(fleet.directory, stores);
    const planned = await this.#planned(fleet, asOf - POLL_REACH, asOf);
    return this.#storage.snapshot(
      (snapshot) => readFigures(snapshot, fleet, entries, asOf, this.pollInterval, planned),
      'background',
    );
  }

  /** Gives the remembered answer, or computes it in a turn of this requester or of another who waits for the same. */
  #inTurn<T>(
    answers: PromiseCache<T>,
    requester: string | undefined,
    question: string,
    work: () => Promise<T>,
  ): Promise<T> {
    this.#walks.join(requester, question);
    return answers.get(question, () => this.#walks.run(requester, question, work));
  }

  #revalidated<T>(
    times: { readonly fresh: number; readonly stale: number },
    make: () => Promise<T>,
  ): StaleWhileRevalidate<T> {
    return new StaleWhileRevalidate({
      ...times,
      compute: make,
      elapsed: this.#elapsed,
      onError: (error) => this.#log.warn({ reason: messageOf(error) }, 'fleet refresh failed; serving stale data'),
    });
  }
}
