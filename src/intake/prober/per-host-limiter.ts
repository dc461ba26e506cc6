import { Fifo } from '../../lib/fifo.ts';

/** The jobs of one host. */
interface HostQueue<T> {
  running: number;
  readonly waiting: Fifo<T>;
}

/**
 * Runs jobs with a limit on how many run at once, in total and for each host. Hosts take turns, so a slow one does not
 * delay the others.
 */
export class PerHostLimiter<T> {
  readonly #total: number;
  readonly #perHost: number;
  readonly #work: (item: T) => Promise<void>;
  readonly #hosts = new Map<string, HostQueue<T>>();
  /** Hosts that have a job waiting and are below their limit, in the order of their turns. */
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
    const queue = this.#hosts.get(host) ?? { running: 0, waiting: new Fifo<T>() };
    this.#hosts.set(host, queue);
    queue.waiting.push(item);
    this.#waiting++;
    if (queue.waiting.length === 1 && queue.running < this.#perHost) this.#ready.push(host);
    this.#pump();
  }

  /** Drops the jobs that wait. */
  clear(): void {
    for (const [host, queue] of this.#hosts) {
      queue.waiting.clear();
      if (queue.running === 0) this.#hosts.delete(host);
    }
    this.#waiting = 0;
    this.#ready.clear();
  }

  /** Resolves when no job runs or waits. */
  async settled(): Promise<void> {
    while (this.#running + this.#waiting > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  #pump(): void {
    while (this.#running < this.#total) {
      const host = this.#ready.shift();
      if (host === undefined) return;
      const queue = this.#hosts.get(host);
      const item = queue?.waiting.shift();
      if (queue === undefined || item === undefined) continue;
      this.#waiting--;
      this.#running++;
      queue.running++;
      if (queue.waiting.length > 0 && queue.running < this.#perHost) this.#ready.push(host);
      this.#work(item).finally(() => this.#ended(host, queue));
    }
  }

  #ended(host: string, queue: HostQueue<T>): void {
    const wasFull = queue.running === this.#perHost;
    queue.running--;
    this.#running--;
    if (queue.waiting.length === 0) {
      if (queue.running === 0) this.#hosts.delete(host);
    } else if (wasFull) this.#ready.push(host);
    this.#pump();
    if (this.#running + this.#waiting === 0) {
      for (const resolve of this.#settled.splice(0)) resolve();
    }
  }
}
