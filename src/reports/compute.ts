import { batchUptime, UptimeFigures } from '../domain/uptime.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot } from '../storage/ports.ts';
import { readSchedule, ScheduleRange } from './schedule.ts';

/** The figures of every store, in the order in which a report lists them. */
export interface Report {
  readonly asOf: number;
  /** Sorted by UTF-16 code unit. */
  readonly ids: readonly string[];
  /** For each of `ids`, where its figures stand. */
  readonly positions: Int32Array;
  readonly figures: UptimeFigures;
}

export interface ComputeOptions {
  /** Share of the stores done, 0 to 1. */
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** So many polls are in memory at once, about: 13 bytes each, and as much again while they are sorted. */
const POLLS_IN_MEMORY = 1_000_000;

/**
 * Computes the uptime of every store for the windows that end at `asOf`. Memory beside the result (about 150 bytes a
 * store) is bounded by a batch of stores, not by the fleet.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function computeReport(snapshot: Snapshot, asOf: number, options: ComputeOptions = {}): Promise<Report> {
  const { keys, ids, zones } = await snapshot.stores();
  const { base, span } = rangeOf(keys);
  // Figures stand by key, so that a batch is a range of keys; keys of deleted stores leave holes that cost little.
  const figures = new UptimeFigures(span);
  const range = new ScheduleRange(asOf - POLL_REACH, asOf);
  const zoneByKey = new Array<Zone>(span).fill(range.zone(null));
  for (let i = 0; i < keys.length; i++) zoneByKey[(keys[i] as number) - base] = range.zone(zones[i] ?? null);
  const count = await snapshot.countPolls(range.from, range.to);
  const batchSize = Math.max(1, Math.floor((POLLS_IN_MEMORY * span) / Math.max(count, span)));
  for (let first = 0; first < span; first += batchSize) {
    options.signal?.throwIfAborted();
    const end = Math.min(span, first + batchSize);
    const schedule = await readSchedule(snapshot, base + first, zoneByKey.slice(first, end), range);
    const polls = await snapshot.polls(base + first, base + end, range.from, range.to);
    batchUptime({ schedule, polls }, asOf, figures, first);
    options.onProgress?.(end / span);
  }
  return { asOf, ...sortedById(ids, keys, base), figures };
}

function rangeOf(keys: Int32Array): { base: number; span: number } {
  if (keys.length === 0) return { base: 0, span: 0 };
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const key of keys) {
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  return { base: least, span: greatest - least + 1 };
}

/** Engines order text by its bytes, which is nearly always the order by code unit. */
function sortedById(ids: readonly string[], keys: Int32Array, base: number): Pick<Report, 'ids' | 'positions'> {
  if (isSorted(ids)) return { ids, positions: keys.map((key) => key - base) };
  const order = Int32Array.from(ids, (_, i) => i).sort((a, b) => ((ids[a] as string) < (ids[b] as string) ? -1 : 1));
  return {
    ids: Array.from(order, (i) => ids[i] as string),
    positions: order.map((i) => (keys[i] as number) - base),
  };
}

function isSorted(ids: readonly string[]): boolean {
  for (let i = 1; i < ids.length; i++) {
    if (!((ids[i - 1] as string) < (ids[i] as string))) return false;
  }
  return true;
}
