import { DAY } from '../domain/hours.ts';
import { POLL_REACH } from '../domain/window.ts';
import { type OutputFile, OutputFolder } from './output-folder.ts';
import { pollsToParquet } from './parquet.ts';
import type { RegimeName } from './regimes.ts';
import { Fleet, type SimulatedStore, type Truth } from './store.ts';
import { storeIds } from './store-id.ts';
import { timeOfDay } from './week.ts';

export interface SimulateOptions {
  /** How many stores, at least 1. */
  readonly stores: number;
  /** Whole days of polls, at least 1. */
  readonly days: number;
  /** A whole number from 0. The same seed and options give the same bytes. */
  readonly seed: number;
  /** The instant, in milliseconds since 1970, at which the history ends: every poll is before it. */
  readonly end: number;
  /** The folder for the files, made if it is missing. */
  readonly out: string;
  /** Write the polls as `store_status.parquet` instead of `store_status.csv`. */
  readonly parquet: boolean;
  /** How the stores fail and are polled; the everyday fleet when nothing is said. */
  readonly regime?: RegimeName;
  /** Is told now and then how many stores are done. */
  readonly onProgress?: (storesDone: number) => void;
  /** Stops the simulation; nothing of it stays behind. */
  readonly signal?: AbortSignal;
}

export interface SimulateSummary {
  /** The paths of the files. */
  readonly files: readonly string[];
  readonly polls: number;
  readonly stores: number;
}

/** Stores times days between two writes to the files, and two looks at the signal: some 3 MB of polls. */
const BLOCK = 2000;

const YEAR_10000 = Date.UTC(10_000, 0, 1);

/**
 * Invents a fleet of stores and its history, and writes into `out`:
 * - `store_status.csv` or `.parquet`, `menu_hours.csv` and `timezones.csv`: the three feeds;
 * - `truth.csv`: the real up, down and open time of every store in the last hour, day and week before `end`, in
 *   milliseconds, with `up + down = open`. It covers these windows also when `days` is less than a week;
 * - `as_of.txt`: `end` as an RFC 3339 instant. A report must be asked for this `as_of` to speak of the same windows as
 *   the truth, since the last poll is a little earlier.
 *
 * All files appear together at the end, `as_of.txt` last, and replace those of an earlier simulation.
 *
 * @throws RangeError when an option is not what it must be
 * @throws the reason of `signal` when it aborts
 */
export async function simulate(options: SimulateOptions): Promise<SimulateSummary> {
  const flaw = flawOf(options);
  if (flaw !== undefined) throw new RangeError(flaw);
  const { out, parquet, signal } = options;
  signal?.throwIfAborted();
  const folder = await OutputFolder.open(out);
  try {
    const polls = await folder.create('store_status.csv');
    const parquetPath = parquet ? folder.begin('store_status.parquet') : undefined;
    const files: FleetFiles = {
      polls,
      hours: await folder.create('menu_hours.csv'),
      zones: await folder.create('timezones.csv'),
      truth: await folder.create('truth.csv'),
    };
    const asOf = await folder.create('as_of.txt');
    const count = await writeFleet(options, files);
    asOf.text.add(`${new Date(options.end).toISOString()}\n`);
    for (const file of [...Object.values(files), asOf]) await file.close();
    if (parquetPath !== undefined) {
      await pollsToParquet(polls.path, parquetPath, signal);
      await folder.drop(polls.path);
    }
    signal?.throwIfAborted();
    const stale = ['as_of.txt', parquet ? 'store_status.csv' : 'store_status.parquet'];
    return { files: await folder.commit(stale), polls: count, stores: options.stores };
  } finally {
    await folder.discard();
  }
}

interface FleetFiles {
  readonly polls: OutputFile;
  readonly hours: OutputFile;
  readonly zones: OutputFile;
  readonly truth: OutputFile;
}

/** Writes every store into the four files and returns how many polls there are. */
async function writeFleet(options: SimulateOptions, files: FleetFiles): Promise<number> {
  const { stores, days, seed, end, regime, onProgress, signal } = options;
  const fleet = new Fleet(seed, days, end, regime);
  const idOf = storeIds(seed);
  files.polls.text.add('store_id,status,timestamp_utc\n');
  files.hours.text.add('store_id,day,start_time_local,end_time_local\n');
  files.zones.text.add('store_id,timezone_str\n');
  files.truth.text.add('store_id,up_h,up_d,up_w,down_h,down_d,down_w,open_h,open_d,open_w\n');
  const block = Math.max(1, Math.floor(BLOCK / days));
  let polls = 0;
  for (let from = 0; from < stores; from += block) {
    signal?.throwIfAborted();
    const to = Math.min(from + block, stores);
    for (let index = from; index < to; index++) {
      const store = fleet.store(index);
      writeStore(idOf(index), store, fleet.truth(store), files);
      polls += store.polls.length;
    }
    for (const file of Object.values(files)) await file.flush();
    onProgress?.(to);
  }
  return polls;
}

function writeStore(id: string, store: SimulatedStore, truth: Truth, files: FleetFiles): void {
  const { zone, week } = store.habits;
  if (zone !== undefined) files.zones.text.add(`${id},${zone}\n`);
  for (const { day, start, end } of week) files.hours.text.add(`${id},${day},${timeOfDay(start)},${timeOfDay(end)}\n`);
  files.truth.text.add(`${[id, ...truth.up, ...truth.down, ...truth.open].join(',')}\n`);
  const { text } = files.polls;
  const active = `${id},active,`;
  const inactive = `${id},inactive,`;
  for (const [i, micros] of store.polls.entries()) {
    text.add(store.active[i] ? active : inactive);
    text.addInstant(micros);
    text.add('\n');
  }
}

/** What is wrong with the options, beginning with the name of one; `undefined`: nothing. */
export function flawOf({
  stores,
  days,
  seed,
  end,
}: Pick<SimulateOptions, 'stores' | 'days' | 'seed' | 'end'>): string | undefined {
  if (!isWhole(end, POLL_REACH, YEAR_10000)) {
    const given = new Date(end).toJSON() ?? end;
    return `end is ${given}, expected an instant from ${new Date(POLL_REACH).toJSON()} to the end of the year 9999`;
  }
  return (
    flawOfNumber('stores', stores, 1, 2 ** 32) ??
    flawOfNumber('seed', seed, 0, Number.MAX_SAFE_INTEGER) ??
    // The first poll must not be before 1970.
    flawOfNumber('days', days, 1, Math.floor(end / DAY))
  );
}

function flawOfNumber(name: string, value: number, least: number, most: number): string | undefined {
  return isWhole(value, least, most)
    ? undefined
    : `${name} is ${value}, expected a whole number from ${least} to ${most}`;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
