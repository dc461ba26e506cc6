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
  /** The last slot in which it was polled or a probe began. */
  #slot = NEVER;
  #isDown = false;
  #isFailing = false;
  #isAssigned = false;

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

  /** Whether no probe has begun in the current slot. */
  isOverdue(now: number): boolean {
    return this.#slot < this.slotAt(now);
  }

  /** Forgets a slot that lies in the future since the clock was set back: the target is overdue then. */
  forgetFutureSlot(now: number): void {
    if (this.#slot > this.slotAt(now)) this.#slot = NEVER;
  }

  /** Whether a probe has begun in a slot after this one. */
  isPast(slot: number): boolean {
    return slot < this.#slot;
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

  /** Takes the current slot for a probe and returns it; `undefined`: it is taken, or the target is not assigned. */
  beginSlot(now: number): number | undefined {
    if (!this.#isAssigned || !this.isOverdue(now)) return undefined;
    this.#slot = this.slotAt(now);
    return this.#slot;
  }

  /** Takes over a stored poll, which this or another server made. Call this in the order of time. */
  restorePoll(instant: number, active: boolean): void {
    this.#slot = Math.max(this.#slot, this.slotAt(instant));
    this.#setState(active);
  }

  /**
   * Takes over what a probe for a slot found. The poll belongs to the slot in which the response arrived, which may be
   * the next one. Returns `false` if another probe has taken that slot: there must not be a second poll in it.
   */
  recordPoll(slot: number, instant: number, active: boolean): boolean {
    this.#setState(active);
    const responded = this.slotAt(instant);
    if (responded > slot && this.#slot >= responded) return false;
    this.#slot = Math.max(this.#slot, responded);
    return true;
  }

  /** A probe failed during a self-outage. */
  markFailing(): void {
    this.#isFailing = true;
  }

  #setState(active: boolean): void {
    this.#isDown = !active;
    this.#isFailing = !active;
  }
}
