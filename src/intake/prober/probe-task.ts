import type { Target } from './target.ts';

/** A probe that is due. A target has at most one task at a time. */
export interface ProbeTask {
  readonly target: Target;
  /** The first probe failed. */
  readonly isConfirmation: boolean;
}
