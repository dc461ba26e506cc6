import { type InactiveReason, reasonText } from '../../domain/reasons.ts';
import type { Background } from './background.ts';
import { ENOUGH_SITES } from './evidence.ts';
import type { PollWriter } from './poll-writer.ts';
import type { PollerParts } from './poller-parts.ts';
import type { Outcome } from './probe.ts';
import type { Roster, Watched } from './roster.ts';
import { slotAt } from './slots.ts';
import { CONFIRM_AFTER, type Timetable, type Turn } from './timetable.ts';
import type { Suspect, TroubleWatch } from './trouble.ts';

/** What a probe found that makes a poll inactive. */
type Inactive = Extract<Outcome, { kind: 'says_inactive' | 'failed' }>;

/** A store that failed twice, until it can be told whether that was the store or the monitor. */
interface Held extends Suspect {
  /** What the second probe found. */
  readonly found: Inactive;
  readonly store: Watched;
  readonly slot: number;
  readonly instant: number;
}

export interface ObserverParts extends Pick<PollerParts, 'prober' | 'log' | 'now'> {
  readonly roster: Roster;
  readonly timetable: Timetable;
  readonly trouble: TroubleWatch;
  readonly writer: Pick<PollWriter, 'add'>;
  readonly background: Background;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
}

/** What keeps stores from being observed is logged once in this time, and no more than so many reasons. */
const TELL_AGAIN = 60 * 60_000;
const MOST_REASONS = 20;

/** Probes stores and says what comes of it: a poll, another look, or nothing, where the monitor was in trouble. */
export class Observer {
  readonly #parts: ObserverParts;
  readonly #counts = { probes: 0, active: 0, inactive: 0, unobserved: 0, skipped: 0 };
  readonly #reasons = new Map<InactiveReason, number>();
  #held: Held[] = [];
  #witnessesAt = Number.NEGATIVE_INFINITY;
  readonly #told = new Set<string>();
  #toldSince = Number.NEGATIVE_INFINITY;

  constructor(parts: ObserverParts) {
    this.#parts = parts;
  }

  get counts(): Readonly<Record<'probes' | 'active' | 'inactive' | 'unobserved' | 'skipped', number>> {
    return this.#counts;
  }

  /** Inactive polls by their reasons. */
  get reasons(): ReadonlyMap<InactiveReason, number> {
    return this.#reasons;
  }

  /** Probes a store whose turn it is. Never rejects. */
  async observe(turn: Turn): Promise<void> {
    const { store, slot, confirming } = turn;
    if (!store.mine) return;
    if (slot < store.slot) {
      this.#counts.skipped++;
      return;
    }
    const { trouble, timetable, now: clock } = this.#parts;
    const startedAt = clock();
    if (confirming && trouble.wantsWitnesses(startedAt)) this.#askWitnesses(store.site);
    const outcome = await this.#probe(store);
    const now = clock();
    const { site } = store;
    if (!store.failing || isReached(outcome)) this.#note(site, startedAt, outcome);
    if (outcome.kind === 'active') this.#record(turn, now, undefined);
    else if (outcome.kind === 'unobserved') {
      this.#counts.unobserved++;
      this.#tell(store, outcome.reason, now);
    } else if (outcome.kind !== 'says_inactive' && trouble.since !== undefined) this.#miss(turn, startedAt);
    else if (!confirming) timetable.confirm(turn, now);
    else if (outcome.kind === 'says_inactive') this.#record(turn, now, outcome);
    else if (outcome.kind === 'cut_off') this.#counts.unobserved++;
    else this.#held.push({ store, slot, instant: now, startedAt, site, found: outcome });
  }

  /** Looks whether the monitor is in trouble. That it is over shows soonest where it is asked for. */
  watchTrouble(now: number): void {
    const { trouble, roster } = this.#parts;
    trouble.step(now, this.#held.length > 0, roster.sites);
    if (trouble.since === undefined || now < this.#witnessesAt + CONFIRM_AFTER) return;
    this.#witnessesAt = now;
    this.#askWitnesses();
  }

  /** Judges the stores that failed twice. What could not be observed has another turn when the trouble is over. */
  judge(now: number): void {
    const { trouble, roster, timetable } = this.#parts;
    this.#held = this.#held.filter((held) => {
      if (!held.store.mine) return false;
      const verdict = trouble.judge(held, now, roster.sites);
      if (verdict === 'down') this.#record(held, held.instant, held.found);
      if (verdict === 'trouble') this.#miss(held, held.startedAt);
      return verdict === 'wait';
    });
    if (trouble.since === undefined) timetable.beginMissed(now);
  }

  /** Probes some stores of other sites to learn about the network; what they answer is no poll. */
  #askWitnesses(except?: string): void {
    const { roster, background, now } = this.#parts;
    const startedAt = now();
    background.once('witnesses', async () => {
      const witnesses = roster.witnesses(ENOUGH_SITES, except);
      await Promise.all(witnesses.map(async (store) => this.#note(store.site, startedAt, await this.#probe(store))));
    });
  }

  async #probe({ id, url, host }: Watched): Promise<Outcome> {
    const { prober, log } = this.#parts;
    this.#counts.probes++;
    try {
      const outcome = await prober.probe(id, url);
      log.debug({ store_id: id, host, ...outcome }, 'probed');
      return outcome;
    } catch (error) {
      log.error({ err: error, store_id: id }, 'a probe went wrong');
      return { kind: 'unobserved', reason: 'an internal error', code: 'internal' };
    }
  }

  /** Else nobody would know why a store, or the whole fleet, has no polls. */
  #tell({ id, host }: Watched, reason: string, now: number): void {
    if (now >= this.#toldSince + TELL_AGAIN) {
      this.#told.clear();
      this.#toldSince = now;
    }
    if (this.#told.has(reason) || this.#told.size >= MOST_REASONS) return;
    this.#told.add(reason);
    this.#parts.log.warn(
      { store_id: id, host, reason },
      'a store is not observed; the like is not told again for an hour',
    );
  }

  #note(site: string, startedAt: number, outcome: Outcome): void {
    if (outcome.kind !== 'unobserved') this.#parts.trouble.note(site, startedAt, isReached(outcome));
  }

  /** A poll is that of the slot in which its answer came, which may be the next one: then nobody asks again in that. */
  #record({ store, slot }: Pick<Turn, 'store' | 'slot'>, instant: number, found: Inactive | undefined): void {
    const active = found === undefined;
    if (found !== undefined && !store.down) this.#tellDown(store, found);
    store.down = !active;
    store.failing = !active;
    const answered = slotAt(instant, store.offset, this.#parts.interval);
    if (answered > slot && store.slot >= answered) {
      this.#counts.skipped++;
      return;
    }
    store.slot = Math.max(store.slot, answered);
    this.#counts[active ? 'active' : 'inactive']++;
    if (found !== undefined) this.#reasons.set(found.code, (this.#reasons.get(found.code) ?? 0) + 1);
    const reason = found === undefined ? undefined : reasonText(found.code, found.detail);
    this.#parts.writer.add({ storeId: store.id, instant, active, reason });
  }

  #tellDown({ id, host }: Watched, { code, detail, reason }: Inactive): void {
    this.#parts.log.info({ store_id: id, host, code, detail, reason }, 'a store has become inactive');
  }

  #miss(missed: Pick<Turn, 'store' | 'slot'>, at: number): void {
    this.#counts.unobserved++;
    this.#parts.timetable.miss(missed);
    missed.store.failing = true;
    this.#parts.trouble.missed(at);
  }
}

function isReached({ kind }: Outcome): boolean {
  return kind === 'active' || kind === 'says_inactive';
}
