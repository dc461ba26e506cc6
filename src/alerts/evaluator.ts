import type { Logger } from 'pino';
import { staleAfter } from '../domain/staleness.ts';
import { plannedTest } from '../fleet/planned.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { WorkLoop } from '../jobs/work-loop.ts';
import { isTemporary, messageOf } from '../lib/errors.ts';
import { untrustedClock } from '../lib/world/clock-watch.ts';
import type { PollBatch, Storage } from '../storage/ports/storage.ts';
import type { StoreEntry } from '../stores/directory.ts';
import type { States } from '../stores/states.ts';
import { type AlertData, Draft, readAlertData } from './draft.ts';
import { writeLetters } from './letters.ts';
import { stepMassOutages } from './mass-outages.ts';
import { speak } from './messages.ts';
import { Recipients } from './recipients.ts';
import { missedPolls, type SightParts, stepSight } from './sight.ts';
import type { StoreFactsParts } from './store-facts.ts';
import { dropOrphans, rangeAround, stepStores } from './store-incidents.ts';
import { UsualDowntime } from './usual-downtime.ts';

export interface EvaluatorParts extends Omit<SightParts, 'storage'> {
  readonly storage: Pick<
    Storage,
    'accounts' | 'alerts' | 'contactPoints' | 'gaps' | 'leases' | 'salesRates' | 'snapshot'
  >;
  readonly schedules: () => Promise<FleetSchedule>;
  /** The present states of all stores. */
  readonly states: () => Promise<States>;
  readonly planned: StoreFactsParts['planned'];
  readonly log: Logger;
  /** The wall clock and the monotonic clock, milliseconds. */
  readonly now: () => number;
  readonly elapsed: () => number;
  /** Whether the wall clock can be relied on. */
  readonly trusted: () => boolean;
  /** This server among those on the same database. */
  readonly server: string;
  /** Called when messages were added. */
  readonly onMessages: () => void;
}

/** Milliseconds between two looks for something that is due. */
const TICK = 2_000;
/** Milliseconds between two evaluations of all stores, for what depends on the clock and for polls of other servers. */
const ROUND = 30_000;
/** How long a server is the one that does so, milliseconds. */
const LEASE = 60_000;
/** How often an evaluation is repeated because another change of alerts came first. */
const ATTEMPTS = 5;

/** Which stores an evaluation looks at: all, or those of new polls by id, with whether one of these is inactive. */
type Scope = ReadonlyMap<string, boolean> | 'all';

/** Another change of alerts came first. */
class Outdated extends Error {}

/**
 * Evaluates the alert rules, after polls were stored and as time goes on. Everything that it remembers is in the
 * database. Each evaluation is committed as a whole at the revision of the alerts that it began with, or not at all: if
 * two servers find the same incident, only one sends a message.
 */
export class Evaluator {
  readonly #parts: EvaluatorParts;
  readonly #usual: UsualDowntime;
  readonly #loop = new WorkLoop(() => this.#run());
  #changed = new Map<string, boolean>();
  #roundAt = Number.NEGATIVE_INFINITY;
  #data: AlertData | undefined;
  #succeededAt = Number.NEGATIVE_INFINITY;

  constructor(parts: EvaluatorParts) {
    this.#parts = parts;
    this.#usual = new UsualDowntime(parts.storage.alerts, parts.elapsed);
  }

