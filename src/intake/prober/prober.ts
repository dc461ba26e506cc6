import type { Timer } from '../../lib/world/ports.ts';
import { every, waitAtMost } from '../../lib/world/timers.ts';
import { Background } from './background.ts';
import { GapRecorder } from './gap-recorder.ts';
import { MissedSlots } from './missed-slots.ts';
import { PerHostLimiter } from './per-host-limiter.ts';
import { PollWriter, type PollWriterHealth } from './poll-writer.ts';
import { ProbeRunner } from './probe-runner.ts';
import { ProbeScheduler, STEP_INTERVAL } from './probe-scheduler.ts';
import type { ProbeTask } from './probe-task.ts';
import type { ProberDependencies, ProberSettings, ProberStats } from './prober-dependencies.ts';
import { SelfOutageDetector } from './self-outage.ts';
import { TargetRefresher } from './target-refresher.ts';
import { TargetSchedule } from './target-schedule.ts';

/** How long `stop` waits for probes that run, milliseconds: as long as a probe takes by default. */
const STOP_WAIT = 10_000;

/**
 * Polls each store once in every slot. Each call of `step` does what is due at the current time of the given clock;
 * after `start`, it is called automatically.
 */
export class Prober {
  readonly #dependencies: ProberDependencies;
  readonly #background = new Background();
  readonly #schedule: TargetSchedule;
  readonly #scheduler: ProbeScheduler;
  readonly #refresher: TargetRefresher;
  readonly #writer: PollWriter;
  readonly #selfOutage: SelfOutageDetector;
  readonly #gaps: GapRecorder;
  readonly #missed: MissedSlots;
  readonly #runner: ProbeRunner;
  readonly #limiter: PerHostLimiter<ProbeTask>;
  #timer: Timer | undefined;
  /** It may be stopped before it has started. */
  #stopped = false;
  /** The wall clock was set, or was not trusted: slots may have begun unnoticed, or lie in the future. */
  #mustRestart = false;

  constructor(dependencies: ProberDependencies, settings: ProberSettings) {
    const { client, clock, control, log } = dependencies;
    const { interval, concurrency, perHost, folder, server } = settings;
    const background = this.#background;
    const schedule = new TargetSchedule(interval, client.rule);
    const gaps = new GapRecorder(dependencies);
    const missed = new MissedSlots({ clock, gaps, server, interval, log });
    const scheduler = new ProbeScheduler(schedule, interval, missed);
    const refresher = new TargetRefresher({ ...dependencies, schedule, scheduler, background, interval });
    const writer = new PollWriter({ ...dependencies, folder, interval });
    const selfOutage = new SelfOutageDetector({ clock, gaps, server, log, control, timeout: client.rule.timeout });
    const runner = new ProbeRunner({ ...dependencies, schedule, scheduler, selfOutage, missed, writer, background });
    this.#dependencies = dependencies;
    this.#schedule = schedule;
    this.#scheduler = scheduler;
    this.#refresher = refresher;
    this.#writer = writer;
    this.#selfOutage = selfOutage;
    this.#gaps = gaps;
    this.#missed = missed;
    this.#runner = runner;
    this.#limiter = new PerHostLimiter({ total: concurrency, perHost }, (task) => runner.run(task));
    clock.onStep(() => {
      this.#mustRestart = true;
    });
  }

  /** Recovers what an earlier process left, and starts to probe. */
  async start(): Promise<void> {
    await this.open();
    if (this.#stopped) return;
    this.#timer = every(STEP_INTERVAL, () => this.step());
  }

  /** Recovers what an earlier process left. After this, the caller calls `step`. */
  async open(): Promise<void> {
    const { log, peers } = this.#dependencies;
    const recovered = await this.#writer.recover(peers !== undefined);
    if (recovered > 0) log.info({ polls: recovered }, 'recovered polls from the day file');
    await this.#gaps.open(peers === undefined);
  }

  /** Drops the tasks that wait, lets those that run end if they do soon, and stores their polls. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    this.#scheduler.stop();
    this.#limiter.clear();
    await waitAtMost(STOP_WAIT, this.#limiter.settled());
    await this.#writer.close(this.#refresher.lapsed);
    await this.#background.settled();
    await this.#selfOutage.close();
    await this.#gaps.close();
    await this.#dependencies.peers?.leave().catch(() => {});
  }

  /** Starts what is due now. While the wall clock is not trusted, nothing is probed and nothing is stored. */
  step(): void {
    const { clock, peers } = this.#dependencies;
    const { trusted } = clock;
    const elapsed = clock.elapsed();
    this.#refresher.step(elapsed);
    if (!trusted) {
      // Slots that begin in the meantime are found again by the clock that is trusted then.
      this.#mustRestart = true;
      return;
    }
    const now = clock.now();
    if (this.#mustRestart) {
      this.#mustRestart = false;
      this.#scheduler.restart(now);
    }
    this.#runner.detectSelfOutage(elapsed);
    if (!this.#refresher.busy) {
      this.#begin(this.#scheduler.takeDue(now));
      this.#begin(this.#scheduler.takeOverdue());
    }
    this.#begin(this.#scheduler.takeConfirmations(elapsed));
    this.#runner.judgeSuspects(elapsed);
    if (this.#selfOutage.since === undefined) this.#begin(this.#scheduler.takeRetries(now));
    this.#gaps.step();
    if (peers?.holdsLease(elapsed) ?? true) this.#writer.flush(this.#refresher.lapsed);
    if (this.#writer.pending === 0) this.#refresher.clearLapse();
  }

  /** Resolves when everything has ended that does not wait for a later time. */
  async settled(): Promise<void> {
    do {
      await this.#background.settled();
      await this.#limiter.settled();
      await this.#writer.settled();
      await this.#selfOutage.settled();
      await this.#gaps.settled();
    } while (this.#background.size + this.#limiter.running + this.#limiter.waiting > 0);
  }

  stats(): ProberStats {
    return {
      ...this.#runner.counts,
      skipped: this.#missed.count,
      inactiveReasons: this.#runner.reasons,
      stores: this.#schedule.size,
      running: this.#limiter.running,
      waiting: this.#limiter.waiting + this.#scheduler.overdue,
      pending: this.#writer.pending,
      writeFailures: this.#writer.failures,
      selfOutageSince: this.#selfOutage.since,
    };
  }

  /** From the last real outcome of each write. */
  health(): PollWriterHealth {
    return this.#writer.health();
  }

  #begin(tasks: readonly ProbeTask[]): void {
    for (const task of tasks) this.#limiter.add(task.target.host, task);
  }
}
