import { Fifo } from '../../lib/fifo.ts';
import type { MissedSlots } from './missed-slots.ts';
import type { ProbeTask } from './probe-task.ts';
import type { Target } from './target.ts';
import type { TargetSchedule } from './target-schedule.ts';

interface Confirmation {
  readonly task: ProbeTask;
  /** On the monotonic clock. */
  readonly at: number;
}

interface Retry {
  readonly target: Target;
  readonly slot: number;
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
  readonly #missed: Pick<MissedSlots, 'add'>;
  readonly #overdue = new Fifo<Target>();
  readonly #confirmations = new Fifo<Confirmation>();
  #retries: Retry[] = [];
  #dueUntil: number | undefined;
  #catchUpCredit = 0;

  /** @param interval milliseconds between two polls of a store */
  constructor(schedule: TargetSchedule, interval: number, missed: Pick<MissedSlots, 'add'>) {
    this.#missed = missed;
    this.#schedule = schedule;
    this.#interval = interval;
  }

  /** How many overdue targets are waiting. */
  get overdue(): number {
    return this.#overdue.length;
  }

  /** Queues those of some newly assigned targets that are overdue. Their tasks have begun, so none is forgotten. */
  addOverdue(targets: readonly Target[], now: number): void {
    for (const target of targets) if (target.beginSlot(now)) this.#overdue.push(target);
  }

  /** Begins anew after the wall clock was set or was not trusted: targets that were not polled in the slot of `now` are overdue. */
  restart(now: number): void {
    this.#schedule.clockWasSet(now);
    this.#dueUntil = now;
    this.addOverdue(this.#schedule.overdue(now), now);
  }

  /** The tasks of targets whose slot has begun since the last call. */
  takeDue(now: number): ProbeTask[] {
    const from = this.#dueUntil ?? now;
    this.#dueUntil = now;
    if (now - from < this.#interval) return this.#tasksOf(this.#schedule.dueWithin(from, now), now);
    const overdue = this.#schedule.overdue(now);
    for (const target of overdue) {
      const passed = target.slotAt(now) - target.slotAt(from) - 1;
      this.#missed.add('paused', Math.max(passed, target.moveTask(now)));
    }
    return this.#tasksOf(overdue, now);
  }

  /** The tasks of overdue targets, as many as the rate allows. Call this once in every `STEP_INTERVAL`. */
  takeOverdue(): ProbeTask[] {
    const perSecond = Math.max(CATCH_UP_RATE, (this.#schedule.size * CATCH_UP_FRACTION * 1_000) / this.#interval);
    this.#catchUpCredit = Math.min(this.#catchUpCredit + (perSecond * STEP_INTERVAL) / 1_000, perSecond);
    const tasks: ProbeTask[] = [];
    while (this.#catchUpCredit >= 1) {
      const target = this.#overdue.shift();
      if (target === undefined) break;
      this.#catchUpCredit--;
      tasks.push({ target, isConfirmation: false });
    }
    return tasks;
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
    const due = this.#retries.splice(0).filter(({ target, slot }) => target.retrySlot(slot, now));
    return due.map(({ target }) => ({ target, isConfirmation: false }));
  }

  /** Schedules a second probe of a target that seemed inactive. @param elapsed the monotonic clock */
  confirm(target: Target, elapsed: number): void {
    this.#confirmations.push({ task: { target, isConfirmation: true }, at: elapsed + CONFIRM_AFTER });
  }

  /** Schedules another probe of a target that could not be observed during a self-outage, or while the wall clock was not trusted. */
  retry(target: Target, slot: number): void {
    this.#retries.push({ target, slot });
  }

  /** Drops the overdue targets. */
  stop(): void {
    this.#overdue.clear();
  }

  /** A target whose task has not ended gets no second one, and the slots that have ended in the meantime are missed. */
  #tasksOf(targets: Iterable<Target>, now: number): ProbeTask[] {
    const tasks: ProbeTask[] = [];
    for (const target of targets) {
      this.#missed.add('late', target.moveTask(now));
      if (target.beginSlot(now)) tasks.push({ target, isConfirmation: false });
    }
    return tasks;
  }
}
