import type { StateSegment, Timeline } from '../../api/schema.ts';

/** A segment of open time to display; milliseconds. */
export interface ShownPiece {
  readonly from: number;
  readonly to: number;
  readonly state: StateSegment['state'];
}

/** The segments of a timeline to display: everything before the first poll is unknown. */
export function seenPieces({ segments, first_poll }: Pick<Timeline, 'segments' | 'first_poll'>): ShownPiece[] {
  const first = first_poll === null ? Number.NEGATIVE_INFINITY : Date.parse(first_poll.utc);
  return segments.flatMap((segment): ShownPiece[] => {
    const { state } = segment;
    const [from, to] = [Date.parse(segment.from.utc), Date.parse(segment.to.utc)];
    if (to <= first) return [{ from, to, state: 'unknown' }];
    if (from >= first) return [{ from, to, state }];
    return [
      { from, to: first, state: 'unknown' },
      { from: first, to, state },
    ];
  });
}
