import type { PollColumns } from '../../src/domain/polls.ts';
import type { Batch } from '../../src/domain/uptime.ts';
import { WINDOWS } from '../../src/domain/window.ts';
import type { RegimeName } from '../../src/simulate/regimes.ts';
import { Fleet, type SimulatedStore } from '../../src/simulate/store.ts';
import { scheduleOf } from './fleet.ts';

/** A week without a clock change, ending in the business hours of the Americas. */
const END = Date.UTC(2026, 9, 14, 23, 30);

/** A simulated fleet in memory, and the true uptime of its windows. */
export interface KnownFleet {
  readonly batch: Batch;
  readonly asOf: number;
  /** Up time in milliseconds at `store · WINDOWS.length + window`. */
  readonly up: Float64Array;
}

export function simulatedFleet(regime: RegimeName, stores: number, seed: number): KnownFleet {
  const fleet = new Fleet(seed, 8, END, regime);
  const list = Array.from({ length: stores }, (_, index) => fleet.store(index));
  const up = Float64Array.from(list.flatMap((store) => fleet.truth(store).up));
  if (up.length !== stores * WINDOWS.length) throw new Error('a window is missing');
  const named = list.flatMap(({ habits: { zone } }, store) => (zone === undefined ? [] : [[store, zone] as const]));
  const hours = list.flatMap(({ habits }, store) => habits.week.map((row) => ({ store, ...row })));
  const schedule = scheduleOf({ stores, zones: new Map(named), hours }, END);
  return { batch: { schedule, polls: pollsOf(list) }, asOf: END, up };
}

function pollsOf(list: readonly SimulatedStore[]): PollColumns {
  const length = list.reduce((sum, { polls }) => sum + polls.length, 0);
  const columns = {
    length,
    store: new Int32Array(length),
    instant: new Float64Array(length),
    active: new Uint8Array(length),
  };
  let at = 0;
  for (const [store, { polls, active }] of list.entries()) {
    for (const [i, micros] of polls.entries()) {
      columns.store[at] = store;
      columns.instant[at] = Math.floor(micros / 1000);
      columns.active[at++] = active[i] ? 1 : 0;
    }
  }
  return columns;
}
