import type { Storage } from '../../src/storage/ports/storage.ts';

/** A storage whose calls stop answering on request, as when an operation of the database is stuck. */
export class HangingStorage {
  /** The storage as the program sees it. */
  readonly storage: Storage;
  readonly #stuck: ((error: Error) => void)[] = [];
  #hangs = false;

  constructor(storage: Storage) {
    this.storage = this.#guarded(storage);
  }

  hang(): void {
    this.#hangs = true;
  }

  /** Rejects what is stuck, and answers again. */
  resume(): void {
    this.#hangs = false;
    for (const reject of this.#stuck.splice(0)) reject(new Error('the operation was stuck'));
  }

  #guarded<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value === 'object' && value !== null) return this.#guarded(value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          this.#hangs ? new Promise((_resolve, reject) => this.#stuck.push(reject)) : value.apply(target, args);
      },
    });
  }
}
