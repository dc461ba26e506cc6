import { FigureColumns } from '../domain/figures.ts';
import type { EstimatorName, FleetModel } from '../domain/markov/estimator.ts';
import { ColumnMemory, PackedMemory } from '../domain/polls.ts';
import { POLL_REACH, WINDOWS } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import { keyRuns, positionsIn } from '../lib/key-runs.ts';
import { TimeSlice } from '../lib/time-slice.ts';
import type { Snapshot, StoreColumns } from '../storage/ports/snapshot.ts';
import { ScheduleRange, scheduleColumns } from '../stores/schedule.ts';
import type { ReportFigures } from './figures.ts';
import { type Fleet, type FleetCache, readAnew } from './fleet-cache.ts';
import { type Kernel, LocalKernel } from './kernel.ts';

export interface ComputeOptions {
  /** The ids of the stores to report on, each once; unknown ids are ignored. All stores, if not given. */
  readonly stores?: readonly string[] | undefined;
  /** The estimator of uptime; `nearest`, if not given. */
  readonly estimator?: EstimatorName;
  /** Whether to compute details; with the estimator `markov` they are always computed. */
  readonly detailed?: boolean;
  /** Milliseconds between two polls of a store, for the covered time; without it, the report has none. */
  readonly pollInterval?: number | undefined;
  /** Keeps the stores and their schedules for the next report. */
  readonly cache?: FleetCache | undefined;
  /** Computes the batches; in this thread, if not given. */
  readonly kernel?: Kernel | undefined;
  /** Receives the share of the stores that is done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * The approximate number of polls of a batch: 13 bytes each, twice while they are sorted. A model is fitted to the first
 * batch, so this decides results, and must not depend on the machine.
 */
const POLLS_IN_BATCH = 1_000_000;

/** Up to this many stores are looked up by id; for more, all are read and filtered. */
const FEW_STORES = 500;

/** The number of stores between two looks at whether other work should run. */
const STORES_PER_LOOK = 1_000;

/** A report on few stores of a large fleet reads at most this many runs of keys. */
const MOST_RUNS = 500;

/**
 * Computes the figures of the stores for the windows that end at `asOf`. Memory beside the result (about 100 bytes a
 * store, 200 with details) is bounded by two batches of stores, not by the fleet: while one is computed, the next
 * one is read. For few stores, only the data near them is read.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function computeReport(
  snapshot: Snapshot,
  asOf: number,
  options: ComputeOptions = {},
): Promise<ReportFigures> {
  const range = new ScheduleRange(asOf - POLL_REACH, asOf);
  const fleet = await fleetOf(snapshot, range, options);
  const { keys, ids, zones } = fleet.stores;
  const runs = keyRuns(keys, options.stores === undefined ? 1 : MOST_RUNS);
  const span = runs.reduce((sum, { first, end }) => sum + end - first, 0);
  const { estimator = 'nearest', detailed = false, pollInterval, signal, kernel = new LocalKernel() } = options;
  // A row for each key, so that a batch is a range of rows; the rows of other stores stay empty.
  const figures = FigureColumns.shared(span, detailed || estimator !== 'nearest', pollInterval);
  const slice = new TimeSlice();
  const positions = positionsIn(runs, keys);
  const zoneAt = new Array<Zone>(span).fill(range.zone(null));
  for (let i = 0; i < keys.length; i++) {
    if (i % STORES_PER_LOOK === 0) await slice.yieldIfOver();
    zoneAt[positions[i] as number] = range.zone(zones[i] ?? null);
  }
  const least = options.stores === undefined ? 1 : FEW_STORES;
  const batchSize = span <= least ? least : Math.max(least, await batchSizeOf(snapshot, range, span));
  let model: FleetModel | undefined;
  const memory = spareMemory?.deref() ?? new BatchMemory();
  spareMemory = undefined;
  let computing = Promise.resolve();
  let rows = 0;
  for (const run of runs) {
    for (let first = run.first, end = run.first; first < run.end; first = end) {
      signal?.throwIfAborted();
      end = Math.min(run.end, first + sizeOfNext(batchSize, rows, span));
      const [offset, next] = [rows, rows + end - first];
      const packed = await snapshot.packedPolls(first, end, range.from, range.to, memory.nextPacked());
      // The batch before uses the memory until it is computed. Meanwhile, and while this one is arranged, more is read.
      const arranging = computing.then(() => {
        const target = memory.arranged.of(packed.length);
        return kernel.arrange({ polls: packed, stores: next - offset, target }, signal);
      });
      arranging.catch(() => {});
      const schedule = scheduleColumns(await fleet.rows(first, end), zoneAt.slice(offset, next), range);
      figures.firstPoll.set(withinLongestWindow(await snapshot.firstPolls(first, end), asOf), offset);
      await computing;
      const compute = async () => {
        const batch = { schedule, polls: await arranging };
        if (figures.isDetailed) model ??= await kernel.learn(batch, asOf, signal);
        await kernel.compute(batch, { asOf, estimator, model, figures, offset }, signal);
        options.onProgress?.(next / span);
      };
      computing = compute();
      // It is awaited after the next batch was read, and must not count as unhandled until then.
      computing.catch(() => {});
      rows = next;
    }
  }
  await computing;
  spareMemory = new WeakRef(memory);
  return { asOf, estimator, ...(await sortedById(ids, positions, figures)) };
}

/** The polls of the batches of a report. */
class BatchMemory {
  /** One for the batch that is computed, one for the next one, which is arranged when the other one has been computed. */
  #packed = [new PackedMemory(), new PackedMemory()] as const;
  readonly arranged = new ColumnMemory();

