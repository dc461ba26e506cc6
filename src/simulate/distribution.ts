import type { Random } from './random.ts';

/** How long something lasts, in milliseconds. */
export type Distribution =
  | { readonly kind: 'exponential'; readonly mean: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number };

/** A duration in whole milliseconds, at least one. */
export function draw(distribution: Distribution, random: Random): number {
  return Math.max(1, Math.round(sample(distribution, random)));
}

/** The mean in milliseconds. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'exponential':
      return distribution.mean;
    case 'uniform':
      return (distribution.from + distribution.to) / 2;
  }
}

function sample(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'exponential':
      return -Math.log(random.unit()) * distribution.mean;
    case 'uniform':
      return distribution.from + random.unit() * (distribution.to - distribution.from);
  }
}
