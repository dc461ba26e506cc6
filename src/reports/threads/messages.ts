import type { EstimatorName, FleetModel } from '../../domain/markov/estimator.ts';
import type { PackedPolls, PollColumns } from '../../domain/polls.ts';
import type { ScheduleColumns } from '../../domain/schedule.ts';
import type { StoreRange } from '../../domain/uptime.ts';
import type { Zone } from '../../domain/zone.ts';

/** Something that many jobs have in common, and its number, so that a thread prepares it only once. */
export interface Numbered<T> {
  readonly number: number;
  readonly value: T;
}

/** Schedules whose columns are in shared memory. A store has its zone by the position in `zones`, which are few. */
export interface SharedSchedule extends Omit<ScheduleColumns, 'zones'> {
  readonly zones: readonly Zone[];
  readonly zoneOf: Int32Array;
}

/** A batch whose columns are in shared memory, so that sending it to a thread copies none of them. */
export interface SharedBatch {
  readonly schedule: Numbered<SharedSchedule>;
  readonly polls: PollColumns;
}

/** Figures in shared memory: what another thread needs to make its own view of them. */
export interface SharedFigures {
  readonly stores: number;
  readonly detailed: boolean;
  readonly pollInterval: number | undefined;
  readonly memory: SharedArrayBuffer;
}

export interface SharedTerms {
  readonly asOf: number;
  readonly estimator: EstimatorName;
  readonly model: Numbered<FleetModel> | undefined;
  readonly figures: SharedFigures;
  readonly offset: number;
}

/** A job of a thread: to arrange the polls of a batch, to fit a model to it, or to compute some of its stores. */
export type KernelJob =
  | { readonly kind: 'arrange'; readonly polls: PackedPolls; readonly target: PollColumns; readonly stores: number }
  | { readonly kind: 'learn'; readonly batch: SharedBatch; readonly asOf: number }
  | { readonly kind: 'compute'; readonly batch: SharedBatch; readonly terms: SharedTerms; readonly stores: StoreRange };

/** The number of polls after an `arrange`; the model of a `learn`; nothing for a `compute`, whose figures are in shared memory. */
export type KernelResult = number | FleetModel | undefined;
