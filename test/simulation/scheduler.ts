import { setImmediate } from 'node:timers/promises';
import { SeededRandom } from './random.ts';

/** Whose event it is: those of a stopped process wait, those of a dead one never happen. */
export interface EventOwner {
  readonly name: string;
  readonly state: 'running' | 'stopped' | 'dead';
}

export interface ScheduledEvent {
  cancelled: boolean;
}

interface QueuedEvent extends ScheduledEvent {
  at: number;
  readonly order: number;
  readonly name: string;
  readonly owner: EventOwner;
  readonly work: () => void | Promise<void>;
}

/**
 * Virtual time: every event of a simulation happens here, one after the other, in an order that the seed decides. What an
 * event begins in microtasks ends before the next one.
 */
export class Scheduler {
  readonly random: SeededRandom;
  /** What happened, in order: equal for equal seeds. */
  readonly log: string[] = [];
  /** Milliseconds since the simulation began. */
  time = 0;
  /** An event runs alone: whatever it asks of the world is done at once. */
  exclusive = false;
  readonly #queue = new EventQueue();
  readonly #held = new Map<EventOwner, QueuedEvent[]>();
  #order = 0;
  #events = 0;
  #looking: Promise<unknown> | undefined;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  /** Does something at this moment that is no part of the simulation, and lasts no time in it. */
  async outside<T>(work: () => Promise<T>): Promise<T> {
    this.#looking = work().finally(() => {});
    return this.#looking as Promise<T>;
  }

  /** Lets `work` happen after some milliseconds, as long as its owner runs. */
  schedule(delay: number, name: string, owner: EventOwner, work: () => void | Promise<void>): ScheduledEvent {
    const event = { at: this.time + Math.max(0, delay), order: this.#order++, name, owner, work, cancelled: false };
    this.#queue.push(event);
    return event;
  }

  /** Lets the events happen that an owner missed while it was stopped. */
  release(owner: EventOwner): void {
    for (const event of this.#held.get(owner) ?? []) {
      event.at = this.time;
      this.#queue.push(event);
    }
    this.#held.delete(owner);
  }

  /** Notes something that is worth reading when a seed fails. */
  note(who: string, what: string): void {
    this.log.push(`${(this.time / 1_000).toFixed(3).padStart(9)} ${who.padEnd(8)} ${what}`);
  }

  /** Lets everything happen up to an instant. */
  async runUntil(end: number): Promise<void> {
    for (;;) {
      const event = this.#queue.peek();
      if (event === undefined || event.at > end) break;
      this.#queue.pop();
      this.time = Math.max(this.time, event.at);
      if (event.cancelled || event.owner.state === 'dead') continue;
      if (event.owner.state === 'stopped') {
        this.#held.set(event.owner, [...(this.#held.get(event.owner) ?? []), event]);
        continue;
      }
      await this.#happen(event);
    }
    this.time = end;
  }

  async #happen({ name, owner, work }: QueuedEvent): Promise<void> {
    this.#events++;
    if (name !== '') this.note(owner.name, name);
    await work();
    // All microtasks come before the next turn of the real event loop.
    await setImmediate();
    while (this.#looking !== undefined) {
      const looking = this.#looking;
      await looking;
      if (this.#looking === looking) this.#looking = undefined;
      await setImmediate();
    }
  }
}

/** A binary heap by time, and of equal times by the order of scheduling. */
class EventQueue {
  readonly #heap: QueuedEvent[] = [];

  peek(): QueuedEvent | undefined {
    return this.#heap[0];
  }

  push(event: QueuedEvent): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent] as QueuedEvent, event)) break;
      heap[i] = heap[parent] as QueuedEvent;
      i = parent;
    }
    heap[i] = event;
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as QueuedEvent, heap[child] as QueuedEvent)) child++;
      if (before(last, heap[child] as QueuedEvent)) break;
      heap[i] = heap[child] as QueuedEvent;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
