import { DAY, HOUR, MINUTE } from '../domain/hours.ts';
import type { Distribution } from './distribution.ts';
import type { Random } from './random.ts';
import { drawWeek, type OpeningRow } from './week.ts';

/** The parameters of one store, from which everything that happens to it is drawn. */
export interface Habits {
  /** The name of its time zone; `undefined`: the store is not in the zones feed. */
  readonly zone: string | undefined;
  readonly week: readonly OpeningRow[];
  readonly health: Health;
  readonly lateness: Lateness;
  /** Whether polls outside its business hours find it active, unless it is down. */
  readonly activeWhenClosed: boolean;
  readonly polling: Polling;
}

/** Whether a store is always down, never down, or alternates with times up and down from two distributions. */
export type Health =
  | { readonly kind: 'always down' }
  | { readonly kind: 'never down' }
  | { readonly kind: 'in turns'; readonly up: Distribution; readonly down: Distribution };

/** A store that opens late is down from the start of an open interval. */
export interface Lateness {
  /** The probability for each open interval. */
  readonly chance: number;
  readonly delay: Distribution;
}

export interface Polling {
  /** Evenly spread polls an hour; 0 for a store that is never polled. */
  readonly perHour: number;
  /** When in its part of the hour the store's slot begins, in milliseconds. */
  readonly offset: number;
  /** The greatest delay of a poll in its slot, in milliseconds; at most half of the store's part of the hour. */
  readonly jitter: number;
  /** The probability that a poll is missing. */
  readonly missed: number;
}

export function drawHabits(random: Random): Habits {
  const health = drawHealth(random);
  const polling = drawPolling(random);
  const zone = drawZone(random);
  const known = polling.perHour === 0 || random.chance(0.96);
  return {
    // A store without polls stays in the zones feed; otherwise no feed might name it.
    zone: known ? zone : undefined,
    health,
    polling,
    lateness: drawLateness(health, random),
    activeWhenClosed: random.chance(0.25),
    week: drawWeek(random),
  };
}

function drawZone(random: Random): string {
  return random.weighted([
    ['America/New_York', 43],
    ['America/Los_Angeles', 18],
    ['America/Chicago', 16],
    ['America/Denver', 4],
    ['America/Phoenix', 3],
    ['America/Detroit', 2],
    ['America/Toronto', 2],
    ['America/Mexico_City', 2],
    ['America/Sao_Paulo', 2],
    ['America/Indiana/Indianapolis', 1],
    ['America/Puerto_Rico', 1],
    ['America/Bogota', 1],
    ['America/Santiago', 1],
    ['America/Lima', 1],
    ['America/Vancouver', 0.5],
    ['America/Edmonton', 0.5],
    ['America/Halifax', 0.5],
    ['America/Boise', 0.5],
    ['America/Anchorage', 0.5],
    ['Pacific/Honolulu', 0.5],
  ]);
}

function drawHealth(random: Random): Health {
  const kind = random.weighted([
    ['always down', 8],
    ['never down', 27],
    ['in turns', 65],
  ]);
  if (kind !== 'in turns') return { kind };
  // Log-normal over the fleet: half of the stores fail less than once in five days and recover within 40 minutes on
  // average; a few fail every other hour, or for days.
  return {
    kind,
    up: { kind: 'exponential', mean: heavyTailed(5 * DAY, 1.3, 2 * HOUR, 90 * DAY, random) },
    down: { kind: 'exponential', mean: heavyTailed(40 * MINUTE, 1.2, 3 * MINUTE, 3 * DAY, random) },
  };
}

function drawLateness(health: Health, random: Random): Lateness {
  const delay: Distribution = { kind: 'uniform', from: 10 * MINUTE, to: 90 * MINUTE };
  const habitual = random.chance(0.1);
  if (health.kind === 'never down') return { chance: 0, delay };
  return { chance: habitual ? 0.3 + 0.5 * random.unit() : 0.02, delay };
}

function drawPolling(random: Random): Polling {
  const perHour = random.weighted([
    [0, 0.7],
    [1, 91],
    [2, 6],
    [3, 2.3],
  ]);
  const turn = HOUR / Math.max(perHour, 1);
  const sparse = random.chance(0.08);
  return {
    perHour,
    offset: random.whole(0, turn - 1),
    jitter: random.whole(10_000, 9 * MINUTE),
    missed: sparse ? 0.1 + 0.3 * random.unit() : 0.03 * random.unit(),
  };
}

/** Log-normal with the given median, clamped to `[least, most]`. `spread` is the deviation of the logarithm. */
function heavyTailed(median: number, spread: number, least: number, most: number, random: Random): number {
  return Math.min(most, Math.max(least, median * Math.exp(spread * random.normal())));
}
