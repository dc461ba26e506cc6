import { AsyncLocalStorage } from 'node:async_hooks';

/** What happens to one call of a database or a file system. */
export interface Fault {
  /** `53100`, `lost`, `ENOSPC`: its name in the counts. */
  readonly name: string;
  readonly kind: /** The call fails, and nothing of it was done. */
    | 'fail'
    /** The call is done, and the caller learns only that the connection is gone. */
    | 'lose'
    /** Nothing is done, and the caller gets no answer until the connection is cut off. */
    | 'hang'
    /** The machine loses its power before the call, or after the last one. */
    | 'power';
  /** The SQLSTATE, DuckDB's message, the code of the operating system, or what the disk keeps. */
  readonly what: string;
  /** What happens to the rollback that follows. */
  readonly rollback?: Fault;
}

/** Counts the calls of a scenario, and gives one of them a fault. */
export class Injector {
  readonly #apart = new AsyncLocalStorage<boolean>();
  #left = 0;
  #fault: Fault | undefined;
  #hit: string | undefined;
  /** What happens to the next rollback. */
  #rollback: Fault | undefined;

  /** The call that got the fault; `undefined`: none so far. */
  get hit(): string | undefined {
    return this.#hit;
  }

  /** The nth call from now on gets the fault. */
  arm(nth: number, fault: Fault): void {
    this.#left = nth;
    this.#fault = fault;
    this.#hit = undefined;
    this.#rollback = undefined;
  }

  disarm(): void {
    this.#left = 0;
    this.#rollback = undefined;
  }

  /** Runs something whose calls belong to the test. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    return this.#apart.run(true, work);
  }

  /** Counts a call; returns its fault if it is the one, or the rollback after that. */
  next(call: string): Fault | undefined {
    if (this.#apart.getStore()) return undefined;
    const rollback = this.#rollback;
    if (rollback !== undefined && /^\s*rollback/i.test(call)) {
      this.#rollback = undefined;
      this.#hit = `${this.#hit} and its rollback`;
      return rollback;
    }
    if (this.#left === 0 || --this.#left > 0) return undefined;
    this.#hit = call.replace(/\s+/g, ' ').trim().slice(0, 100);
    this.#rollback = this.#fault?.rollback;
    return this.#fault;
  }
}
