import { latestInstant } from '../../domain/future.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Background } from './background.ts';
import { HEARTBEAT_INTERVAL } from './peers.ts';
import type { ProbeScheduler } from './probe-scheduler.ts';
import type { ProberDependencies } from './prober-dependencies.ts';
import type { Target } from './target.ts';
import type { StoreUrl, TargetSchedule } from './target-schedule.ts';

/** Milliseconds between two reads of the list of stores. */
const REFRESH_INTERVAL = 60_000;

export interface TargetRefresherDependencies
  extends Pick<ProberDependencies, 'peers' | 'stores' | 'history' | 'log' | 'clock'> {
  readonly schedule: TargetSchedule;
  readonly scheduler: ProbeScheduler;
  readonly background: Background;
  /** Milliseconds between two polls of a store. */
  readonly interval: number;
}

/** Keeps the targets up to date with the list of stores and with what is assigned to this server. */
export class TargetRefresher {
  readonly #dependencies: TargetRefresherDependencies;
  #assignment: string | undefined;
  #stores: Iterable<StoreUrl> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #heartbeatAt = Number.NEGATIVE_INFINITY;
  #lapsed = false;

  constructor(dependencies: TargetRefresherDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whether targets are being taken over. Until that is done, it is not known which of them have been polled. */
  get busy(): boolean {
    return this.#dependencies.background.has('refresh');
  }

  /** Whether peers may have polled this server's stores since `clearLapse` was called. */
  get lapsed(): boolean {
    return this.#lapsed;
  }

  clearLapse(): void {
    this.#lapsed = false;
  }

  /** @param elapsed the monotonic clock */
  step(elapsed: number): void {
    this.#sendHeartbeat(elapsed);
    this.#refresh(elapsed);
  }

  #sendHeartbeat(elapsed: number): void {
    const { peers, background, log } = this.#dependencies;
    if (peers === undefined || elapsed < this.#heartbeatAt + HEARTBEAT_INTERVAL) return;
    background.once('heartbeat', async () => {
      this.#heartbeatAt = elapsed;
      try {
        await peers.heartbeat(elapsed);
        if (peers.takeLapse()) this.#lapsed = true;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'heartbeat failed; peers may take over the stores of this server');
      }
    });
  }

  #refresh(elapsed: number): void {
    const { peers, background, log } = this.#dependencies;
    const assignment = peers === undefined ? 'all' : peers.assignment(elapsed);
    if (assignment === this.#assignment && elapsed < this.#refreshedAt + REFRESH_INTERVAL) return;
    background.once('refresh', async () => {
      try {
        await this.#update(assignment);
        this.#assignment = assignment;
        this.#refreshedAt = elapsed;
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'cannot read the list of stores; trying again');
      }
    });
  }

  async #update(assignment: string | undefined): Promise<void> {
    const { peers, stores: readStores, schedule, log } = this.#dependencies;
    const isOwn = (id: string) => assignment !== undefined && (peers?.owns(id) ?? true);
    const stores = await readStores();
    if (stores === this.#stores && assignment === this.#assignment) return;
    const acquired = await schedule.update(stores, isOwn);
    if (schedule.known === 0) log.warn('no store has a URL to probe: set PROBE_URL, or the probe_url of stores');
    if (acquired.length > 0) {
      try {
        await this.#takeOver(acquired);
      } catch (error) {
        // Without the stored polls, it is not known which slots have been polled.
        for (const target of acquired) target.unassign();
        throw error;
      }
    }
    this.#stores = stores;
  }

  async #takeOver(acquired: readonly Target[]): Promise<void> {
    const { clock, history, schedule, scheduler, interval, log } = this.#dependencies;
    const now = clock.now();
    // A poll that a wrong clock has put into the future says nothing about the slots until then.
    const latest = latestInstant(now);
    await history.forEach(now - 2 * interval, (id, instant, active) => {
      if (instant <= latest) schedule.find(id)?.restorePoll(instant, active);
    });
    scheduler.addOverdue(acquired, now);
    log.info({ stores: acquired.length, overdue: scheduler.overdue, of: schedule.size }, 'stores taken over');
  }
}
