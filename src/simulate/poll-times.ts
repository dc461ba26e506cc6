import { HOUR } from '../domain/hours.ts';
import type { Polling } from './habits.ts';
import type { Random } from './random.ts';

/**
 * The instants in `[from, to)` (milliseconds) at which a store is polled, in **microseconds**, strictly ascending.
 * Polls are made at all hours, also outside business hours.
 */
export function pollTimes(polling: Polling, from: number, to: number, random: Random): readonly number[] {
  const times: number[] = [];
  if (polling.perHour === 0) return times;
  const turn = HOUR / polling.perHour;
  // A delayed poll of the slot before `from` may come after it.
  for (let base = from - turn + polling.offset; base < to; base += turn) {
    const at = base * 1000 + Math.floor(random.unit() * polling.jitter * 1000);
    if (!random.chance(polling.missed) && at >= from * 1000 && at < to * 1000) times.push(at);
  }
  return times;
}