  start(): void {
    this.#loop.start(TICK);
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Polls were stored. */
  pollsStored({ ids, active }: Pick<PollBatch, 'ids' | 'active'>): void {
    for (const [i, id] of ids.entries()) this.#note(id, active[i] === 0);
    this.#loop.wake();
  }

  /** Polls of any stores were stored, or anything else has changed. */
  anythingChanged(): void {
    this.#roundAt = Number.NEGATIVE_INFINITY;
    this.#loop.wake();
  }

  /** When an evaluation last ended well, on the monotonic clock. */
  get succeededAt(): number {
    return this.#succeededAt;
  }

  async #run(): Promise<void> {
    if (!this.#parts.trusted()) return;
    const changed = this.#changed;
    this.#changed = new Map();
    try {
      const round = this.#parts.elapsed() - this.#roundAt >= ROUND;
      await this.evaluate(round && (await this.#holdsLease()) ? 'all' : changed);
      if (round) this.#roundAt = this.#parts.elapsed();
      this.#succeededAt = this.#parts.elapsed();
    } catch (error) {
      for (const [id, inactive] of changed) this.#note(id, inactive);
      const fields = isTemporary(error) ? { reason: messageOf(error) } : { err: error };
      this.#parts.log.warn(fields, 'cannot evaluate the alert rules; trying again');
    }
  }

  #note(id: string, inactive: boolean): void {
    this.#changed.set(id, inactive || this.#changed.get(id) === true);
  }

  /** Whether this server does what no poll causes. */
  async #holdsLease(): Promise<boolean> {
    const { storage, server } = this.#parts;
    return (await storage.leases?.take('alerts', server, LEASE)) ?? true;
  }

  /** Evaluates once. @throws what the database throws */
  async evaluate(scope: Scope = 'all'): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(scope);
      } catch (error) {
        if (!(error instanceof Outdated) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #attempt(scope: Scope): Promise<void> {
    const { storage, log, onMessages } = this.#parts;
    const { alerts } = storage;
    const draft = new Draft(await this.#current(), this.#parts.now());
    if (draft.rules.size === 0 && draft.open().length === 0) return;
    await this.#fill(draft, scope);
    if (draft.isEmpty) return;
    // The clock may have been set since the evaluation began.
    if (!this.#parts.trusted()) throw untrustedClock();
    await alerts.changing(async (changes) => {
      if ((await changes.revision()) !== draft.revision) throw new Outdated('the alerts have changed');
      await draft.save(changes);
    });
    log.info(draft.summary, 'alerts');
    onMessages();
  }

  async #current(): Promise<AlertData> {
    const { alerts } = this.#parts.storage;
    if (this.#data === undefined || (await alerts.revision()) !== this.#data.revision) {
      this.#data = await readAlertData(alerts);
    }
    return this.#data;
  }

  async #fill(draft: Draft, scope: Scope): Promise<void> {
    const { storage, schedules, states, pollInterval } = this.#parts;
    const sees = await stepSight(draft, this.#parts);
    const fleet = await schedules();
    const { from, to } = rangeAround(draft.now);
    const planned = await this.#parts.planned(fleet, from, to);
    if (sees) {
      dropOrphans(draft, fleet.directory.byId);
      await storage.snapshot(async (snapshot) => {
        const stores = await this.#candidates(draft, fleet, scope, (oldest) =>
          snapshot.inactiveKeys(oldest, draft.now),
        );
        await stepStores(draft, { alerts: storage.alerts, snapshot, fleet, planned, pollInterval }, stores);
      }, 'background');
      const parts = { directory: fleet.directory, states, usual: this.#usual, pollInterval };
      await stepMassOutages(draft, { ...parts, always: scope === 'all' });
    }
    const isPlanned = plannedTest(planned, fleet.directory, draft.now);
    const letters = await speak(draft, { recipients: new Recipients(storage), isPlanned }, sees);
    if (letters.length === 0) return;
    const salesRates = await storage.salesRates.rates();
    await storage.snapshot((snapshot) =>
      writeLetters(draft, letters, {
        ...{ snapshot, fleet, planned: this.#parts.planned, pollInterval, alerts: storage.alerts },
        salesRates,
        missedPolls: (since, until) => missedPolls(this.#parts, since, until),
      }),
    );
  }

  /**
   * The stores whose incidents may begin or end: those with an open incident, and those with an inactive poll that is not
   * stale.
   */
  async #candidates(
    draft: Draft,
    { directory }: FleetSchedule,
    scope: Scope,
    inactiveSince: (oldest: number) => Promise<Int32Array>,
  ): Promise<StoreEntry[]> {
    const open = new Set(draft.open().flatMap(({ storeId }) => storeId ?? []));
    if (scope !== 'all') {
      const ids = [...scope].flatMap(([id, inactive]) => (inactive || open.has(id) ? [id] : []));
      return ids.flatMap((id) => directory.byId.get(id) ?? []);
    }
    const keys = new Set(await inactiveSince(draft.now - staleAfter(this.#parts.pollInterval) + 1));
    return directory.entries.filter(({ id, key }) => open.has(id) || keys.has(key));
  }
}
