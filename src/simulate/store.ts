import { DEFAULT_ZONE, zoneBetween } from '../calendar/tzdb.ts';
import { DAY, openIntervals } from '../domain/hours.ts';
import { type Intervals, intersect, totalWithin } from '../domain/interval.ts';
import { POLL_REACH, WINDOWS } from '../domain/window.ts';
import type { Zone } from '../domain/zone.ts';
import { drawHabits, type Habits } from './habits.ts';
import { downStretches } from './path.ts';
import { pollTimes } from './poll-times.ts';
import { Random } from './random.ts';
import { pollerIsDown, REGIMES, type Regime, type RegimeName } from './regimes.ts';
import { hoursOf } from './week.ts';

/** One store with everything that happened to it. */
export interface SimulatedStore {
  readonly habits: Habits;
  readonly open: Intervals;
  /** When it was really down, open or not, complete over the windows of the report. */
  readonly down: Intervals;
  /** When it was polled, in microseconds since 1970, ascending. */
  readonly polls: readonly number[];
  /** The result of each poll. */
  readonly active: readonly boolean[];
}

/** The true figures of a store in whole milliseconds, for each of `WINDOWS`: `up + down = open`. */
export interface Truth {
  readonly up: readonly number[];
  readonly down: readonly number[];
  readonly open: readonly number[];
}

/** Business hours and late openings of the first days are complete when the zone is known this far around. */
const ZONE_SLACK = 5 * DAY;

/** Draws for one purpose do not affect those for another. */
const PURPOSE = { habits: 0, path: 1, polls: 2 };

/** Makes the stores of a fleet one at a time; store `index` is the same whatever else is made. */
export class Fleet {
  readonly #seed: number;
  readonly #pollsFrom: number;
  readonly #from: number;
  readonly #end: number;
  readonly #regime: Regime;
  readonly #zones = new Map<string, Zone>();

  /**
   * @param seed a whole number from 0 to 2^53 − 1
   * @param days how many days of polls
   * @param end the instant (whole milliseconds) at which the polls and the windows end
   */
  constructor(seed: number, days: number, end: number, regime: RegimeName = 'everyday') {
    this.#seed = seed;
    this.#end = end;
    this.#regime = REGIMES[regime];
    this.#pollsFrom = end - days * DAY;
    this.#from = Math.min(this.#pollsFrom, end - POLL_REACH);
  }

  store(index: number): SimulatedStore {
    const habits = this.#regime.habits(drawHabits(this.#random(index, PURPOSE.habits)));
    const hours = hoursOf(habits.week);
    const zone = this.#zone(habits.zone ?? DEFAULT_ZONE);
    const open = openIntervals(hours, 0, hours.length, zone, this.#from, this.#end);
    const { health, lateness, polling } = habits;
    const down = downStretches(health, lateness, open, this.#from, this.#end, this.#random(index, PURPOSE.path));
    const turns = pollTimes(polling, this.#pollsFrom, this.#end, this.#random(index, PURPOSE.polls));
    const polls = turns.filter((micros) => !pollerIsDown(this.#regime, micros / 1000, this.#end));
    return { habits, open, down, polls, active: seen(polls, open, down, habits.activeWhenClosed) };
  }

  truth({ open, down }: SimulatedStore): Truth {
    const end = this.#end;
    const downOpen = intersect(open, down);
    const openTimes = WINDOWS.map((window) => totalWithin(open, end - window, end));
    const downTimes = WINDOWS.map((window) => totalWithin(downOpen, end - window, end));
    const up = openTimes.map((time, w) => time - (downTimes[w] ?? 0));
    return { up, down: downTimes, open: openTimes };
  }

  #random(index: number, purpose: number): Random {
    return new Random(this.#seed, index, purpose);
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = zoneBetween(name, this.#from - ZONE_SLACK, this.#end + ZONE_SLACK);
      this.#zones.set(name, zone);
    }
    return zone;
  }
}

/** A poll has the state at its millisecond: finer digits are cut off, as in the import. */
function seen(polls: readonly number[], open: Intervals, down: Intervals, activeWhenClosed: boolean): boolean[] {
  const isOpen = cursor(open);
  const isDown = cursor(down);
  return polls.map((micros) => {
    const at = Math.floor(micros / 1000);
    const wanted = isOpen(at) || activeWhenClosed;
    return !isDown(at) && wanted;
  });
}

/** `contains` for ascending instants, in one pass over the intervals. */
function cursor(intervals: Intervals): (at: number) => boolean {
  let i = 0;
  return (at) => {
    while (i < intervals.length && (intervals[i + 1] as number) <= at) i += 2;
    return i < intervals.length && at >= (intervals[i] as number);
  };
}
