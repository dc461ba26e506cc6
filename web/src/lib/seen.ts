import type { SeenTime, StateSegment } from '../../api/schema.ts';

/** A segment of open time to display; milliseconds. */
export interface ShownPiece {
  readonly from: number;
  readonly to: number;
  readonly state: StateSegment['state'];
}

/** What was seen of a time, to display. */
export function seenPieces({ segments }: Pick<SeenTime, 'segments'>): ShownPiece[] {
  return segments.map(({ from, to, state }) => ({ from: Date.parse(from.utc), to: Date.parse(to.utc), state }));
}

/** The parts of pieces that lie within a stretch of time. */
export function piecesWithin(
  pieces: readonly ShownPiece[],
  { from, to }: Pick<ShownPiece, 'from' | 'to'>,
): ShownPiece[] {
  return pieces
    .map((piece) => ({ ...piece, from: Math.max(piece.from, from), to: Math.min(piece.to, to) }))
    .filter((piece) => piece.from < piece.to);
}

/** Milliseconds of open time, and how much of it is covered. */
export interface SeenTotals {
  readonly open: number;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  readonly covered: number;
}

/** What was seen within some stretches of time that do not overlap. */
export function seenWithin(
  seen: Pick<SeenTime, 'segments' | 'covered'>,
  stretches: readonly { readonly from: number; readonly to: number }[],
): SeenTotals {
  const sums = { up: 0, down: 0, unknown: 0, covered: 0 };
  const within = (from: number, to: number) =>
    stretches.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  for (const { from, to, state } of seenPieces(seen)) sums[state] += within(from, to);
  for (const { from, to } of seen.covered) sums.covered += within(Date.parse(from.utc), Date.parse(to.utc));
  return { open: sums.up + sums.down + sums.unknown, ...sums };
}
