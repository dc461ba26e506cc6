import { Fifo } from '../../lib/fifo.ts';
import type { ProbeTask } from './probe-task.ts';
import type { Target } from './target.ts';
import type { TargetSchedule } from './target-schedule.ts';

interface Confirmation {
  readonly task: ProbeTask;
  /** On the monotonic clock. */
  readonly at: number;
}

/** Milliseconds between two steps of the prober. */
export const STEP_INTERVAL = 250;
/** Milliseconds after which a target that seems inactive is probed again. */
export const CONFIRM_AFTER = 30_000;
/** Overdue targets are probed within this fraction of an interval, or at this many a second if that is faster. */
const CATCH_UP_FRACTION = 10;
const CATCH_UP_RATE = 50;

/**
 * Decides when each target is probed: when its slot begins; when it is overdue, at a limited rate; again after 30
 * seconds if it seemed inactive; and again after a self-outage.
 */
export class ProbeScheduler {
  readonly #schedule: TargetSchedule;
  readonly #interval: number;
  readonly #overdue = new Fifo<Target>();
  readonly #confirmations = new Fifo<Confirmation>();
  #retries: ProbeTask[] = [];
  #dueUntil: number | undefined;
  #catchUpCredit = 0;

  /** @param interval milliseconds between two polls of a store */
  constructor(schedule: TargetSchedule, interval: number) {
    this.#schedule = schedule;
    this.#interval = interval;
  }

  /** How many overdue targets are waiting. */
  get overdue(): number {
    return this.#overdue.length;
  }

  /** Queues those of some newly assigned targets that are overdue. */
  addOverdue(targets: readonly Target[], now: number): void {
    for (const target of targets) if (target.isOverdue(now)) this.#overdue.push(target);
  }

  /** Begins anew after the wall clock was set: targets that were not polled in the slot of `now` are overdue. */
  restart(now: number): void {
    this.#schedule.forgetFutureSlots(now);
    this.#dueUntil = now;
    this.#overdue.clear();
    this.addOverdue(this.#schedule.overdue(now), now);
  }

  /** The tasks of targets whose slot has begun since the last call. */
  takeDue(now: number): ProbeTask[] {
    const from = this.#dueUntil ?? now;
    this.#dueUntil = now;
    const missedSlots = now - from >= this.#interval;
    return tasksOf(missedSlots ? this.#schedule.overdue(now) : this.#schedule.dueWithin(from, now), now);
  }

  /** The tasks of overdue targets, as many as the rate allows. Call this once in every `STEP_INTERVAL`. */
  takeOverdue(now: number): ProbeTask[] {
    const perSecond = Math.max(CATCH_UP_RATE, (this.#schedule.size * CATCH_UP_FRACTION * 1_000) / this.#interval);
    this.#catchUpCredit = Math.min(this.#catchUpCredit + (perSecond * STEP_INTERVAL) / 1_000, perSecond);
    const targets: Target[] = [];
    while (this.#catchUpCredit >= 1) {
      const target = this.#overdue.shift();
      if (target === undefined) break;
      this.#catchUpCredit--;
      targets.push(target);
    }
    return tasksOf(targets, now);
  }

  /** The confirmations that are due. @param elapsed the monotonic clock */
  takeConfirmations(elapsed: number): ProbeTask[] {
    const tasks: ProbeTask[] = [];
    for (
      let next = this.#confirmations.peek();
      next !== undefined && next.at <= elapsed;
      next = this.#confirmations.peek()
    ) {
      this.#confirmations.shift();
      tasks.push(next.task);
    }
    return tasks;
  }

  /** The tasks to retry, except those whose slot has ended. */
  takeRetries(now: number): ProbeTask[] {
    return this.#retries.splice(0).filter(({ target, slot }) => slot === target.slotAt(now));
  }

  /** Schedules a second probe of a target that seemed inactive. @param elapsed the monotonic clock */
  confirm({ target, slot }: ProbeTask, elapsed: number): void {
    this.#confirmations.push({ task: { target, slot, isConfirmation: true }, at: elapsed + CONFIRM_AFTER });
  }

  /** Schedules another probe of a target that could not be observed during a self-outage, or while the wall clock was not trusted. */
  retry({ target, slot }: Pick<ProbeTask, 'target' | 'slot'>): void {
    this.#retries.push({ target, slot, isConfirmation: false });
  }

  /** Drops the overdue targets. */
  stop(): void {
    this.#overdue.clear();
  }
}

function tasksOf(targets: Iterable<Target>, now: number): ProbeTask[] {
  const tasks: ProbeTask[] = [];
  for (const target of targets) {
    const slot = target.beginSlot(now);
    if (slot !== undefined) tasks.push({ target, slot, isConfirmation: false });
  }
  return tasks;
}
