import type { StoredPolls } from './database.ts';

const HOUR = 3_600_000;
const WINDOWS = [HOUR, 24 * HOUR, 168 * HOUR] as const;
const REACH = 8 * 24 * HOUR;

/**
 * The figures of a report on these polls, straight from the definition, for stores without hours, which are always open:
 * uptime of the three windows, then downtime, in minutes for the hour and in hours else.
 */
export function expectedFigures(stored: StoredPolls, asOf: number): Map<string, number[]> {
  const figures = new Map<string, number[]>();
  for (const [id, polls] of stored) {
    const counting = [...polls].filter(([at]) => at >= asOf - REACH && at <= asOf).sort(([a], [b]) => a - b);
    const times = WINDOWS.map((window) => [
      timeIn(counting, asOf - window, asOf, true),
      timeIn(counting, asOf - window, asOf, false),
    ]);
    const unit = (i: number) => (i === 0 ? 60_000 : HOUR);
    figures.set(
      id,
      [0, 1].flatMap((state) => times.map((time, i) => (time[state] as number) / unit(i))),
    );
  }
  return figures;
}

/** How much of `[from, to)` is nearest to a poll with this state. */
function timeIn(polls: readonly (readonly [number, boolean])[], from: number, to: number, active: boolean): number {
  let sum = 0;
  for (const [i, [at, state]] of polls.entries()) {
    if (state !== active) continue;
    const before = polls[i - 1]?.[0];
    const after = polls[i + 1]?.[0];
    const start = before === undefined ? from : Math.max(from, (before + at) / 2);
    const end = after === undefined ? to : Math.min(to, (at + after) / 2);
    sum += Math.max(0, end - start);
  }
  return sum;
}

/** Whether a classic CSV says these figures, as far as its two decimals can tell. */
export function says(csv: string, figures: ReadonlyMap<string, readonly number[]>): boolean {
  const rows = csv.trimEnd().split('\n').slice(1);
  if (rows.length !== figures.size) return false;
  return rows.every((row) => {
    const [id = '', ...texts] = row.split(',');
    const expected = figures.get(id);
    return expected?.every((value, i) => Math.abs(value - Number(texts[i])) < 0.006) ?? false;
  });
}
