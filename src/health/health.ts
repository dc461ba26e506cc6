import type { Clocks } from '../lib/world/ports.ts';
import { type Failure, failureOf } from './failure.ts';

interface WriterKind {
  /** What is wrong when its last write failed. */
  readonly title: string;
  /** Whether it is a check that repeats: a small write of its own. */
  readonly check?: boolean;
  /** Whether the server cannot do what it accepts while this fails. */
  readonly required?: boolean;
}

/** What writes, by its name in `/readyz` and the metrics. */
const WRITERS = {
  append: { title: 'the last polls that were sent were not stored' },
  report: { title: 'the last report could not be completed' },
  import: { title: 'the last import could not be completed' },
  poller: { title: 'the last polls of the poller were not stored' },
  sync: { title: 'the last sync was aborted' },
  database: { title: 'the database cannot be written', check: true, required: true },
  results_folder: { title: 'the results folder cannot be written', check: true, required: true },
  uploads_folder: { title: 'the uploads folder cannot be written', check: true, required: true },
  polls_folder: { title: 'the polls folder cannot be written', check: true },
} as const satisfies Readonly<Record<string, WriterKind>>;

export type WriterName = keyof typeof WRITERS;

export const WRITER_NAMES = Object.keys(WRITERS) as WriterName[];

/** Receives the outcomes of a writer. */
export interface Writer {
  worked(): void;
  /** Ignores errors about what a client sent. */
  failed(error: unknown): void;
}

export interface WriterHealth {
  readonly name: WriterName;
  /** Whether the last write failed and nothing has succeeded since. */
  readonly failing: boolean;
  /** Wall clock, milliseconds; `undefined`: never since the start. */
  readonly lastSuccess: number | undefined;
  readonly lastFailure: (Failure & { readonly at: number }) | undefined;
}

/** A failure counts for at least this long, unless a later write works; milliseconds. */
const LINGER = 60_000;

/** From the last real outcome of each writer: what cannot be written at present. */
export class Health {
  readonly #clocks: Clocks;
  readonly #records = new Map<WriterName, WriterRecord>();

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** Reports the outcomes of a writer; one that was never asked for is not part of this server. */
  writer(name: WriterName): Writer {
    const record = this.#records.get(name) ?? new WriterRecord(this.#clocks);
    this.#records.set(name, record);
    return record;
  }

  /** Returns `write` such that each call is an outcome of the writer, unless a signal that it was given aborts it. */
  watching<A extends unknown[], T>(name: WriterName, write: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    const writer = this.writer(name);
    return async (...args) => {
      try {
        const result = await write(...args);
        writer.worked();
        return result;
      } catch (error) {
        if (!isAbortedBy(args, error)) writer.failed(error);
        throw error;
      }
    };
  }

  /** In a fixed order. */
  writers(): WriterHealth[] {
    return WRITER_NAMES.flatMap((name) => {
      const record = this.#records.get(name);
      return record === undefined ? [] : [{ name, failing: this.#isFailing(name, record), ...record.outcomes }];
    });
  }

  /** Why the server cannot do what it accepts, as text for people; empty: it can. */
  faults(): string[] {
    return this.#failing(true);
  }

  /** What else fails. */
  warnings(): string[] {
    return this.#failing(false);
  }

  #failing(required: boolean): string[] {
    return this.writers()
      .filter(({ name, failing }) => failing && isRequired(name) === required)
      .map(({ name, lastFailure }) => `${WRITERS[name].title}: ${lastFailure?.message} (${lastFailure?.code})`);
  }

  /** Where nobody writes anymore, the small writes tell that the database and the disks work again. */
  #isFailing(name: WriterName, record: WriterRecord): boolean {
    if (!record.failing || isCheck(name) || record.outcomes.lastFailure?.passing !== true) return record.failing;
    if (this.#clocks.elapsed() < record.failedAt + LINGER) return true;
    return [...this.#records].some(([other, check]) => isCheck(other) && check.workedAt <= record.failedAt);
  }
}

/** The last outcomes of a writer. */
class WriterRecord implements Writer {
  readonly #clocks: Clocks;
  #lastSuccess: number | undefined;
  #lastFailure: WriterHealth['lastFailure'];
  /** Whether the last outcome is a failure. */
  failing = false;
  /** When the last outcomes of each kind were, on the monotonic clock. */
  workedAt = Number.NEGATIVE_INFINITY;
  failedAt = Number.NEGATIVE_INFINITY;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  get outcomes(): Pick<WriterHealth, 'lastSuccess' | 'lastFailure'> {
    return { lastSuccess: this.#lastSuccess, lastFailure: this.#lastFailure };
  }

  worked(): void {
    this.failing = false;
    this.workedAt = this.#clocks.elapsed();
    this.#lastSuccess = this.#clocks.now();
  }

  failed(error: unknown): void {
    const failure = failureOf(error);
    if (failure === undefined) return;
    this.failing = true;
    this.failedAt = this.#clocks.elapsed();
    this.#lastFailure = { ...failure, at: this.#clocks.now() };
  }
}

function isAbortedBy(args: readonly unknown[], error: unknown): boolean {
  return args.some((arg) => arg instanceof AbortSignal && arg.aborted && arg.reason === error);
}

function isCheck(name: WriterName): boolean {
  const kind: WriterKind = WRITERS[name];
  return kind.check === true;
}

function isRequired(name: WriterName): boolean {
  const kind: WriterKind = WRITERS[name];
  return kind.required === true;
}
