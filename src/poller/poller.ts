import { messageOf } from '../errors.ts';
import { ENOUGH_SITES } from './evidence.ts';
import { Fifo } from './fifo.ts';
import { Lanes } from './lanes.ts';
import { BEAT_INTERVAL } from './members.ts';
import { PollWriter } from './poll-writer.ts';
import type { PollerParts, PollerSettings, PollerStats } from './poller-parts.ts';
import type { Outcome } from './probe.ts';
import { Roster, type Watched } from './roster.ts';
import { slotAt } from './slots.ts';
import { type Suspect, TroubleWatch } from './trouble.ts';

/** Milliseconds after which a store that seems inactive is probed again. */
export const CONFIRM_AFTER = 30_000;
const STEP_INTERVAL = 250;
/** The list of stores is looked at so often. */
const REFRESH_INTERVAL = 60_000;
/** What is overdue at the start is made up for in this part of an interval, or with so many probes a second. */
const CATCH_UP_PART = 10;
const CATCH_UP_RATE = 50;

interface Job {
  readonly store: Watched;
  readonly slot: number;
  /** It seemed inactive before. */
  readonly confirming: boolean;
}

interface Waiting {
  readonly store: Watched;
  readonly slot: number;
  readonly at: number;
}

interface Held extends Suspect {
  readonly store: Watched;
  readonly slot: number;
  readonly instant: number;
}

/**
 * Polls stores, each once in every slot of its own. Time moves by `step`, so that a test can be any hour of any day;
 * `start` steps by itself.
 */
export class Poller {
  readonly #parts: PollerParts;
  readonly #settings: PollerSettings;
  readonly #roster: Roster;
  readonly #lanes: Lanes<Job>;
  readonly #writer: PollWriter;
  readonly #trouble: TroubleWatch;
  readonly #background = new Map<string, Promise<void>>();
  readonly #overdue = new Fifo<Watched>();
  readonly #confirmations = new Fifo<Waiting>();
  #held: Held[] = [];
  #missed: { store: Watched; slot: number }[] = [];
  #share: string | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #beatAt = Number.NEGATIVE_INFINITY;
  #dueUntil: number | undefined;
  #catchUpCredit = 0;
  #lapsed = false;
  #witnessesAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #counts = { probes: 0, active: 0, inactive: 0, unobserved: 0, skipped: 0 };

  constructor(parts: PollerParts, settings: PollerSettings) {
    this.#parts = parts;
    this.#settings = settings;
    const { prober, gaps, control, log } = parts;
    this.#roster = new Roster(settings.interval, prober.rule);
    this.#lanes = new Lanes({ total: settings.concurrency, perHost: settings.perHost }, (job) => this.#run(job));
    this.#writer = new PollWriter({ ...parts, folder: settings.folder, interval: settings.interval });
    this.#trouble = new TroubleWatch({ gaps, server: settings.server, log, control, timeout: prober.rule.timeout });
  }

  /** Takes up what the last program left, and begins. */
  async start(): Promise<void> {
    await this.open();
    this.#timer = setInterval(() => this.step(), STEP_INTERVAL);
  }

  /** Takes up what the last program left; what happens next is up to whoever calls `step`. */
  async open(): Promise<void> {
    const { log, gaps, membership, now } = this.#parts;
    const recovered = await this.#writer.catchUp(membership !== undefined);
    if (recovered > 0) log.info({ polls: recovered }, 'polls that were written down only are in the database now');
    await gaps.endAbandoned(now() - 5 * REFRESH_INTERVAL);
  }

