import { extname } from 'node:path';
import type { FleetModel } from '../../domain/markov/estimator.ts';
import type { PollColumns } from '../../domain/polls.ts';
import type { StoreRange } from '../../domain/uptime.ts';
import { shared } from '../../lib/columns.ts';
import { ThreadPool } from '../../lib/threads/pool.ts';
import { type BatchColumns, type Kernel, LocalKernel, type Terms, type UnarrangedPolls } from '../kernel.ts';
import type { KernelJob, KernelResult, Numbered, SharedBatch, SharedTerms } from './messages.ts';
import { shareBatch } from './sharing.ts';

export interface ThreadKernelOptions {
  /** The number of threads. */
  readonly threads: number;
  /** Batches with fewer stores and polls than this together are computed at once: 20,000, if not given. */
  readonly smallest?: number;
  /** Called when a thread has ended unexpectedly, with how. */
  readonly onDeath?: (reason: string) => void;
  /** The program of the threads, in tests. */
  readonly program?: URL;
}

/** Stores and polls that take about a millisecond, less than the way to another thread and back. */
const SMALLEST = 20_000;

/** Ranges of a batch for each of several threads, so that one that is late holds up the others less. */
const RANGES_PER_THREAD = 2;

const PROGRAM = new URL(`thread${extname(import.meta.url)}`, import.meta.url);

/**
 * Computes in other threads, so that this one stays free for requests. A job is a range of the stores of a batch; its
 * figures have their place by store, so they do not depend on the number of threads, nor on which of them is free.
 */
export class ThreadKernel implements Kernel {
  readonly #pool: ThreadPool<KernelJob, KernelResult>;
  readonly #smallest: number;
  readonly #local = new LocalKernel();
  /** What was sent to threads before, with its number. */
  readonly #batches = new WeakMap<BatchColumns, SharedBatch>();
  readonly #models = new WeakMap<FleetModel, Numbered<FleetModel>>();
  #numbers = 0;

  constructor({ threads, smallest = SMALLEST, onDeath, program = PROGRAM }: ThreadKernelOptions) {
    this.#pool = new ThreadPool({ program, size: threads, name: 'computing', onDeath });
    this.#smallest = smallest;
  }

  async arrange(unarranged: UnarrangedPolls, signal?: AbortSignal): Promise<PollColumns> {
    const { polls, stores, target } = unarranged;
    if (this.#isSmall(stores, polls)) return this.#local.arrange(unarranged);
    const job = { kind: 'arrange', polls: { ...polls, words: shared(polls.words) }, stores, target } as const;
    return { ...target, length: (await this.#pool.run(job, signal)) as number };
  }

  async learn(columns: BatchColumns, asOf: number, signal?: AbortSignal): Promise<FleetModel> {
    if (this.#isSmall(columns.schedule.zones.length, columns.polls)) return this.#local.learn(columns, asOf);
    const batch = this.#shared(columns);
    return (await this.#pool.run({ kind: 'learn', batch, asOf }, signal)) as FleetModel;
  }

  async compute(columns: BatchColumns, terms: Terms, signal?: AbortSignal): Promise<void> {
    if (this.#isSmall(columns.schedule.zones.length, columns.polls)) return this.#local.compute(columns, terms);
    const [batch, shared] = [this.#shared(columns), this.#sharedTerms(terms)];
    const ranges = rangesOf(columns.schedule.zones.length, this.#pool.size);
    await Promise.all(
      ranges.map((stores) => this.#pool.run({ kind: 'compute', batch, terms: shared, stores }, signal)),
    );
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #isSmall(stores: number, polls: { readonly length: number }): boolean {
    return stores + polls.length < this.#smallest;
  }

  #shared(columns: BatchColumns): SharedBatch {
    let batch = this.#batches.get(columns);
    if (batch === undefined) {
      const { schedule, polls } = shareBatch(columns);
      batch = { schedule: this.#numbered(schedule), polls };
      this.#batches.set(columns, batch);
    }
    return batch;
  }

  #sharedTerms({ model, figures, ...terms }: Terms): SharedTerms {
    const { stores, isDetailed: detailed, pollInterval, memory } = figures;
    if (memory === undefined) throw new Error('the figures are not in shared memory');
    return { ...terms, model: model && this.#sharedModel(model), figures: { stores, detailed, pollInterval, memory } };
  }

  #sharedModel(model: FleetModel): Numbered<FleetModel> {
    const sent = this.#models.get(model) ?? this.#numbered(model);
    this.#models.set(model, sent);
    return sent;
  }

  #numbered<T>(value: T): Numbered<T> {
    return { number: ++this.#numbers, value };
  }
}

/** Divides stores among threads; a single thread takes them all at once. */
function rangesOf(stores: number, threads: number): StoreRange[] {
  const count = threads === 1 ? 1 : RANGES_PER_THREAD * threads;
  const size = Math.ceil(stores / count);
  return Array.from({ length: Math.ceil(stores / size) }, (_, i) => ({
    first: i * size,
    end: Math.min(stores, (i + 1) * size),
  }));
}
