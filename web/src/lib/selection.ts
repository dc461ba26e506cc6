interface Range {
  /** The item that was clicked before; `undefined`: only `to` changes. */
  readonly from: string | undefined;
  /** The clicked item. */
  readonly to: string;
  /** What all items of the range become. */
  readonly isChosen: boolean;
}

/** A selection after a range of a list was selected or cleared, in either direction, as in mail clients. */
export function withRange(chosen: ReadonlySet<string>, list: readonly string[], { from, to, isChosen }: Range) {
  const end = list.indexOf(to);
  const start = from === undefined || !list.includes(from) ? end : list.indexOf(from);
  const next = new Set(chosen);
  for (const id of list.slice(Math.min(start, end), Math.max(start, end) + 1)) {
    if (isChosen) next.add(id);
    else next.delete(id);
  }
  return next;
}
