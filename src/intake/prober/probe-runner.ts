import { type InactiveReason, reasonText } from '../../domain/reasons.ts';
import type { Background } from './background.ts';
import { ENOUGH_SITES } from './evidence.ts';
import type { MissedSlots } from './missed-slots.ts';
import type { PollWriter } from './poll-writer.ts';
import type { Outcome } from './probe-client.ts';
import { CONFIRM_AFTER, type ProbeScheduler } from './probe-scheduler.ts';
import type { ProbeTask } from './probe-task.ts';
import type { ProberDependencies } from './prober-dependencies.ts';
import type { SelfOutageDetector, Suspect } from './self-outage.ts';
import type { Target } from './target.ts';
import type { TargetSchedule } from './target-schedule.ts';

/** An outcome that makes a poll inactive. */
type InactiveOutcome = Extract<Outcome, { kind: 'says_inactive' | 'failed' }>;

/** A target that failed twice, until it is decided whether the store or the monitor was down. */
interface SuspectTarget extends Suspect {
  /** The outcome of the second probe, and when it arrived, on the wall clock. */
  readonly outcome: InactiveOutcome;
  readonly instant: number;
  readonly target: Target;
  readonly slot: number;
}

export interface ProbeRunnerDependencies extends Pick<ProberDependencies, 'client' | 'log' | 'clock'> {
  readonly schedule: TargetSchedule;
  readonly scheduler: ProbeScheduler;
  readonly selfOutage: SelfOutageDetector;
  readonly missed: MissedSlots;
  readonly writer: Pick<PollWriter, 'add'>;
  readonly background: Background;
}

/** A reason why targets are not observed is logged once in this time, and at most this many reasons are. */
const LOG_AGAIN = 60 * 60_000;
const MAX_LOGGED_REASONS = 20;

/** Runs probe tasks and decides what follows: a poll, a second probe, or nothing if the monitor itself was down. */
export class ProbeRunner {
  readonly #dependencies: ProbeRunnerDependencies;
  readonly #counts = { probes: 0, active: 0, inactive: 0, unobserved: 0 };
  readonly #reasons = new Map<InactiveReason, number>();
  #suspects: SuspectTarget[] = [];
  #referencesAt = Number.NEGATIVE_INFINITY;
  readonly #loggedReasons = new Set<string>();
  #loggedSince = Number.NEGATIVE_INFINITY;

  constructor(dependencies: ProbeRunnerDependencies) {
    this.#dependencies = dependencies;
  }

  get counts(): Readonly<Record<'probes' | 'active' | 'inactive' | 'unobserved', number>> {
    return this.#counts;
  }

  /** Inactive polls by reason. */
  get reasons(): ReadonlyMap<InactiveReason, number> {
    return this.#reasons;
  }

  /** Never rejects. */
  async run(task: ProbeTask): Promise<void> {
    const { target, isConfirmation } = task;
    if (!target.isAssigned) {
      target.dropTask();
      return;
    }
    const { selfOutage, scheduler, clock, missed } = this.#dependencies;
    const startedAt = clock.elapsed();
    if (isConfirmation && selfOutage.needsReferences(startedAt)) this.#probeReferences(target.site);
    const outcome = await this.#probe(target);
    if (!clock.trusted) {
      // It is not known when this was.
      scheduler.retry(target, target.dropTask());
      return;
    }
    const now = clock.now();
    const slot = target.slotAt(now);
    if (!target.isFailing || isReached(outcome)) this.#addEvidence(target.site, startedAt, outcome);
    const isSelfOutage = selfOutage.since !== undefined && !isConclusive(outcome);
    if (outcome.kind !== 'active' && outcome.kind !== 'unobserved' && !isSelfOutage && !isConfirmation) {
      scheduler.confirm(target, clock.elapsed());
      return;
    }
    missed.add('late', target.endTask(now));
    if (isSelfOutage) this.#retryLater(target, slot, startedAt);
    else if (outcome.kind === 'active') this.#record(target, now, undefined);
    else if (outcome.kind === 'says_inactive') this.#record(target, now, outcome);
    else if (outcome.kind === 'failed') {
      this.#suspects.push({ target, slot, instant: now, startedAt, site: target.site, outcome });
    } else {
      this.#counts.unobserved++;
      if (outcome.kind === 'cut_off') missed.add('fault');
      this.#logUnobserved(target, outcome.reason);
    }
  }

