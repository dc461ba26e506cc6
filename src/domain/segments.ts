import { type Intervals, intersect, subtract } from './interval.ts';

/** A stretch of instants `[from, to)` in milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A stretch of open time with one state. */
export interface Segment extends Stretch {
  readonly state: 'up' | 'down' | 'unknown';
}

/** Open milliseconds; halves occur. `up + down + unknown = open`. */
export interface Totals {
  readonly open: number;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
}

/** Cuts open time where it begins and ends to be up; `otherwise` is what it is when it is not. */
export function segmentsOf(open: Intervals, upTime: Intervals, otherwise: 'down' | 'unknown'): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < open.length; i += 2) {
    const stretch = [open[i] as number, open[i + 1] as number];
    const up = intersect(stretch, upTime);
    let at = stretch[0] as number;
    for (let j = 0; j < up.length; j += 2) {
      const [from, to] = [up[j] as number, up[j + 1] as number];
      if (at < from) segments.push({ from: at, to: from, state: otherwise });
      segments.push({ from, to, state: 'up' });
      at = to;
    }
    if (at < (stretch[1] as number)) segments.push({ from: at, to: stretch[1] as number, state: otherwise });
  }
  return segments;
}

/** Adds stretches of unknown hours to the segments. */
export function withUnknown(known: readonly Segment[], unknown: Intervals): Segment[] {
  const segments = [...known];
  for (let i = 0; i < unknown.length; i += 2) {
    segments.push({ from: unknown[i] as number, to: unknown[i + 1] as number, state: 'unknown' });
  }
  return joined(segments);
}

/** Takes the state of the segments outside of `known` as unknown. */
export function unknownOutside(segments: readonly Segment[], known: Intervals): Segment[] {
  return joined(
    segments.flatMap(({ from, to, state }): Segment[] => {
      const stretches = (intervals: Intervals, as: Segment['state']) =>
        Array.from({ length: intervals.length / 2 }, (_, i) => ({
          from: intervals[2 * i] as number,
          to: intervals[2 * i + 1] as number,
          state: as,
        }));
      const inside = intersect([from, to], known);
      return [...stretches(inside, state), ...stretches(subtract([from, to], inside), 'unknown')];
    }),
  );
}

/** In order of time, with adjacent segments of unknown state joined. */
function joined(segments: Segment[]): Segment[] {
  segments.sort((a, b) => a.from - b.from);
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    const touches = last?.state === 'unknown' && segment.state === 'unknown' && last.to === segment.from;
    if (touches) joined[joined.length - 1] = { ...last, to: segment.to };
    else joined.push(segment);
  }
  return joined;
}

/** The parts of the segments within the range. */
export function segmentsWithin(segments: readonly Segment[], range: Stretch): Segment[] {
  return segments
    .map(({ from, to, state }) => ({ from: Math.max(from, range.from), to: Math.min(to, range.to), state }))
    .filter(({ from, to }) => from < to);
}

export function totalsOf(segments: readonly Segment[]): Totals {
  const sums = { up: 0, down: 0, unknown: 0 };
  for (const { from, to, state } of segments) sums[state] += to - from;
  return { open: sums.up + sums.down + sums.unknown, ...sums };
}
