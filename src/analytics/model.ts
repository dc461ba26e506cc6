import { CellCounts } from '../domain/markov/cell-counts.ts';
import { FleetSample, fitMixture } from '../domain/markov/em.ts';
import { ENOUGH_STORES, type FleetModel, SAMPLE } from '../domain/markov/estimator.ts';
import { CELLS } from '../domain/markov/gap-table.ts';
import { monitoredTime } from '../domain/monitored.ts';
import { gatherEvidence } from '../domain/periods/posterior.ts';
import { newPeriodStates, walkPeriodStates } from '../domain/periods/states.ts';
import type { Stretch } from '../domain/timeline.ts';
import type { FleetSchedule } from '../fleet/schedules.ts';
import { walkStores } from '../fleet/walk.ts';
import type { Snapshot } from '../storage/ports/snapshot.ts';
import type { StoreEntry } from '../stores/directory.ts';

/** Polls of the sample, about; over long periods, fewer stores say as much. */
const SAMPLE_POLLS = 1_000_000;

/** The number of runs of stores in the sample: stores that are stored together take one read. */
const RUNS = 16;

/**
 * Fits the mixture of a fleet to a sample of its stores, by their polls in a stretch of time.
 *
 * @param stores the fleet, in any order
 */
export async function learnModel(
  snapshot: Snapshot,
  fleet: FleetSchedule,
  stores: readonly StoreEntry[],
  read: Stretch,
  pollInterval: number,
): Promise<FleetModel> {
  const sample = new FleetSample();
  const monitored: number[] = [];
  const states = newPeriodStates();
  const all = new CellCounts(CELLS);
  const most = Math.min(SAMPLE, Math.max(RUNS, (SAMPLE_POLLS * pollInterval) / (read.to - read.from)));
  await walkStores(snapshot, fleet, sampled(stores, most), read, pollInterval, (_store, open, polls, first, last) => {
    walkPeriodStates(open, polls, first, last, states);
    if (states.counted === 0) return;
    gatherEvidence(states, all);
    sample.add({ first: states.active[0] as number, all });
    monitored.push(monitoredTime(open, polls, first, last, read.from, read.to));
  });
  monitored.sort((a, b) => b - a);
  const { table, weights } = fitMixture(sample);
  return { classes: table.classes, weights, monitored: monitored[ENOUGH_STORES - 1] ?? 0 };
}

/** At most about as many stores, spread over the fleet. */
function sampled(stores: readonly StoreEntry[], most: number): readonly StoreEntry[] {
  const sorted = [...stores].sort((a, b) => a.key - b.key);
  if (sorted.length <= most) return sorted;
  const length = Math.floor(most / RUNS);
  return Array.from({ length: RUNS }, (_, run) => {
    const first = Math.floor((run * sorted.length) / RUNS);
    return sorted.slice(first, first + length);
  }).flat();
}
