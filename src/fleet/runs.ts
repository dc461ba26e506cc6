/** Consecutive keys `[first, end)`. */
export interface Run {
  readonly first: number;
  readonly end: number;
}

/** So many reads are cheaper than reading what lies between the stores that are asked for. */
const FEW_RUNS = 32;

/**
 * Runs of at most `size` keys that hold all of `keys`, and as few others between them as is worth it.
 *
 * @param keys ascending, each once
 */
export function runsOf(keys: Int32Array, size: number): Run[] {
  for (let gap = 64; ; gap *= 2) {
    const runs = withGaps(keys, gap);
    if (runs.length <= FEW_RUNS) return runs.flatMap((run) => split(run, size));
  }
}

function withGaps(keys: Int32Array, gap: number): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let i = 1; i <= keys.length; i++) {
    if (i < keys.length && (keys[i] as number) - (keys[i - 1] as number) <= gap) continue;
    runs.push({ first: keys[from] as number, end: (keys[i - 1] as number) + 1 });
    from = i;
  }
  return runs;
}

function split({ first, end }: Run, size: number): Run[] {
  const pieces: Run[] = [];
  for (let from = first; from < end; from += size) pieces.push({ first: from, end: Math.min(end, from + size) });
  return pieces;
}
