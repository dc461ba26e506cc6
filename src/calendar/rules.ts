import { DAY } from '../domain/hours.ts';
import type { Zone } from '../domain/zone.ts';

/** All offsets of a zone until the end of 2499, as in `Zone`. */
export type ZoneRules = Pick<Zone, 'starts' | 'offsets'>;

/** Rules are expanded up to here. */
export const RULES_END = Date.UTC(2500, 0, 1);
/** The Gregorian calendar repeats after 400 years, weekdays included, and so do yearly rules. */
const CYCLE = 146_097 * DAY;

/** Collects the offsets of a zone in ascending order. */
export class RulesBuilder {
  readonly #starts = [Number.NEGATIVE_INFINITY];
  readonly #offsets: number[];

  /** @param offset before the first change, milliseconds */
  constructor(offset: number) {
    this.#offsets = [offset];
  }

  get lastStart(): number {
    return this.#starts.at(-1) as number;
  }

  /** A second change at the same instant replaces the first; one to the same offset is ignored. */
  add(start: number, offset: number): void {
    if (start === this.lastStart) {
      this.#starts.pop();
      this.#offsets.pop();
    }
    if (offset === this.#offsets.at(-1)) return;
    this.#starts.push(start);
    this.#offsets.push(offset);
  }

  build(): ZoneRules {
    return { starts: this.#starts, offsets: this.#offsets };
  }
}

/**
 * The offsets that apply somewhere in `[from, to]` (instants in milliseconds). From 2500 on, the rules of the 400 years
 * before are repeated.
 */
export function offsetsBetween(rules: ZoneRules, from: number, to: number): ZoneRules {
  const cycles = recurs(rules) && from >= RULES_END ? Math.floor((from - RULES_END) / CYCLE) + 1 : 0;
  const shift = cycles * CYCLE;
  const { starts, offsets } = cut(rules, from - shift, to - shift);
  const first = { starts: starts.map((start) => start + shift), offsets };
  const seam = RULES_END + shift;
  if (!recurs(rules) || to < seam) return first;
  const rest = offsetsBetween(rules, seam, to);
  return {
    starts: [...first.starts, ...rest.starts.slice(1)],
    offsets: [...first.offsets, ...rest.offsets.slice(1)],
  };
}

function recurs({ starts }: ZoneRules): boolean {
  return (starts.at(-1) as number) >= Date.UTC(2499, 0, 1);
}

function cut({ starts, offsets }: ZoneRules, from: number, to: number): ZoneRules {
  const first = countUntil(starts, from) - 1;
  const end = Math.max(countUntil(starts, to), first + 1);
  return {
    starts: [Number.NEGATIVE_INFINITY, ...starts.slice(first + 1, end)],
    offsets: offsets.slice(first, end),
  };
}

/** How many of the ascending instants are not after `instant`. */
function countUntil(starts: readonly number[], instant: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