  nextPacked(): PackedMemory {
    const [next, other] = this.#packed;
    this.#packed = [other, next];
    return next;
  }
}

/** That of the last report, until a garbage collection: to get new memory from the system takes a tenth of a report. */
let spareMemory: WeakRef<BatchMemory> | undefined;

/** Replaces first polls before the longest window or after `asOf` by NaN. */
function withinLongestWindow(firstPolls: Float64Array, asOf: number): Float64Array {
  const from = asOf - Math.max(...WINDOWS);
  return firstPolls.map((instant) => (instant >= from && instant <= asOf ? instant : Number.NaN));
}

async function fleetOf(snapshot: Snapshot, range: ScheduleRange, options: ComputeOptions): Promise<Fleet> {
  const { stores, cache } = options;
  if (stores === undefined && cache !== undefined) return cache.fleet(snapshot, range);
  return readAnew(snapshot, await storesIn(snapshot, stores), range);
}

async function storesIn(snapshot: Snapshot, wanted: readonly string[] | undefined): Promise<StoreColumns> {
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

/**
 * The number of stores in the next batch. The last ones are smaller, down to a quarter, since nothing is read while the
 * very last is computed; but not the first one, to which the model is fitted.
 */
function sizeOfNext(batchSize: number, done: number, all: number): number {
  if (done === 0) return batchSize;
  return Math.min(batchSize, Math.max(Math.ceil(batchSize / 4), Math.ceil((all - done) / 2)));
}

/** The number of stores whose polls make a batch, on average. */
async function batchSizeOf(snapshot: Snapshot, { from, to }: ScheduleRange, span: number): Promise<number> {
  const polls = await snapshot.countPolls(from, to);
  return Math.floor((POLLS_IN_BATCH * span) / Math.max(polls, span));
}

/** Puts the rows at `positions` in the order of their ids. Engines sort by bytes, which nearly always is that order. */
async function sortedById(
  ids: readonly string[],
  positions: Int32Array,
  { columns }: FigureColumns,
): Promise<Pick<ReportFigures, 'ids' | 'columns'>> {
  if (await isSorted(ids)) return { ids, columns: await rowsAt(columns, positions) };
  const order = Int32Array.from(ids, (_, i) => i).sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
  const sorted = order.map((i) => positions[i] as number);
  return { ids: Array.from(order, (i) => ids[i] as string), columns: await rowsAt(columns, sorted) };
}

/** The columns with the rows at `positions` only, in that order. */
async function rowsAt(
  columns: ReadonlyMap<string, Float64Array>,
  positions: Int32Array,
): Promise<Map<string, Float64Array>> {
  const taken = new Map<string, Float64Array>();
  const slice = new TimeSlice();
  for (const [name, column] of columns) {
    // About 20 columns of a whole fleet: a loop takes a tenth of the time of `Float64Array.from`.
    const rows = new Float64Array(positions.length);
    for (let i = 0; i < rows.length; i++) rows[i] = column[positions[i] as number] as number;
    taken.set(name, rows);
    await slice.yieldIfOver();
  }
  return taken;
}

async function isSorted(ids: readonly string[]): Promise<boolean> {
  const slice = new TimeSlice();
  for (let i = 1; i < ids.length; i++) {
    if (i % STORES_PER_LOOK === 0) await slice.yieldIfOver();
    if (!((ids[i - 1] as string) < (ids[i] as string))) return false;
  }
  return true;
}
