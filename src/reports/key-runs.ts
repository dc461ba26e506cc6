/** To read a run of keys of its own costs about as much as to read so many stores in between. */
const WORTH_A_READ = 100;
/** A report on few stores of a large fleet reads at most about so many runs of keys. */
const MAX_RUNS = 500;

/** Keys from `first` to before `end`. */
export interface KeyRun {
  readonly first: number;
  readonly end: number;
}

/** One run that holds all the keys. */
export function wholeRun(keys: Int32Array): KeyRun[] {
  if (keys.length === 0) return [];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const key of keys) {
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  return [{ first: least, end: greatest + 1 }];
}

/** Runs that hold all the keys, cut where it is worth it. */
export function runsOf(keys: Int32Array): KeyRun[] {
  const sorted = Int32Array.from(keys).sort();
  const [least = 0, greatest = 0] = [sorted.at(0), sorted.at(-1)];
  const gap = Math.max(WORTH_A_READ, (greatest - least) / MAX_RUNS);
  const runs: KeyRun[] = [];
  for (let i = 0, start = 0; i < sorted.length; i++) {
    const [key, next] = [sorted[i] as number, sorted[i + 1]];
    if (next !== undefined && next - key <= gap) continue;
    runs.push({ first: sorted[start] as number, end: key + 1 });
    start = i + 1;
  }
  return runs;
}

/** For each key its place when the runs are laid end to end. */
export function positionsIn(runs: readonly KeyRun[], keys: Int32Array): Int32Array {
  const starts: number[] = [];
  let total = 0;
  for (const { first, end } of runs) {
    starts.push(total);
    total += end - first;
  }
  return keys.map((key) => {
    let [low, high] = [0, runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((runs[middle] as KeyRun).first <= key) low = middle;
      else high = middle - 1;
    }
    return (starts[low] as number) + key - (runs[low] as KeyRun).first;
  });
}
