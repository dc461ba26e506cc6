import { zoneBetween } from '../calendar/tzdb.ts';
import { DAY, openIntervals } from '../domain/hours.ts';
import { contains, type Intervals } from '../domain/interval.ts';
import { hoursOf, type OpeningRow } from '../simulate/week.ts';
import { ANSWERS, type Answer } from './answers.ts';
import type { ChainStore } from './chain.ts';
import { everydayOutages, type Outage } from './outages.ts';

/** An outage of one or more stores that is part of a story. */
export interface Incident extends Outage {
  readonly stores: readonly ChainStore[];
}

/** From `from` until the next stretch, a store gives this answer. */
export interface Stretch {
  readonly from: number;
  readonly answer: Answer;
}

export interface ScenarioOptions {
  readonly seed: number;
  readonly incidents: readonly Incident[];
  /** The hours that a store really keeps, if they are not those that it has published. */
  readonly kept: ReadonlyMap<ChainStore, readonly OpeningRow[]>;
}

/** Clock changes matter this far around. */
const ZONE_SLACK = 5 * DAY;

/**
 * What every store answers at every instant, past and future. Incidents come before closing times, and those before
 * everyday outages.
 */
export class Scenario {
  readonly #options: ScenarioOptions;

  constructor(options: ScenarioOptions) {
    this.#options = options;
  }

  /** The answer at an instant. */
  at(store: ChainStore, instant: number): Answer {
    return this.between(store, instant, instant + 1)[0]?.answer ?? ANSWERS.online;
  }

  /** The answers over `[from, to)`: the first stretch begins at `from`, and no two in a row have the same answer. */
  between(store: ChainStore, from: number, to: number): readonly Stretch[] {
    const { seed, incidents } = this.#options;
    const told = incidents.filter((incident) => incident.stores.includes(store));
    const open = openTime(store, this.#options.kept.get(store) ?? store.week, from, to);
    const everyday = everydayOutages(seed, store, from, to);
    const changes = [...open, ...[...told, ...everyday].flatMap((outage) => [outage.from, outage.to])];
    const begins = [from, ...changes.filter((at) => at > from && at < to)].sort((a, b) => a - b);
    const stretches: Stretch[] = [];
    for (const begin of begins) {
      const answer =
        answerIn(told, begin) ??
        (contains(open, begin) ? (answerIn(everyday, begin) ?? ANSWERS.online) : ANSWERS.closed);
      if (answer !== stretches.at(-1)?.answer) stretches.push({ from: begin, answer });
    }
    return stretches;
  }
}

/** When a store with these hours is open, complete over `[from, to]`. */
export function openTime({ zone }: ChainStore, week: readonly OpeningRow[], from: number, to: number): Intervals {
  const hours = hoursOf(week);
  return openIntervals(hours, 0, hours.length, zoneBetween(zone, from - ZONE_SLACK, to + ZONE_SLACK), from, to);
}

function answerIn(outages: readonly Outage[], instant: number): Answer | undefined {
  return outages.find(({ from, to }) => from <= instant && instant < to)?.answer;
}
