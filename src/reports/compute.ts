import { ReportDetails } from '../domain/details.ts';
import { type EstimatorName, FleetEstimator } from '../domain/markov/estimator.ts';
import { type Batch, batchUptime, type StoreRange, UptimeFigures } from '../domain/uptime.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import { TimeSlice } from '../lib/time-slice.ts';
import type { Snapshot, StoreColumns } from '../storage/ports/snapshot.ts';
import { readSchedule, ScheduleRange } from '../stores/schedule.ts';
import { positionsIn, runsOf, wholeRun } from './key-runs.ts';

/** The figures of the stores of a report, in the order in which it lists them. */
export interface Report {
  readonly asOf: number;
  /** Sorted by UTF-16 code unit. */
  readonly ids: readonly string[];
  /** For each of `ids`, where its figures stand. */
  readonly positions: Int32Array;
  readonly figures: UptimeFigures;
  /** At the same positions, when each store was polled for the first time ever, milliseconds; NaN: never. */
  readonly firstPolls: Float64Array;
  /** How sure the figures are; only when that was asked for. */
  readonly details?: ReportDetails | undefined;
}

export interface ComputeOptions {
  /** The ids of the stores that it is limited to, none twice; those that are not there are left out. */
  readonly stores?: readonly string[] | undefined;
  /** The rule that the uptime is estimated by; `nearest` when nothing is said. */
  readonly estimator?: EstimatorName;
  /** Whether the report says how sure it is; the estimate `markov` always does. */
  readonly detailed?: boolean;
  /** Share of the stores done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** So many polls are in memory at once, about: 13 bytes each, and as much again while they are sorted. */
const POLLS_IN_MEMORY = 1_000_000;

/** Up to so many stores are looked up by name; for more, all are read and those picked out. */
const FEW_STORES = 500;

/**
 * Computes the uptime of the stores for the windows that end at `asOf`. Memory beside the result (about 160 bytes a
 * store, and 100 more with details) is bounded by a batch of stores, not by the fleet. When it is limited to few stores, only what lies near them
 * is read. The kernel works in slices of a few milliseconds, so that other work of the process goes on.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function computeReport(snapshot: Snapshot, asOf: number, options: ComputeOptions = {}): Promise<Report> {
  const { keys, ids, zones } = await storesOf(snapshot, options.stores);
  const runs = options.stores === undefined ? wholeRun(keys) : runsOf(keys);
  const span = runs.reduce((sum, { first, end }) => sum + end - first, 0);
  // Figures stand by key, so that a batch is a range of keys; keys of other stores leave holes that cost little.
  const figures = new UptimeFigures(span);
  const firstPolls = new Float64Array(span);
  const { estimator = 'nearest', detailed = false } = options;
  const details = detailed || estimator !== 'nearest' ? new ReportDetails(span) : undefined;
  const compute = details === undefined ? plain(asOf, figures) : sure(estimator, asOf, figures, details);
  const positions = positionsIn(runs, keys);
  const range = new ScheduleRange(asOf - POLL_REACH, asOf);
  const zoneAt = new Array<Zone>(span).fill(range.zone(null));
  for (let i = 0; i < keys.length; i++) zoneAt[positions[i] as number] = range.zone(zones[i] ?? null);
  const least = options.stores === undefined ? 1 : FEW_STORES;
  const batchSize = span <= least ? least : Math.max(least, await batchSizeOf(snapshot, range, span));
  let offset = 0;
  for (const run of runs) {
    for (let first = run.first; first < run.end; first += batchSize) {
      options.signal?.throwIfAborted();
      const end = Math.min(run.end, first + batchSize);
      const schedule = await readSchedule(snapshot, first, zoneAt.slice(offset, offset + end - first), range);
      const polls = await snapshot.polls(first, end, range.from, range.to);
      firstPolls.set(await snapshot.firstPolls(first, end), offset);
      await compute({ schedule, polls }, offset);
      offset += end - first;
      options.onProgress?.(offset / span);
    }
  }
  return { asOf, ...sortedById(ids, positions), figures, firstPolls, details };
}

/** Computes a batch whose first store stands at `offset`, in time slices. */
type Compute = (batch: Batch, offset: number) => Promise<void>;

/** So many stores are computed before the clock is looked at: well under a millisecond. */
const STORES_AT_ONCE = 64;

function plain(asOf: number, figures: UptimeFigures): Compute {
  return (batch, offset) => inSlices(batch, (stores) => batchUptime(batch, asOf, figures, offset, stores));
}

function sure(name: EstimatorName, asOf: number, figures: UptimeFigures, details: ReportDetails): Compute {
  const estimator = new FleetEstimator(name);
  let learned = false;
  return async (batch, offset) => {
    if (!learned) {
      const slice = new TimeSlice();
      for (const _ of estimator.learn(batch, asOf)) await slice.yieldIfOver();
      learned = true;
    }
    await inSlices(batch, (stores) => estimator.estimate(batch, asOf, figures, details, offset, stores));
  };
}

async function inSlices({ schedule }: Batch, work: (stores: StoreRange) => void): Promise<void> {
  const slice = new TimeSlice();
  for (let first = 0; first < schedule.stores; first += STORES_AT_ONCE) {
    work({ first, end: Math.min(schedule.stores, first + STORES_AT_ONCE) });
    await slice.yieldIfOver();
  }
}

async function storesOf(snapshot: Snapshot, wanted: readonly string[] | undefined): Promise<StoreColumns> {
  if (wanted !== undefined && wanted.length <= FEW_STORES) return snapshot.storesNamed(wanted);
  const all = await snapshot.stores();
  if (wanted === undefined) return all;
  const names = new Set(wanted);
  const picked = Int32Array.from(all.ids.keys()).filter((i) => names.has(all.ids[i] as string));
  return {
    keys: picked.map((i) => all.keys[i] as number),
    ids: Array.from(picked, (i) => all.ids[i] as string),
    zones: Array.from(picked, (i) => all.zones[i] ?? null),
  };
}

/** So many stores at a time that their polls fit in memory. */
async function batchSizeOf(snapshot: Snapshot, { from, to }: ScheduleRange, span: number): Promise<number> {
  const polls = await snapshot.countPolls(from, to);
  return Math.floor((POLLS_IN_MEMORY * span) / Math.max(polls, span));
}

/** Engines order text by its bytes, which is nearly always the order by code unit. */
function sortedById(ids: readonly string[], positions: Int32Array): Pick<Report, 'ids' | 'positions'> {
  if (isSorted(ids)) return { ids, positions };
  const order = Int32Array.from(ids, (_, i) => i).sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
  return { ids: Array.from(order, (i) => ids[i] as string), positions: order.map((i) => positions[i] as number) };
}

function isSorted(ids: readonly string[]): boolean {
  for (let i = 1; i < ids.length; i++) {
    if (!((ids[i - 1] as string) < (ids[i] as string))) return false;
  }
  return true;
}
