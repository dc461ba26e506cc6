import type { Target } from './target.ts';

/** A probe that is due, for one slot of one target. */
export interface ProbeTask {
  readonly target: Target;
  readonly slot: number;
  /** The first probe failed. */
  readonly isConfirmation: boolean;
}
