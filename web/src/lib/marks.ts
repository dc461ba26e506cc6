/** The most polls of a week that all get a mark: about two an hour. */
const ALL_MARKED = 350;

/** Milliseconds between two marks where nothing changes, so that they stand apart on a phone as well. */
const APART = 60 * 60_000;

interface Marked {
  readonly at: number;
  readonly poll: { readonly status: string; readonly counts: boolean };
}

/**
 * The polls of a week that get a mark, in their order: all of them or, of too many, both sides of every change and one an
 * hour between.
 *
 * @param polls sorted by time
 */
export function markedPolls<T extends Marked>(polls: readonly T[]): readonly T[] {
  if (polls.length <= ALL_MARKED) return polls;
  let last = Number.NEGATIVE_INFINITY;
  return polls.filter((one, i) => {
    const isEdge = [polls[i - 1], polls[i + 1]].some((beside) => beside === undefined || !isSame(one, beside));
    if (!isEdge && one.at - last < APART) return false;
    last = one.at;
    return true;
  });
}

function isSame({ poll: a }: Marked, { poll: b }: Marked): boolean {
  return a.status === b.status && a.counts === b.counts;
}
