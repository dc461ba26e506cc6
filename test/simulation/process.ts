import type { Files, Timer, World } from '../../src/lib/world/ports.ts';
import { inWorld } from '../../src/lib/world/world.ts';
import { type MemoryDisk, MemoryFiles } from './disk.ts';
import type { EventOwner, Scheduler } from './scheduler.ts';

/** When simulations begin: a Monday, 09:30. */
export const EPOCH = Date.UTC(2026, 10, 23, 9, 30);

/** What outlives the processes on it. */
export interface Machine {
  readonly name: string;
  readonly disk: MemoryDisk;
  /** How far its wall clock is wrong, milliseconds. */
  clockError: number;
}

/** A process in virtual time: the world of the code that runs in it. */
export class SimulatedProcess implements World, EventOwner {
  readonly name: string;
  readonly machine: Machine;
  readonly files: Files;
  readonly #scheduler: Scheduler;
  #state: EventOwner['state'] = 'running';

  constructor(scheduler: Scheduler, machine: Machine) {
    this.name = machine.name;
    this.machine = machine;
    this.#scheduler = scheduler;
    this.files = new MemoryFiles(machine.disk, this, scheduler);
  }

  get state(): EventOwner['state'] {
    return this.#state;
  }

  now(): number {
    return EPOCH + Math.floor(this.#scheduler.time) + this.machine.clockError;
  }

  elapsed(): number {
    return this.#scheduler.time;
  }

  after(milliseconds: number, work: () => void): Timer {
    return this.#timer(milliseconds, work, false);
  }

  every(milliseconds: number, work: () => void): Timer {
    return this.#timer(milliseconds, work, true);
  }

  yieldTurn(): Promise<void> {
    if (this.#scheduler.exclusive) return Promise.resolve();
    return new Promise((resolve) => this.do('', resolve, 0));
  }

  random(): number {
    return this.#scheduler.random.next();
  }

  uuid(): string {
    return this.#scheduler.random.uuid();
  }

  /** Lets something happen in this process. */
  do(name: string, work: () => void | Promise<void>, delay: number): void {
    this.#scheduler.schedule(delay, name, this, () => inWorld(this, work));
  }

  /** Time goes on and nothing happens in it until `resume`, as with SIGSTOP. */
  stop(): void {
    if (this.#state === 'running') this.#state = 'stopped';
  }

  resume(): void {
    if (this.#state !== 'stopped') return;
    this.#state = 'running';
    this.#scheduler.release(this);
  }

  /** Nothing happens in it anymore. */
  kill(): void {
    this.#state = 'dead';
  }

  #timer(milliseconds: number, work: () => void, again: boolean): Timer {
    const wait = Math.max(1, milliseconds);
    const begin = () =>
      this.#scheduler.schedule(wait, '', this, () => {
        if (again) event = begin();
        inWorld(this, work);
      });
    let event = begin();
    const timer: Timer = {
      stop: () => {
        event.cancelled = true;
      },
      unref: () => timer,
    };
    return timer;
  }
}
