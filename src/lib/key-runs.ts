/** Starting a new run costs about as much as reading this many unneeded rows. */
const WORTH_A_READ = 100;

/** The keys from `first` to before `end`. */
export interface KeyRun {
  readonly first: number;
  readonly end: number;
}

/**
 * Runs that contain all the keys, ascending, with few other keys in between.
 *
 * @param keys in any order
 * @param mostRuns at most this many runs, before they are split by `size`; 1: everything in one run
 * @param size the greatest length of a run
 */
export function keyRuns(keys: Int32Array, mostRuns: number, size = Number.POSITIVE_INFINITY): KeyRun[] {
  // To sort the keys of a whole fleet would take long.
  if (mostRuns === 1) return keys.length === 0 ? [] : piecesOf(around(keys), size);
  const sorted = Int32Array.from(keys).sort();
  const [least = 0, greatest = 0] = [sorted.at(0), sorted.at(-1)];
  // Fewer than `mostRuns` gaps can be longer than this.
  const gap = Math.max(WORTH_A_READ, (greatest - least) / mostRuns);
  const runs: KeyRun[] = [];
  for (let i = 0, start = 0; i < sorted.length; i++) {
    const [key, next] = [sorted[i] as number, sorted[i + 1]];
    if (next !== undefined && next - key <= gap) continue;
    runs.push(...piecesOf({ first: sorted[start] as number, end: key + 1 }, size));
    start = i + 1;
  }
  return runs;
}

/** The run from the least of the keys to the greatest. */
function around(keys: Int32Array): KeyRun {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const key of keys) {
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  return { first: least, end: greatest + 1 };
}

function piecesOf({ first, end }: KeyRun, size: number): KeyRun[] {
  const pieces: KeyRun[] = [];
  for (let start = first; start < end; start += size) pieces.push({ first: start, end: Math.min(end, start + size) });
  return pieces;
}

/** The position of each key when the runs are laid end to end. */
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
