import { Fifo } from '../../lib/fifo.ts';

/** What waits for a lane of one host, and how much of it runs. */
interface Lane<T> {
  running: number;
  readonly waiting: Fifo<T>;
}

/**
 * Runs jobs with no more than so many at once, and so many for each host; hosts take turns, so that a slow one holds
 * up nobody else.
 */
export class Lanes<T> {
  readonly #total: number;
  readonly #perHost: number;
  readonly #work: (item: T) => Promise<void>;
  readonly #hosts = new Map<string, Lane<T>>();
  /** Hosts with something waiting and room for it, in the order of their turns. */
  readonly #ready = new Fifo<string>();
  #running = 0;
  #waiting = 0;
  #settled: (() => void)[] = [];

  /** @param work must not reject */
  constructor(limits: { readonly total: number; readonly perHost: number }, work: (item: T) => Promise<void>) {
    this.#total = limits.total;
    this.#perHost = limits.perHost;
    this.#work = work;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  add(host: string, item: T): void {
    const lane = this.#hosts.get(host) ?? { running: 0, waiting: new Fifo<T>() };
    this.#hosts.set(host, lane);
    lane.waiting.push(item);
    this.#waiting++;
    if (lane.waiting.length === 1 && lane.running < this.#perHost) this.#ready.push(host);
    this.#pump();
  }

  /** Forgets what waits. */
  clear(): void {
    for (const [host, lane] of this.#hosts) {
      lane.waiting.clear();
      if (lane.running === 0) this.#hosts.delete(host);
    }
    this.#waiting = 0;
    this.#ready.clear();
  }

  /** Resolves when nothing runs and nothing waits. */
  async settled(): Promise<void> {
    while (this.#running + this.#waiting > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  #pump(): void {
    while (this.#running < this.#total) {
      const host = this.#ready.shift();
      if (host === undefined) return;
      const lane = this.#hosts.get(host);
      const item = lane?.waiting.shift();
      if (lane === undefined || item === undefined) continue;
      this.#waiting--;
      this.#running++;
      lane.running++;
      if (lane.waiting.length > 0 && lane.running < this.#perHost) this.#ready.push(host);
      this.#work(item).finally(() => this.#ended(host, lane));
    }
  }

  #ended(host: string, lane: Lane<T>): void {
    const wasFull = lane.running === this.#perHost;
    lane.running--;
    this.#running--;
    if (lane.waiting.length === 0) {
      if (lane.running === 0) this.#hosts.delete(host);
    } else if (wasFull) this.#ready.push(host);
    this.#pump();
    if (this.#running + this.#waiting === 0) {
      for (const resolve of this.#settled.splice(0)) resolve();
    }
  }
}
