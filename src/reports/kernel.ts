import type { FigureColumns } from '../domain/figures.ts';
import { type EstimatorName, FleetEstimator, type FleetModel } from '../domain/markov/estimator.ts';
import { type PackedPolls, type PollColumns, unpackPolls } from '../domain/polls.ts';
import { Schedule, type ScheduleColumns } from '../domain/schedule.ts';
import { allOf, type Batch, batchUptime, type StoreRange } from '../domain/uptime.ts';

/** The polls of some consecutive stores, as they were read. */
export interface UnarrangedPolls {
  readonly polls: PackedPolls;
  /** The number of stores. */
  readonly stores: number;
  /** Receives the polls, arranged. */
  readonly target: PollColumns;
}

/** Everything that the figures of some consecutive stores are computed from. */
export interface BatchColumns {
  readonly schedule: ScheduleColumns;
  /** Arranged by store and instant. */
  readonly polls: PollColumns;
}

/** What all stores of a batch are computed with. */
export interface Terms {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  /** The model of the fleet; without it, there are no details, and the estimator is `nearest`. */
  readonly model: FleetModel | undefined;
  /** Receives the figures. First polls are already in it. */
  readonly figures: FigureColumns;
  /** The row of the batch's first store in `figures`. */
  readonly offset: number;
}

/** Computes the stores of a report, batch by batch. Each store's figures are the same whatever computes them. */
export interface Kernel {
  /**
   * Arranges the polls of a batch by store and instant.
   *
   * @throws the reason of `signal` as soon as it aborts
   */
  arrange(unarranged: UnarrangedPolls, signal?: AbortSignal): Promise<PollColumns>;
  /**
   * Fits the model of a fleet to a sample of its first batch.
   *
   * @throws the reason of `signal` as soon as it aborts
   */
  learn(batch: BatchColumns, asOf: number, signal?: AbortSignal): Promise<FleetModel>;
  /**
   * Computes all stores of a batch.
   *
   * @throws the reason of `signal` as soon as it aborts
   */
  compute(batch: BatchColumns, terms: Terms, signal?: AbortSignal): Promise<void>;
  /** Ends its threads, if it has any, and what they are doing. */
  close(): Promise<void>;
}

/** Computes some stores of a batch, in this thread. */
export function computeStores(batch: Batch, terms: Terms, fleet: FleetEstimator, stores: StoreRange): void {
  const { asOf, estimator, model, figures, offset } = terms;
  if (model === undefined) {
    batchUptime(batch, asOf, figures, offset, stores);
    return;
  }
  fleet.use(model);
  fleet.estimate(estimator, batch, asOf, figures, offset, stores);
}

/** Computes in the thread of the caller, which is busy meanwhile. A process should keep one, as its estimator. */
export class LocalKernel implements Kernel {
  readonly #fleet = new FleetEstimator();

  async arrange({ polls, stores, target }: UnarrangedPolls): Promise<PollColumns> {
    return unpackPolls(polls, stores, target);
  }

  async learn(batch: BatchColumns, asOf: number): Promise<FleetModel> {
    return this.#fleet.learn(batchOf(batch), asOf);
  }

  async compute(columns: BatchColumns, terms: Terms): Promise<void> {
    const batch = batchOf(columns);
    computeStores(batch, terms, this.#fleet, allOf(batch));
  }

  async close(): Promise<void> {}
}

function batchOf({ schedule, polls }: BatchColumns): Batch {
  return { schedule: new Schedule(schedule), polls };
}
