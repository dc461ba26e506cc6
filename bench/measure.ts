import { readFile } from 'node:fs/promises';

/** One run; resolves with the measured milliseconds, so that preparation and cleanup are not timed. */
export type Contestant = () => Promise<number>;

/** The milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The milliseconds of processor time, on all cores together, that this process uses during `work`. */
export async function processorTime(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Milliseconds of a tick in which Linux counts processor time. */
const TICK = 10;

/** The milliseconds of processor time that another process has used, on Linux. */
export async function processorTimeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

/**
 * Runs the contestants in turn, A B C A B C …, so that other load on the machine affects all of them equally.
 * A first round warms up and does not count.
 *
 * @returns what each gave in each round
 */
export async function inTurn<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, Contestant>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const given = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      globalThis.gc?.();
      const value = await contestants[name]();
      if (round > 0) given[name].push(value);
    }
  }
  return given;
}

/** The same; @returns the median milliseconds of each */
export async function interleaved<Name extends string>(
  rounds: number,
  contestants: Readonly<Record<Name, Contestant>>,
): Promise<Record<Name, number>> {
  const given = Object.entries<number[]>(await inTurn(rounds, contestants));
  return Object.fromEntries(given.map(([name, values]) => [name, median(values)])) as Record<Name, number>;
}

/** The median of the ratios of two contestants in the same round. */
export function medianRatio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / (others[round] as number)));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least the share `q` of the values does not exceed; the mean of two for an even median. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * sorted.length;
  const upper = sorted[Math.min(sorted.length - 1, Math.floor(at))] ?? Number.NaN;
  if (q !== 0.5 || !Number.isInteger(at)) return upper;
  return (upper + (sorted[at - 1] ?? upper)) / 2;
}
