import { ALWAYS, EMPTY, type Intervals, union } from '../domain/interval.ts';
import { draw, meanOf } from './distribution.ts';
import type { Health, Lateness } from './habits.ts';
import type { Random } from './random.ts';

/** The average number of times up and down that are simulated before `from`. */
const WARM_UP = 30;

/**
 * When a store is really down: the stretches within `[from, to)`, perhaps a little beyond, in whole milliseconds. At every
 * other instant it is up. Outages do not depend on business hours; late openings begin with an open interval.
 *
 * @param open the store's open intervals, complete over `[from, to]`
 */
export function downStretches(
  health: Health,
  lateness: Lateness,
  open: Intervals,
  from: number,
  to: number,
  random: Random,
): Intervals {
  if (health.kind === 'always down') return ALWAYS;
  return union([...outages(health, from, to, random), ...lateOpenings(lateness, open, random)]);
}

function outages(health: Health, from: number, to: number, random: Random): Intervals {
  if (health.kind !== 'in turns') return EMPTY;
  const { up, down } = health;
  const stretches: number[] = [];
  // Exponential times have no memory; others have to run for a while to reach their stationary distribution.
  const memoryless = up.kind === 'exponential' && down.kind === 'exponential';
  let at = memoryless ? from : from - WARM_UP * (meanOf(up) + meanOf(down));
  let isUp = random.chance(meanOf(up) / (meanOf(up) + meanOf(down)));
  while (at < to) {
    const until = at + draw(isUp ? up : down, random);
    if (!isUp && until > from) stretches.push(Math.max(at, from), until);
    at = until;
    isUp = !isUp;
  }
  return stretches;
}

function lateOpenings(lateness: Lateness, open: Intervals, random: Random): Intervals {
  const stretches: number[] = [];
  for (let i = 0; i < open.length; i += 2) {
    const opening = open[i] as number;
    const closing = open[i + 1] as number;
    if (opening === Number.NEGATIVE_INFINITY || !random.chance(lateness.chance)) continue;
    stretches.push(opening, Math.min(opening + draw(lateness.delay, random), closing));
  }
  return stretches;
}