  /** Gives up what is under way, and writes down what is known. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#overdue.clear();
    this.#lanes.clear();
    await this.#lanes.settled();
    await this.#writer.settled();
    this.#writer.store(this.#lapsed);
    await this.#writer.close();
    await Promise.all(this.#background.values());
    await this.#trouble.close(this.#parts.now());
    await this.#parts.membership?.leave().catch(() => {});
  }

  /** Does what is to be done at this moment, or begins to. */
  step(): void {
    const now = this.#parts.now();
    this.#keepMembership(now);
    this.#keepRoster(now);
    this.#trouble.step(now, this.#held.length > 0, this.#roster.sites);
    this.#watchTrouble(now);
    // While stores are being taken over, nobody knows yet which of them have been polled.
    if (!this.#background.has('roster')) {
      this.#beginDue(now);
      this.#beginOverdue(now);
    }
    this.#confirm(now);
    this.#judgeHeld(now);
    this.#beginMissed(now);
    if (this.#parts.membership?.holds(now) ?? true) this.#writer.store(this.#lapsed);
    if (this.#writer.pending === 0) this.#lapsed = false;
  }

  /** Resolves when nothing is under way that does not wait for a later moment. */
  async settled(): Promise<void> {
    do {
      await Promise.all(this.#background.values());
      await this.#lanes.settled();
      await this.#writer.settled();
      await this.#trouble.settled();
    } while (this.#background.size + this.#lanes.running + this.#lanes.waiting > 0);
  }

  stats(): PollerStats {
    return {
      ...this.#counts,
      stores: this.#roster.size,
      running: this.#lanes.running,
      waiting: this.#lanes.waiting + this.#overdue.length,
      pending: this.#writer.pending,
      writeFailures: this.#writer.failures,
      troubleSince: this.#trouble.since,
    };
  }

  #keepMembership(now: number): void {
    const { membership, log } = this.#parts;
    if (membership === undefined || now < this.#beatAt + BEAT_INTERVAL) return;
    this.#once('membership', async () => {
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
    const { membership } = this.#parts;
    const share = membership === undefined ? 'all' : membership.share(now);
    if (share === this.#share && now < this.#refreshedAt + REFRESH_INTERVAL) return;
    this.#once('roster', async () => {
      try {
        await this.#refresh(share, now);
        this.#share = share;
        this.#refreshedAt = now;
      } catch (error) {
        this.#parts.log.warn({ reason: messageOf(error) }, 'the list of stores cannot be read; trying again soon');
      }
    });
  }

  async #refresh(share: string | undefined, now: number): Promise<void> {
    const { membership, targets, history, log } = this.#parts;
    const owns = (id: string) => share !== undefined && (membership?.owns(id) ?? true);
    const acquired = this.#roster.replace(await targets(), owns);
    if (this.#roster.known === 0) log.warn('no store has a URL to probe: set PROBE_URL, or the probe_url of stores');
    if (acquired.length === 0) return;
    const { interval } = this.#settings;
    await history.forEach(now - 2 * interval, (id, instant, active) => {
      const store = this.#roster.find(id);
      if (store === undefined) return;
      store.slot = Math.max(store.slot, slotAt(instant, store.offset, interval));
      store.down = !active;
      store.failing = !active;
    });
    for (const store of acquired) {
      if (store.slot < slotAt(now, store.offset, interval)) this.#overdue.push(store);
    }
    log.info({ stores: acquired.length, overdue: this.#overdue.length, of: this.#roster.size }, 'stores taken over');
  }

  #beginDue(now: number): void {
    const from = this.#dueUntil ?? now;
    this.#dueUntil = now;
    const late = now - from >= this.#settings.interval;
    for (const store of late ? this.#roster.overdue(now) : this.#roster.dueWithin(from, now)) this.#begin(store, now);
  }

  /** At a measured pace: it may be the whole fleet. */
  #beginOverdue(now: number): void {
    const perSecond = Math.max(CATCH_UP_RATE, (this.#roster.size * CATCH_UP_PART * 1_000) / this.#settings.interval);
    this.#catchUpCredit = Math.min(this.#catchUpCredit + (perSecond * STEP_INTERVAL) / 1_000, perSecond);
    while (this.#overdue.length > 0 && this.#catchUpCredit >= 1) {
      this.#catchUpCredit--;
      const store = this.#overdue.shift();
      if (store !== undefined) this.#begin(store, now);
    }
  }

  #begin(store: Watched, now: number): void {
    const slot = slotAt(now, store.offset, this.#settings.interval);
    if (!store.mine || store.slot >= slot) return;
    store.slot = slot;
    this.#lanes.add(store.host, { store, slot, confirming: false });
  }

  #confirm(now: number): void {
    for (
      let next = this.#confirmations.peek();
      next !== undefined && next.at <= now;
      next = this.#confirmations.peek()
    ) {
      this.#confirmations.shift();
      this.#lanes.add(next.store.host, { store: next.store, slot: next.slot, confirming: true });
    }
  }

  #judgeHeld(now: number): void {
    const sites = this.#roster.sites;
    this.#held = this.#held.filter((held) => {
      if (!held.store.mine) return false;
      const verdict = this.#trouble.judge(held, now, sites);
      if (verdict === 'down') this.#record(held.store, held.instant, false);
      if (verdict === 'trouble') this.#miss(held.store, held.slot, held.startedAt);
      return verdict === 'wait';
    });
  }

  /** What could not be observed is tried again once the trouble is over. */
  #beginMissed(now: number): void {
    if (this.#trouble.since !== undefined) return;
    for (const { store, slot } of this.#missed.splice(0)) {
      if (slot !== slotAt(now, store.offset, this.#settings.interval)) continue;
      this.#lanes.add(store.host, { store, slot, confirming: false });
    }
  }

  async #run({ store, slot, confirming }: Job): Promise<void> {
    if (!store.mine) return;
    if (slot < store.slot) {
      this.#counts.skipped++;
      return;
    }
    const startedAt = this.#parts.now();
    if (confirming && this.#trouble.wantsWitnesses(startedAt)) this.#askWitnesses(store.site);
    const outcome = await this.#probe(store);
    const now = this.#parts.now();
    const { site } = store;
    if (!store.failing || isReached(outcome)) this.#note(site, startedAt, outcome);
    if (outcome.kind === 'active') this.#record(store, now, true);
    else if (outcome.kind === 'unobserved') this.#counts.unobserved++;
    else if (outcome.kind !== 'says_inactive' && this.#trouble.since !== undefined) {
      this.#miss(store, slot, startedAt);
    } else if (!confirming) this.#confirmations.push({ store, slot, at: now + CONFIRM_AFTER });
    else if (outcome.kind === 'says_inactive') this.#record(store, now, false);
    else if (outcome.kind === 'cut_off') this.#counts.unobserved++;
    else this.#held.push({ store, slot, instant: now, startedAt, site });
  }

  async #probe({ id, url, host }: Watched): Promise<Outcome> {
    this.#counts.probes++;
    try {
      const outcome = await this.#parts.prober.probe(id, url);
      this.#parts.log.debug({ store_id: id, host, ...outcome }, 'probed');
      return outcome;
    } catch (error) {
      this.#parts.log.error({ err: error, store_id: id }, 'a probe went wrong');
      return { kind: 'unobserved', reason: 'an internal error' };
    }
  }

  #note(site: string, startedAt: number, outcome: Outcome): void {
    if (outcome.kind !== 'unobserved') this.#trouble.note(site, startedAt, isReached(outcome));
  }

  /** Probes some stores of other sites to learn about the network; what they answer is no poll. */
  #askWitnesses(except?: string): void {
    const startedAt = this.#parts.now();
    this.#once('witnesses', async () => {
      const witnesses = this.#roster.witnesses(ENOUGH_SITES, except);
      await Promise.all(witnesses.map(async (store) => this.#note(store.site, startedAt, await this.#probe(store))));
    });
  }

  /** Whether trouble is over shows soonest where it is asked for. */
  #watchTrouble(now: number): void {
    if (this.#trouble.since === undefined || now < this.#witnessesAt + CONFIRM_AFTER) return;
    this.#witnessesAt = now;
    this.#askWitnesses();
  }

  #record(store: Watched, instant: number, active: boolean): void {
    store.down = !active;
    store.failing = !active;
    this.#counts[active ? 'active' : 'inactive']++;
    this.#writer.add({ storeId: store.id, instant, active });
  }

  #miss(store: Watched, slot: number, at: number): void {
    this.#counts.unobserved++;
    this.#missed.push({ store, slot });
    store.failing = true;
    this.#trouble.missed(at);
  }

  /** Runs `work`, which must not reject, unless it is running already. */
  #once(name: string, work: () => Promise<void>): void {
    if (this.#background.has(name)) return;
    this.#background.set(
      name,
      work().finally(() => this.#background.delete(name)),
    );
  }
}

function isReached({ kind }: Outcome): boolean {
  return kind === 'active' || kind === 'says_inactive';
}
