import { isOpen, type Stretch } from '../domain/reference.ts';

/** The polls in a database at some moment: by store, by instant. */
export type StoredPolls = ReadonlyMap<string, ReadonlyMap<number, boolean>>;

const HOUR = 3_600_000;
const WINDOWS = [HOUR, 24 * HOUR, 168 * HOUR] as const;
const REACH = 8 * 24 * HOUR;

/**
 * The figures of a report about a store, straight from the definition: uptime of the three windows, then downtime, in
 * minutes for the hour and in hours else.
 *
 * @param open when the store is open, without overlaps; `undefined`: always
 */
export function figuresOf(polls: ReadonlyMap<number, boolean>, asOf: number, open?: readonly Stretch[]): number[] {
  const counting = [...polls]
    .filter(([at]) => at >= asOf - REACH && at <= asOf && (open === undefined || isOpen(open, at)))
    .sort(([a], [b]) => a - b);
  const unit = (i: number) => (i === 0 ? 60_000 : HOUR);
  return [true, false].flatMap((state) =>
    WINDOWS.map((window, i) => timeIn(counting, asOf - window, asOf, state, open) / unit(i)),
  );
}

/** The figures of stores without hours, which are always open. */
export function expectedFigures(stored: StoredPolls, asOf: number): Map<string, number[]> {
  return new Map([...stored].map(([id, polls]) => [id, figuresOf(polls, asOf)]));
}

/** How much open time of `[from, to)` is nearest to a poll with this state. */
function timeIn(
  polls: readonly (readonly [number, boolean])[],
  from: number,
  to: number,
  active: boolean,
  open: readonly Stretch[] | undefined,
): number {
  let sum = 0;
  for (const [i, [at, state]] of polls.entries()) {
    if (state !== active) continue;
    const before = polls[i - 1]?.[0];
    const after = polls[i + 1]?.[0];
    const start = before === undefined ? from : Math.max(from, (before + at) / 2);
    const end = after === undefined ? to : Math.min(to, (at + after) / 2);
    if (end <= start) continue;
    sum += open === undefined ? end - start : openTime(open, start, end);
  }
  return sum;
}

function openTime(open: readonly Stretch[], from: number, to: number): number {
  return open.reduce((sum, stretch) => sum + Math.max(0, Math.min(to, stretch.to) - Math.max(from, stretch.from)), 0);
}

/** The rows of a classic CSV by store, for ids that need no quotes. */
export function rowsOf(csv: string): Map<string, string[]> {
  const rows = csv.trimEnd().split('\n').slice(1);
  return new Map(
    rows.map((row) => {
      const [id = '', ...texts] = row.split(',');
      return [id, texts];
    }),
  );
}

/** Whether a row says these figures, as far as its two decimals can tell. */
export function rowSays(texts: readonly string[] | undefined, figures: readonly number[]): boolean {
  return texts !== undefined && figures.every((value, i) => Math.abs(value - Number(texts[i])) < 0.006);
}

/** Whether a classic CSV says these figures, and those of no other store. */
export function says(csv: string, figures: ReadonlyMap<string, readonly number[]>): boolean {
  const rows = rowsOf(csv);
  return rows.size === figures.size && [...figures].every(([id, expected]) => rowSays(rows.get(id), expected));
}