  /** Detects self-outages. During one, reference probes find its end. @param elapsed the monotonic clock */
  detectSelfOutage(elapsed: number): void {
    const { selfOutage, schedule } = this.#dependencies;
    selfOutage.step(elapsed, this.#suspects.length > 0, schedule.sites);
    if (selfOutage.since === undefined || elapsed < this.#referencesAt + CONFIRM_AFTER) return;
    this.#referencesAt = elapsed;
    this.#probeReferences();
  }

  /** Judges the targets that failed twice. @param elapsed the monotonic clock */
  judgeSuspects(elapsed: number): void {
    const { selfOutage, schedule } = this.#dependencies;
    this.#suspects = this.#suspects.filter((suspect) => {
      if (!suspect.target.isAssigned) return false;
      const judgment = selfOutage.judge(suspect, elapsed, schedule.sites);
      if (judgment === 'down') this.#record(suspect.target, suspect.instant, suspect.outcome);
      if (judgment === 'self_outage') this.#retryLater(suspect.target, suspect.slot, suspect.startedAt);
      return judgment === 'undecided';
    });
  }

  /** Probes targets on other sites to test the network. The outcomes are not polls. */
  #probeReferences(exceptSite?: string): void {
    const { schedule, background, clock } = this.#dependencies;
    const startedAt = clock.elapsed();
    background.once('references', async () => {
      const targets = schedule.references(ENOUGH_SITES, exceptSite);
      await Promise.all(
        targets.map(async (target) => this.#addEvidence(target.site, startedAt, await this.#probe(target))),
      );
    });
  }

  async #probe({ id, url, host }: Target): Promise<Outcome> {
    const { client, log } = this.#dependencies;
    this.#counts.probes++;
    try {
      const outcome = await client.probe(id, url);
      log.debug({ store_id: id, host, ...outcome }, 'probed');
      return outcome;
    } catch (error) {
      log.error({ err: error, store_id: id }, 'probe failed with an internal error');
      return { kind: 'unobserved', reason: 'an internal error', code: 'internal' };
    }
  }

  /** Explains why a store, or the whole fleet, has no polls. */
  #logUnobserved({ id, host }: Target, reason: string): void {
    const elapsed = this.#dependencies.clock.elapsed();
    if (elapsed >= this.#loggedSince + LOG_AGAIN) {
      this.#loggedReasons.clear();
      this.#loggedSince = elapsed;
    }
    if (this.#loggedReasons.has(reason) || this.#loggedReasons.size >= MAX_LOGGED_REASONS) return;
    this.#loggedReasons.add(reason);
    const { log } = this.#dependencies;
    log.warn({ store_id: id, host, reason }, 'store could not be observed; repeats suppressed for 1 h');
  }

  #addEvidence(site: string, startedAt: number, outcome: Outcome): void {
    if (outcome.kind === 'unobserved') return;
    this.#dependencies.selfOutage.addResult(site, startedAt, isReached(outcome));
  }

  /** @param outcome `undefined`: the store is active */
  #record(target: Target, instant: number, outcome?: InactiveOutcome): void {
    const active = outcome === undefined;
    if (outcome !== undefined && !target.isDown) this.#logInactive(target, outcome);
    target.setState(active);
    this.#counts[active ? 'active' : 'inactive']++;
    if (outcome !== undefined) this.#reasons.set(outcome.code, (this.#reasons.get(outcome.code) ?? 0) + 1);
    const reason = outcome === undefined ? undefined : reasonText(outcome.code, outcome.detail);
    this.#dependencies.writer.add({ storeId: target.id, instant, active, reason });
  }

  #logInactive({ id, host }: Target, { code, detail, reason }: InactiveOutcome): void {
    this.#dependencies.log.info({ store_id: id, host, code, detail, reason }, 'store became inactive');
  }

  /** A failure during a self-outage says nothing about the store. */
  #retryLater(target: Target, slot: number, at: number): void {
    const { scheduler, selfOutage } = this.#dependencies;
    this.#counts.unobserved++;
    scheduler.retry(target, slot);
    target.markFailing();
    selfOutage.addUnobserved(at);
  }
}

/** Whether it says something about the store even during a self-outage. */
function isConclusive({ kind }: Outcome): boolean {
  return kind === 'active' || kind === 'says_inactive' || kind === 'unobserved';
}

function isReached({ kind }: Outcome): boolean {
  return kind === 'active' || kind === 'says_inactive';
}
