import { offsetOf, slotAt } from './slots.ts';

/** Where a target is probed. The targets on one host share one object: a large fleet takes less memory that way. */
export interface TargetLocation {
  readonly host: string;
  readonly site: string;
}

/** Not polled yet. A small integer, which V8 stores in the object itself. */
const NEVER = -1;

/** A store as the prober sees it. Only its own methods change its state. */
export class Target {
  readonly id: string;
  /** Milliseconds from the start of each interval to the start of this target's slot. */
  readonly offset: number;
  readonly #interval: number;
  #url: string | undefined;
  #location: TargetLocation;
  /** The last slot that a probe task was begun for, or that has a poll. */
  #slot = NEVER;
  #isDown = false;
  #isFailing = false;
  #isAssigned = false;
  #isBusy = false;

  /**
   * @param interval milliseconds between two polls
   * @param url its own URL; `undefined`: it is probed at the fleet's URL
   */
  constructor(id: string, interval: number, url: string | undefined, location: TargetLocation) {
    this.id = id;
    this.offset = offsetOf(id, interval);
    this.#interval = interval;
    this.#url = url;
    this.#location = location;
  }

  get url(): string | undefined {
    return this.#url;
  }

  get host(): string {
    return this.#location.host;
  }

  get site(): string {
    return this.#location.site;
  }

  /** Whether its last poll was inactive. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Whether its last probe failed, even during a self-outage. If so, another failure says nothing about the network. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** `false`: it was removed, or is assigned to a peer. */
  get isAssigned(): boolean {
    return this.#isAssigned;
  }

  slotAt(instant: number): number {
    return slotAt(instant, this.offset, this.#interval);
  }

  /** Whether no probe task was begun for the current slot. */
  isOverdue(now: number): boolean {
    return this.#slot < this.slotAt(now);
  }

  /**
   * To be called when the wall clock was set. Forgets a slot that lies in the future now: the target is overdue then,
   * unless a probe task runs, which is for the current slot from now on.
   */
  clockWasSet(now: number): void {
    if (this.#isBusy) this.#slot = this.slotAt(now);
    else if (this.#slot > this.slotAt(now)) this.#slot = NEVER;
  }

  /**
   * Moves a probe task that has not ended to the current slot, so that a target never has two of them. Returns how many
   * slots have ended in the meantime.
   */
  moveTask(now: number): number {
    return this.#isBusy && this.#isAssigned ? this.#takeSlot(now) : 0;
  }

  /** Begins the task again in the slot of `now` if that is `slot`, and no other task runs. */
  retrySlot(slot: number, now: number): boolean {
    if (!this.#isAssigned || this.#isBusy || slot !== this.slotAt(now)) return false;
    this.#isBusy = true;
    return true;
  }

  moveTo(url: string | undefined, location: TargetLocation): void {
    this.#url = url;
    this.#location = location;
  }

  assign(): void {
    this.#isAssigned = true;
  }

  unassign(): void {
    this.#isAssigned = false;
  }

  /** Takes the current slot for a probe task; `false`: it is taken, or the target is not assigned. */
  beginSlot(now: number): boolean {
    if (!this.#isAssigned || this.#isBusy || !this.isOverdue(now)) return false;
    this.#slot = this.slotAt(now);
    this.#isBusy = true;
    return true;
  }

  /**
   * Ends the probe task, whose last response arrived at `now`. The result belongs to the slot of that instant. Returns
   * how many slots have ended since the task was begun.
   */
  endTask(now: number): number {
    this.#isBusy = false;
    return this.#takeSlot(now);
  }

  /** Ends the probe task without a result; returns its slot. */
  dropTask(): number {
    this.#isBusy = false;
    return this.#slot;
  }

  /** Takes over a stored poll, which this or another server made. Call this in the order of time. */
  restorePoll(instant: number, active: boolean): void {
    this.#slot = Math.max(this.#slot, this.slotAt(instant));
    this.setState(active);
  }

  /** A probe failed during a self-outage. */
  markFailing(): void {
    this.#isFailing = true;
  }

  /** Takes over the state of its last poll. */
  setState(active: boolean): void {
    this.#isDown = !active;
    this.#isFailing = !active;
  }

  #takeSlot(now: number): number {
    const passed = Math.max(0, this.slotAt(now) - this.#slot);
    this.#slot += passed;
    return passed;
  }
}
