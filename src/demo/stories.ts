import { zoneBetween } from '../calendar/tzdb.ts';
import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import { instantOf, wallAt } from '../domain/zone.ts';
import { Random } from '../simulate/random.ts';
import type { OpeningRow } from '../simulate/week.ts';
import { ANSWERS, type Answer } from './answers.ts';
import { BAKERY, type ChainStore, PLATFORMS } from './chain.ts';
import type { Outage } from './outages.ts';
import { PURPOSE } from './purpose.ts';
import { type Incident, Scenario } from './scenario.ts';

/** An outage of one store. */
export interface StoreIncident extends Outage {
  readonly store: ChainStore;
}

/** The stories of the demo, apart from everyday outages. */
export interface Stories {
  /** All stores of one platform were offline on the last Tuesday. */
  readonly platform: Incident & { readonly name: string };
  /** Two stores have been offline since the last weekend, and stay so. */
  readonly dead: readonly StoreIncident[];
  /** A bakery opens later than the hours say that it has published. */
  readonly wrongHours: {
    readonly store: ChainStore;
    /** Milliseconds since local midnight. */
    readonly published: number;
    readonly kept: number;
  };
  /** One store recovers soon after the start, and another goes offline; `undefined`: too few are open. */
  readonly soon: { readonly recovering: StoreIncident; readonly failing: StoreIncident } | undefined;
}

const [TUESDAY, SUNDAY] = [1, 6];
/** Where the chain has its headquarters. */
export const HEADQUARTERS = 'America/Chicago';
const OUTAGE = { from: 18 * HOUR + 40 * MINUTE, length: 35 * MINUTE };
/** In hours in which both stores should be open. */
const DEATHS: readonly { readonly brand: string; readonly at: number; readonly answer: Answer }[] = [
  { brand: 'Casa Marigold', at: 18 * HOUR + 40 * MINUTE, answer: ANSWERS.silent },
  { brand: 'Copper Ladle', at: 20 * HOUR + 55 * MINUTE, answer: ANSWERS.delisted },
];
const LATE = 2 * HOUR;
/** Both are far enough from the start that the page shows them change, even if it is opened late. */
const RECOVERY = { from: -6 * MINUTE, to: 2 * MINUTE };
const FAILURE = { from: MINUTE, to: 9 * MINUTE };
/** A store that recovers or fails soon does nothing else for this long before and after the start. */
const QUIET = 30 * MINUTE;

/**
 * The stories of a chain for a demo that starts at an instant.
 *
 * @param start milliseconds since 1970
 */
export function storiesOf(chain: readonly ChainStore[], seed: number, start: number): Stories {
  const random = new Random(seed, 0, PURPOSE.stories);
  const platform = { name: PLATFORMS[0], ...platformOutage(chain, PLATFORMS[0], start) };
  const dead = DEATHS.map(({ brand, at, answer }) => {
    const store = pick(random, chain, brand);
    return { store, from: lastWeekend(store, at, start), to: Number.POSITIVE_INFINITY, answer };
  });
  const store = pick(random, chain, BAKERY);
  const published = Math.min(...store.week.map((row) => row.start));
  const wrongHours = { store, published, kept: published + LATE };
  const stories: Stories = { platform, dead, wrongHours, soon: undefined };
  return { ...stories, soon: soonAfter(chain, scenarioOf(stories, seed), start) };
}

/** What a chain with these stories answers. */
export function scenarioOf(stories: Stories, seed: number): Scenario {
  const { platform, dead, wrongHours, soon } = stories;
  const kept = new Map([[wrongHours.store, keptHours(stories)]]);
  const ofOne = [...dead, ...(soon === undefined ? [] : [soon.recovering, soon.failing])];
  const incidents = ofOne.map(({ store, ...outage }) => ({ stores: [store], ...outage }));
  return new Scenario({ seed, incidents: [...incidents, platform], kept });
}

function pick(random: Random, chain: readonly ChainStore[], brand: string): ChainStore {
  const [first, ...others] = chain.filter((store) => store.brand === brand);
  if (first === undefined) throw new Error(`the chain has no store of the brand ${brand}`);
  return random.pick([first, ...others]);
}

/** The hours that the bakery really keeps. */
function keptHours({ wrongHours: { store, kept } }: Stories): readonly OpeningRow[] {
  return store.week.map((row) => ({ ...row, start: Math.max(row.start, kept) }));
}

function platformOutage(chain: readonly ChainStore[], platform: string, start: number): Incident {
  const zone = zoneBetween(HEADQUARTERS, start - 9 * DAY, start + DAY);
  const began = (date: number) => instantOf(zone, date * DAY + OUTAGE.from);
  let date = Math.floor(wallAt(zone, start) / DAY);
  while (weekdayOf(date) !== TUESDAY || began(date) + OUTAGE.length > start) date--;
  const from = began(date);
  const stores = chain.filter((store) => store.platform === platform);
  return { stores, from, to: from + OUTAGE.length, answer: ANSWERS.platformDown };
}

/** A time of day on the last Saturday that is over in the store's zone. */
function lastWeekend({ zone: name }: ChainStore, time: number, start: number): number {
  const zone = zoneBetween(name, start - 9 * DAY, start + DAY);
  let date = Math.floor(wallAt(zone, start) / DAY);
  while (weekdayOf(date) !== SUNDAY) date--;
  return instantOf(zone, (date - 1) * DAY + time);
}

/** 0 = Monday … 6 = Sunday for days since 1970-01-01, a Thursday. */
function weekdayOf(date: number): number {
  return (date + 3) % 7;
}

/** Of two stores that are online around the start, one recovers and one goes offline. */
function soonAfter(chain: readonly ChainStore[], scenario: Scenario, start: number): Stories['soon'] {
  const isQuiet = (store: ChainStore) =>
    scenario.between(store, start - QUIET, start + QUIET).every(({ answer }) => answer === ANSWERS.online);
  const [first, last] = [chain.find(isQuiet), chain.findLast(isQuiet)];
  if (first === undefined || last === undefined || first === last) return undefined;
  const paused = (store: ChainStore, { from, to }: { readonly from: number; readonly to: number }) => {
    return { store, from: start + from, to: start + to, answer: ANSWERS.paused };
  };
  return { recovering: paused(first, RECOVERY), failing: paused(last, FAILURE) };
}
