import { DAY } from '../domain/hours.ts';
import { batchUptime, UptimeFigures } from '../domain/uptime.ts';
import { POLL_REACH } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import type { Snapshot } from '../storage/ports.ts';
import { DEFAULT_ZONE, zoneBetween } from '../tzdb.ts';

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

/** Hours repeat on local dates that begin up to this much before and after the range that is asked about. */
const ZONE_SLACK = 4 * DAY;

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
  const zoneOf = zoneLookup(asOf);
  const zoneByKey = new Array<Zone>(span).fill(zoneOf(DEFAULT_ZONE));
  for (let i = 0; i < keys.length; i++) zoneByKey[(keys[i] as number) - base] = zoneOf(zones[i] ?? DEFAULT_ZONE);
  const polls = await snapshot.countPolls(asOf - POLL_REACH, asOf);
  const batchSize = Math.max(1, Math.floor((POLLS_IN_MEMORY * span) / Math.max(polls, span)));
  for (let first = 0; first < span; first += batchSize) {
    options.signal?.throwIfAborted();
    const end = Math.min(span, first + batchSize);
    const batch = {
      stores: end - first,
      zones: zoneByKey.slice(first, end),
      hours: await snapshot.hours(base + first, base + end),
      polls: await snapshot.polls(base + first, base + end, asOf - POLL_REACH, asOf),
    };
    batchUptime(batch, asOf, figures, first);
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

function zoneLookup(asOf: number): (name: string) => Zone {
  const zones = new Map<string, Zone>();
  return (name) => {
    let zone = zones.get(name);
    if (zone === undefined) {
      zone = zoneBetween(name, asOf - POLL_REACH - ZONE_SLACK, asOf + ZONE_SLACK);
      zones.set(name, zone);
    }
    return zone;
  };
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
